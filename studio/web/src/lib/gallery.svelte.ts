/** The gallery's list of results: searched, continued page by page, and kept up to date by the studio's events. */

import * as api from "./api";
import { type GalleryEvent, studio } from "./studio.svelte";
import { toastErrors } from "./toasts.svelte";

/** Results on the first page, and the most that the server sends at once. */
const [FIRST, MOST] = [48, 200];

export class GalleryList {
  results = $state.raw<api.Result[]>([]);
  /** Where the next page begins; null after the last one. */
  next = $state<string | null>(null);
  loaded = $state(false);
  #query: api.ResultQuery = {};
  /** The number of the last search: what an earlier one finds is out of date. */
  #number = 0;
  #continuing = false;

  /** Follow the studio's events; returns how to stop. */
  follow(): () => void {
    return studio.followGallery((event) => void this.#changed(event));
  }

  /** Show the results of a query, `first` of them at once. */
  async search(query: api.ResultQuery, first = FIRST): Promise<void> {
    this.#query = query;
    await this.#load(first);
  }

  /** Add the next page. */
  async more(): Promise<void> {
    if (!this.next || this.#continuing) return;
    this.#continuing = true;
    const number = this.#number;
    const answer = await toastErrors(() => api.results({ ...this.#query, before: this.next, limit: MOST }));
    this.#continuing = false;
    if (!answer || number !== this.#number) return;
    this.results = [...this.results, ...answer.results];
    this.next = answer.next;
  }

  replace(result: api.Result): void {
    this.results = this.results.map((one) => (one.id === result.id ? result : one));
  }

  remove(id: string): void {
    this.results = this.results.filter((one) => one.id !== id);
  }

  async #changed(event: GalleryEvent): Promise<void> {
    if (!this.loaded) return;
    if ("removed" in event) this.remove(event.removed);
    else if (!("result" in event)) await this.#load(Math.max(FIRST, this.results.length));
    else if (this.results.some(({ id }) => id === event.result.id)) this.replace(event.result);
    else await this.#add(event.result);
  }

  /** Load the first results of the query anew. */
  async #load(count: number): Promise<void> {
    const number = ++this.#number;
    const found: api.Result[] = [];
    let next: string | null = null;
    do {
      const limit = Math.min(MOST, count - found.length);
      const answer = await toastErrors(() => api.results({ ...this.#query, before: next, limit }));
      if (!answer || number !== this.#number) return;
      found.push(...answer.results);
      next = answer.next;
    } while (next && found.length < count);
    this.results = found;
    this.next = next;
    this.loaded = true;
  }

  /** Add a result that has just been made, if it matches; one that was restored may lie further down. */
  async #add(result: api.Result): Promise<void> {
    const number = this.#number;
    const answer = await toastErrors(() => api.results({ ...this.#query, limit: FIRST }));
    if (!answer || number !== this.#number) return;
    const last = answer.results.at(-1);
    if (!answer.next || !last) {
      this.results = answer.results;
      this.next = answer.next;
    } else if (result.made < last.made) await this.#load(Math.max(FIRST, this.results.length));
    else {
      const known = new Set(answer.results.map(({ id }) => id));
      const older = this.results.filter((one) => !known.has(one.id) && one.made <= last.made);
      this.results = [...answer.results, ...older];
      if (!older.length) this.next = answer.next;
    }
  }
}
