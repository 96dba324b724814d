/** What stands on the easel: a photograph, styles, settings, what the network makes of them, and the job painting them. */

import * as api from "./api";
import { Choices } from "./choices.svelte";
import { recall, remember } from "./kept";
import { sentence, trying } from "./notices.svelte";
import { chosenOf } from "./settings";
import { studio } from "./studio.svelte";

interface Standing {
  content: api.Input | null;
  styles: api.Style[];
  keep: api.Input | null;
  initPicture: api.Input | null;
  preset: string;
  settings: api.Settings;
  job: string | null;
  begun: string;
}

const EMPTY: Standing = {
  content: null,
  styles: [],
  keep: null,
  initPicture: null,
  preset: "standard",
  settings: {},
  job: null,
  begun: "",
};
/** Changes follow each other while a dial is turned: the preview waits this long for the last one, ms. */
const PATIENCE = 180;

class Easel extends Choices {
  content = $state<api.Input | null>(null);
  styles = $state<api.Style[]>([]);
  keep = $state<api.Input | null>(null);
  initPicture = $state<api.Input | null>(null);
  job = $state<string | null>(null);
  /** The order of that job, as text: whether what stands here now is what it paints. */
  begun = $state("");

  preview = $state<string | null>(null);
  previewSeconds = $state(0);
  previewing = $state(false);
  problem = $state("");

  readonly ready = $derived(Boolean(this.content && this.styles.length));
  readonly order = $derived.by((): api.Order | null => {
    if (!this.content || !this.styles.length) return null;
    return {
      work: "stylize",
      ...this.settings,
      preset: this.preset,
      content: this.content,
      styles: this.styles,
      ...(this.keep ? { keep: this.keep } : {}),
      ...(this.initPicture ? { init_picture: this.initPicture } : {}),
    };
  });

  constructor() {
    super();
    Object.assign(this, EMPTY, recall<Partial<Standing>>("easel", {}));
    $effect.root(() => {
      $effect(() => remember("easel", this.#standing()));
      $effect(() => this.#watchPreview());
    });
  }

  /** Another photograph: what was painted on the last one does not fit this one. */
  take(content: api.Input): void {
    this.content = content;
    this.keep = null;
    this.initPicture = null;
    if (this.settings["init"] === "picture") this.set("init", undefined);
    this.styles = this.styles.map((style) => ({ ...style, region: null }));
    this.job = null;
  }

  /** Stand everything as a recipe tells it. Which of its files are not in this studio is the answer. */
  async restore(recipe: api.Order): Promise<string[]> {
    await this.load();
    const inputs = [
      recipe.content,
      ...recipe.styles,
      recipe["keep"],
      recipe["init_picture"],
    ] as (api.Input | null)[];
    const missing = new Set<string>();
    for (const input of inputs)
      if (input?.sha256 && !(await api.has(input.sha256)))
        missing.add(input.name || input.sha256.slice(0, 8));
    const there = <T extends api.Input>(input: T | null | undefined): T | null =>
      input && !missing.has(input.name || input.sha256.slice(0, 8)) ? input : null;

    this.content = there(recipe.content);
    this.styles = recipe.styles
      .filter((style) => there(style))
      .map((style) => ({ ...style, region: there(style.region), mask: there(style.mask) }));
    this.keep = there(recipe["keep"] as api.Input | null);
    this.initPicture = there(recipe["init_picture"] as api.Input | null);
    this.preset = typeof recipe["preset"] === "string" ? recipe["preset"] : "standard";
    this.settings = this.schema ? chosenOf(this.schema, this.preset, recipe) : {};
    this.job = null;
    return [...missing];
  }

  async begin(order = this.order): Promise<void> {
    if (!order) return;
    const job = await trying(() => studio.begin(order));
    if (!job) return;
    this.job = job.id;
    this.begun = JSON.stringify(order);
  }

  #standing(): Standing {
    const { content, styles, keep, initPicture, preset, settings, job, begun } = this;
    return $state.snapshot({ content, styles, keep, initPicture, preset, settings, job, begun }) as Standing;
  }

  /** Have the network paint what stands here whenever it changes. */
  #watchPreview(): (() => void) | undefined {
    const order = this.order;
    if (!order) {
      this.#show(null);
      return undefined;
    }
    const call = new AbortController();
    const wait = setTimeout(
      () => void this.#paint($state.snapshot(order) as api.Order, call.signal),
      PATIENCE,
    );
    return () => {
      clearTimeout(wait);
      call.abort();
    };
  }

  async #paint(order: api.Order, signal: AbortSignal): Promise<void> {
    this.previewing = true;
    try {
      const { picture, seconds } = await api.preview(order, signal);
      this.#show(URL.createObjectURL(picture));
      this.previewSeconds = seconds;
      this.problem = "";
    } catch (error) {
      if (signal.aborted) return;
      if (api.isRefusal(error) && error.status === 429) {
        // A dial turned for long asks for more than is painted: the last asks again.
        setTimeout(() => !signal.aborted && void this.#paint(order, signal), 1000);
        return;
      }
      this.problem = sentence(error);
    }
    this.previewing = false;
  }

  #show(url: string | null): void {
    const last = this.preview;
    this.preview = url;
    // The picture on show is let go once the next one has taken its place.
    if (last) setTimeout(() => URL.revokeObjectURL(last), 5000);
  }
}

export const easel = new Easel();
