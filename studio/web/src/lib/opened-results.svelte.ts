/** The results that the gallery's address names: `?result=ID` is open, `?beside=ID,ID` are side by side. */

import { untrack } from "svelte";
import * as api from "./api";
import type { GalleryList } from "./gallery.svelte";
import { router } from "./router.svelte";
import { toastErrors } from "./toasts.svelte";

/** So many are shown side by side. */
export const MOST_BESIDE = 4;

export class OpenedResults {
  #results = $state.raw<api.Result[]>([]);
  readonly #names = $derived(router.query.get("result") ?? router.query.get("beside") ?? "");

  readonly one = $derived(router.query.has("result") ? (this.#results[0] ?? null) : null);
  readonly beside = $derived(router.query.has("beside") ? this.#results : []);

  /** Results are taken from the list, or else from the studio. Call this while a component is initialised. */
  constructor(list: GalleryList) {
    $effect(() => {
      const names = this.#names;
      const ids = names.split(",").filter(Boolean).slice(0, MOST_BESIDE);
      const known = [...list.results, ...untrack(() => this.#results)];
      const found = ids.map((id) => known.find((result) => result.id === id) ?? id);
      const missing = found.some((one) => typeof one === "string");
      if (!missing) this.#results = found as api.Result[];
      else if (list.loaded) void this.#load(names, found);
    });
  }

  /** Replace a result by its new state. */
  replace(result: api.Result): void {
    this.#results = this.#results.map((one) => (one.id === result.id ? result : one));
  }

  async #load(names: string, found: (api.Result | string)[]): Promise<void> {
    const results = await toastErrors(() =>
      Promise.all(found.map((one) => (typeof one === "string" ? api.result(one) : one))),
    );
    if (names !== this.#names) return;
    if (results) this.#results = results;
    else router.go("/gallery", { replace: true });
  }
}
