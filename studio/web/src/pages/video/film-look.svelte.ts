/** Frames of a film, painted small by the server as the form changes. */

import { onMount, untrack } from "svelte";
import type { FilmFrame, Order } from "../../lib/api";
import { toastErrors } from "../../lib/toasts.svelte";

/** While something changes, wait this long for the next change, ms. */
const DEBOUNCE_MS = 400;

type Load = (order: Order, number: number, signal: AbortSignal) => Promise<FilmFrame[]>;

/** Create it while a component is set up. */
export class FilmLook {
  frames = $state.raw<FilmFrame[]>([]);
  loading = $state(false);
  readonly #load: Load;
  #call: AbortController | null = null;

  /**
   * @param load Paints frames around one.
   * @param current What is painted, and the number of that frame; null for nothing.
   */
  constructor(load: Load, current: () => { order: Order; number: number } | null) {
    this.#load = load;
    // Equal content is painted once.
    const wanted = $derived(JSON.stringify(current()));
    $effect(() => {
      void wanted;
      const wait = setTimeout(() => void this.#paint(untrack(current)), DEBOUNCE_MS);
      return () => clearTimeout(wait);
    });
    onMount(() => () => this.#call?.abort());
  }

  async #paint(wanted: { order: Order; number: number } | null): Promise<void> {
    this.#call?.abort();
    if (!wanted) {
      this.frames = [];
      this.loading = false;
      return;
    }
    const { signal } = (this.#call = new AbortController());
    this.loading = true;
    const found = await toastErrors(() =>
      this.#load(wanted.order, wanted.number, signal).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      }),
    );
    if (signal.aborted) return;
    if (found) this.frames = found;
    this.loading = false;
  }
}
