/** A preview of an order that the server makes as the form changes. */

import * as api from "../api";
import { errorMessage } from "../toasts.svelte";

/** While a slider moves, the preview waits this long for the next change, ms. */
const DEBOUNCE_MS = 150;
/** The server answers 429 to more previews than it can make; ask again after, ms. */
const RETRY_MS = 1000;
/** A replaced preview may still be on screen while the next one is decoded, ms. */
const REVOKE_AFTER_MS = 5000;

export type Load = (order: api.Order, signal: AbortSignal) => Promise<{ picture: Blob; seconds: number }>;

/** Ask for a preview until the server has time for it. Throws when it fails, and when `signal` calls it off. */
export async function loadWhenFree(
  load: Load,
  order: api.Order,
  signal: AbortSignal,
): Promise<{ picture: Blob; seconds: number }> {
  for (;;) {
    try {
      return await load(order, signal);
    } catch (error) {
      if (signal.aborted || !api.isApiError(error) || error.status !== 429) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      signal.throwIfAborted();
    }
  }
}

export class OrderPreview {
  /** Object URL of the latest preview. */
  url = $state<string | null>(null);
  /** The same picture; the page's policy lets scripts read no object URLs. */
  picture = $state.raw<Blob | null>(null);
  /** How long the studio took for it, s. */
  seconds = $state(0);
  loading = $state(false);
  problem = $state("");
  readonly #load: Load;

  constructor(load: Load) {
    this.#load = load;
  }

  /** Ask for a preview of each order that `current` returns; null shows none. Call it while a component is set up. */
  follow(current: () => api.Order | null): void {
    $effect(() => {
      const order = current();
      if (!order) {
        this.#show(null);
        this.loading = false;
        this.problem = "";
        return undefined;
      }
      const call = new AbortController();
      const wait = setTimeout(() => void this.#ask(order, call.signal), DEBOUNCE_MS);
      return () => {
        clearTimeout(wait);
        call.abort();
      };
    });
    $effect(() => () => this.#show(null));
  }

  async #ask(order: api.Order, signal: AbortSignal): Promise<void> {
    this.loading = true;
    try {
      const { picture, seconds } = await loadWhenFree(this.#load, order, signal);
      this.#show(picture);
      this.seconds = seconds;
      this.problem = "";
    } catch (error) {
      if (signal.aborted) return;
      this.problem = errorMessage(error);
    }
    this.loading = false;
  }

  #show(picture: Blob | null): void {
    const last = this.url;
    this.picture = picture;
    this.url = picture && URL.createObjectURL(picture);
    if (last) setTimeout(() => URL.revokeObjectURL(last), REVOKE_AFTER_MS);
  }
}
