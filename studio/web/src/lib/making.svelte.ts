/** What a page is making: its order as it stands, remembered, the job that came of it, and what that made. */

import { onMount } from "svelte";
import * as api from "./api";
import { catalogue } from "./catalogue.svelte";
import { Choices } from "./choices.svelte";
import { takeOver } from "./handover";
import { recall, remember } from "./kept";
import { trying } from "./notices.svelte";
import { chosenOf } from "./settings";
import { studio } from "./studio.svelte";

export const UNDERWAY: readonly api.JobState[] = ["queued", "running", "paused"];

interface Standing<Own> {
  styles: api.Style[];
  preset: string;
  settings: api.Settings;
  own: Own;
  job: string | null;
}

type AsOrder<Own> = (own: Own, styles: api.Style[]) => Record<string, unknown> | null;

/**
 * One of a page's component. `Own` is what the page has beside styles and settings: `asOrder` says what the work is told of it
 * (null: not enough yet), `fromOrder` reads it from an order.
 */
export class Making<Own extends object> extends Choices {
  styles = $state<api.Style[]>([]);
  own = $state() as Own;
  job = $state<string | null>(null);
  made = $state<api.Result | null>(null);
  beginning = $state(false);

  readonly current = $derived(this.job ? (studio.jobs.get(this.job) ?? null) : null);
  readonly underway = $derived(this.current !== null && UNDERWAY.includes(this.current.state));
  /** The work's picture so far, while it is under way. */
  readonly preview = $derived(
    this.current?.progress?.preview && this.underway
      ? api.jobPreviewUrl(this.current.id, this.current.progress.preview)
      : null,
  );
  /** What would be begun, or null while something is missing. */
  readonly order = $derived.by((): api.Order | null => {
    const fields = this.styles.length ? this.asOrder(this.own, this.styles) : null;
    const settings = this.plain ? {} : { ...this.settings, preset: this.preset };
    return fields && { work: this.work, ...settings, styles: this.styles, ...without(fields) };
  });

  constructor(
    readonly work: api.WorkName,
    own: Own,
    private readonly asOrder: AsOrder<Own>,
    fromOrder: (order: api.Order) => Partial<Own>,
    /** `plain`: a work that has no settings. */
    private readonly plain = false,
    preset = "standard",
  ) {
    super();
    const standing = recall<Partial<Standing<Own>>>(`making.${work}`, {});
    this.styles = standing.styles ?? [];
    this.preset = standing.preset ?? preset;
    this.settings = standing.settings ?? {};
    this.own = { ...own, ...standing.own };
    this.job = standing.job ?? null;

    $effect(() => remember(`making.${work}`, this.#standing()));
    $effect(() => {
      const id = this.current?.result;
      if (!id || this.made?.id === id) return;
      // By then another job may have been begun, or the result been deleted.
      api.result(id).then(
        (made) => this.current?.result === id && (this.made = made),
        () => (this.made = null),
      );
    });
    onMount(async () => {
      await this.load();
      const handed = takeOver(work);
      const order = handed && flat(handed);
      if (order) this.#restore(order, { ...own, ...fromOrder(order) });
    });
  }

  async begin(): Promise<void> {
    const order = this.order;
    if (!order) return;
    this.beginning = true;
    const job = await trying(() => studio.begin($state.snapshot(order) as api.Order));
    this.beginning = false;
    if (!job) return;
    this.made = null;
    this.job = job.id;
    for (const style of this.styles) if (style.sha256) catalogue.add(style);
  }

  #restore(order: api.Order, own: Own): void {
    this.styles = order.styles ?? [];
    this.preset = typeof order["preset"] === "string" ? order["preset"] : this.preset;
    this.settings = this.schema && !this.plain ? chosenOf(this.schema, this.preset, order) : {};
    for (const name of Object.keys(this.asOrder(own, this.styles) ?? {})) delete this.settings[name];
    this.own = own;
    this.job = null;
    this.made = null;
  }

  #standing(): Standing<Own> {
    const { styles, preset, settings, own, job } = this;
    return $state.snapshot({ styles, preset, settings, own, job }) as Standing<Own>;
  }
}

/** Without what was not chosen. */
function without(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

/** A recipe says how it was painted in a part of its own; an order says all side by side. */
function flat({ painted, settings, pictures, shares, ...rest }: api.Order): api.Order {
  const inner = { ...(painted as object), ...(settings as object) } as Partial<api.Order>;
  const paintings = pictures as api.Input[] | undefined;
  const styles = paintings?.map((one, at) => ({
    ...one,
    share: (shares as number[] | undefined)?.[at] ?? 1,
  }));
  return { ...inner, ...(styles ? { styles } : {}), ...rest } as api.Order;
}

/** The picture that guides a synthesis; a recipe without one names what stood in its place. */
export function likeOf(order: api.Order): api.Input | null {
  const like = (order["like"] ?? order.content ?? null) as api.Input | null;
  return like && (like.sha256 || like.name.includes(":")) ? like : null;
}
