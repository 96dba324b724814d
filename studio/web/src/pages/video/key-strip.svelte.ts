/** Frames of the clip to choose keys from, and what the chosen key changes in the frames around it. */

import { onMount, untrack } from "svelte";
import * as api from "../../lib/api";
import { toastErrors } from "../../lib/toasts.svelte";
import { type FilmKey, withKey, type VideoForm } from "./video-form";

/** While something changes, wait this long for the next change, ms. */
const DEBOUNCE_MS = 400;
/** Frames in the strip. */
const FRAMES = 12;

class KeyStrip {
  frames = $state.raw<api.StripFrame[]>([]);
  /** Number of the key on show. */
  shown = $state<number | null>(null);
  /** The frames around it, painted small. */
  around = $state.raw<api.FilmFrame[]>([]);
  loading = $state(false);
  /** A frame is being painted in full, to be saved. */
  saving = $state(false);

  readonly #form: VideoForm;
  #call: AbortController | null = null;

  constructor(form: VideoForm) {
    this.#form = form;
    const part = $derived(
      JSON.stringify([form.own.clip, form.own.start, form.own.end, form.styles.length > 0]),
    );
    const look = $derived(JSON.stringify([form.order, this.shown]));
    $effect(() => {
      void part;
      const wait = setTimeout(() => untrack(() => void this.#load()), DEBOUNCE_MS);
      return () => clearTimeout(wait);
    });
    $effect(() => {
      void look;
      const wait = setTimeout(() => untrack(() => void this.#paint()), DEBOUNCE_MS);
      return () => clearTimeout(wait);
    });
    onMount(() => () => this.#call?.abort());
  }

  /** The key on show, if it is still one. */
  get key(): FilmKey | null {
    return this.#form.own.keys.find(({ number }) => number === this.shown) ?? null;
  }

  /** Show a frame's key; a frame that is none becomes one, which the network paints. */
  choose(number: number): void {
    const { own } = this.#form;
    if (!own.keys.some((key) => key.number === number)) own.keys = withKey(own.keys, { number, file: null });
    this.shown = number;
  }

  remove(number: number): void {
    const { own } = this.#form;
    own.keys = own.keys.filter((key) => key.number !== number);
    if (this.shown === number) this.shown = null;
  }

  /** Let a picture stand for a key; null lets the network paint it again. */
  replace(number: number, file: api.Input | null): void {
    this.#form.own.keys = withKey(this.#form.own.keys, { number, file });
  }

  /** Paint a frame at the film's size, and return the address of the picture. */
  async painted(number: number): Promise<string | null> {
    const { order } = this.#form;
    if (!order) return null;
    this.saving = true;
    const file = await toastErrors(() => api.filmKey(order, number));
    this.saving = false;
    return file ? api.fileUrl(file.id) : null;
  }

  async #load(): Promise<void> {
    const { order } = this.#form;
    this.frames = [];
    if (!order) return;
    const found = await toastErrors(() => api.filmStrip(order, FRAMES));
    if (found) this.frames = found.frames;
  }

  async #paint(): Promise<void> {
    const { order } = this.#form;
    this.#call?.abort();
    if (!order || this.shown === null) {
      this.around = [];
      this.loading = false;
      return;
    }
    const { signal } = (this.#call = new AbortController());
    const { shown } = this;
    this.loading = true;
    const found = await toastErrors(() => api.filmEffect(order, shown, signal).catch(unlessAborted(signal)));
    if (signal.aborted) return;
    if (found) this.around = found;
    this.loading = false;
  }
}
export type { KeyStrip };

function unlessAborted(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (signal.aborted) return null;
    throw error;
  };
}

/** Call it while the page's component is set up. */
export const createKeyStrip = (form: VideoForm): KeyStrip => new KeyStrip(form);
