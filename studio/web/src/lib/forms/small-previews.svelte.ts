/** Small previews of the paintings of the strip and of the sheet, painted by the network one after another. */

import { SvelteMap } from "svelte/reactivity";
import * as api from "../api";
import { errorMessage } from "../toasts.svelte";
import { loadWhenFree } from "./order-preview.svelte";
import { paintForm } from "./paint-form.svelte";

/** px of the longer side. */
const STRIP_SIZE = 192;
const SHEET_SIZE = 384;
/** The large preview comes first, ms. */
const DEBOUNCE_MS = 900;
/** A preview that the busy machine did not finish in time is asked for so often, with a pause of, ms. */
const ATTEMPTS = 3;
const AGAIN_MS = 4000;

type Wanted = readonly [key: string, order: api.Order | null];

class SmallPreviews {
  /** Object URLs by key. */
  readonly urls = new SvelteMap<string, string>();
  /** Why there is none, by key. */
  readonly problems = new SvelteMap<string, string>();
  /** The order that each was painted for, as JSON. */
  readonly #orders = new Map<string, string>();

  constructor(
    readonly wanted: () => Wanted[],
    readonly size: number,
  ) {}

  /** Paint what has changed. Call it while a component is set up; it ends with the component. */
  follow(): void {
    const wanted = $derived(
      this.wanted().map(([key, order]) => [key, JSON.stringify(small(order, this.size))] as const),
    );
    $effect(() => {
      const orders = wanted;
      const call = new AbortController();
      const wait = setTimeout(() => void this.#paint(orders, call.signal), DEBOUNCE_MS);
      return () => {
        clearTimeout(wait);
        call.abort();
      };
    });
  }

  async #paint(orders: (readonly [string, string])[], signal: AbortSignal): Promise<void> {
    const keys = new Set(orders.map(([key]) => key));
    for (const key of this.urls.keys()) if (!keys.has(key)) this.#set(key, null, "");
    for (const [key, order] of orders) {
      if (this.#orders.get(key) === order) continue;
      if (order === "null") this.#set(key, null, order);
      else await this.#paintOne(key, order, signal);
      if (signal.aborted) return;
    }
  }

  async #paintOne(key: string, order: string, signal: AbortSignal, attempts = ATTEMPTS): Promise<void> {
    try {
      const { picture } = await loadWhenFree(api.preview, JSON.parse(order) as api.Order, signal);
      this.#set(key, URL.createObjectURL(picture), order);
    } catch (error) {
      if (signal.aborted) return;
      this.#set(key, null, order);
      this.problems.set(key, errorMessage(error));
      if (attempts <= 1 || !isPassing(error)) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (!signal.aborted) await this.#paintOne(key, order, signal, attempts - 1);
    }
  }

  #set(key: string, url: string | null, order: string): void {
    const last = this.urls.get(key);
    if (url) this.urls.set(key, url);
    else this.urls.delete(key);
    this.problems.delete(key);
    if (order) this.#orders.set(key, order);
    else this.#orders.delete(key);
    if (last) URL.revokeObjectURL(last);
  }
}

/** Whether the same order may succeed later. */
const isPassing = (error: unknown): boolean =>
  !api.isApiError(error) || error.code === "too_slow" || error.status === 0 || error.status >= 500;

/** Without what the network does not read, so that a change of it paints nothing again. */
function small(order: api.Order | null, size: number): api.Order | null {
  if (!order) return null;
  const { preset, seconds: _, content_weight: __, iterations: ___, ...rest } = order;
  return { ...rest, preset: preset === "instant" ? preset : "standard", size } as api.Order;
}

/** By photograph. */
export const stripPreviews = new SmallPreviews(
  () =>
    paintForm.photos.length > 1
      ? paintForm.photos.map((photo) => [api.keyOf(photo), paintForm.orderFor(photo)])
      : [],
  STRIP_SIZE,
);
/** By cell. */
export const sheetPreviews = new SmallPreviews(
  () => paintForm.cells.map((cell) => [cell.key, paintForm.orderOfCell(cell)]),
  SHEET_SIZE,
);
