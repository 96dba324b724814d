/** Frames of the clip to choose keys from and to draw regions on, and what the chosen key changes in the frames around it. */

import { untrack } from "svelte";
import * as api from "../../lib/api";
import { toastErrors } from "../../lib/toasts.svelte";
import { FilmLook } from "./film-look.svelte";
import { type FilmKey, withKey, type VideoForm } from "./video-form";

/** While something changes, wait this long for the next change, ms. */
const DEBOUNCE_MS = 400;
/** Frames in the strip. */
const FRAMES = 12;
/** Large enough to draw regions on, px of the longer side. */
const SIDE = 512;

class KeyStrip {
  frames = $state.raw<api.StripFrame[]>([]);
  /** Number of the key on show. */
  shown = $state<number | null>(null);
  /** The frames around it. */
  readonly around: FilmLook;
  /** A frame is being painted in full, to be saved. */
  saving = $state(false);

  readonly #form: VideoForm;

  constructor(form: VideoForm) {
    this.#form = form;
    this.around = new FilmLook(api.filmEffect, () =>
      form.order && this.shown !== null ? { order: form.order, number: this.shown } : null,
    );
    const part = $derived(
      JSON.stringify([form.own.clip, form.own.start, form.own.end, form.styles.length > 0]),
    );
    $effect(() => {
      void part;
      const wait = setTimeout(() => untrack(() => void this.#load()), DEBOUNCE_MS);
      return () => clearTimeout(wait);
    });
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
    const { order, own } = this.#form;
    this.frames = [];
    if (!order) return;
    const used = new Set([...own.keys, ...own.regions].map(({ number }) => number));
    const found = await toastErrors(() => api.filmStrip(order, FRAMES, SIDE, [...used]));
    if (found) this.frames = found.frames;
  }
}
export type { KeyStrip };

/** Call it while the page's component is set up. */
export const createKeyStrip = (form: VideoForm): KeyStrip => new KeyStrip(form);
