/** The style shelf, kept by the studio: own styles, favourites and tags. What was changed on this page can be undone. */

import * as api from "./api";
import { readStored, writeStored } from "./storage";
import { toastErrors } from "./toasts.svelte";

/** Own styles were stored in the browser before the studio kept them. */
const STORAGE_KEY = "own";

const keyOf = (picture: Pick<api.Input, "name" | "sha256">): string => picture.sha256 || picture.name;

type Changes = Partial<Pick<api.ShelfEntry, "own" | "favourite" | "tags">>;

class Shelf {
  /** The latest first. */
  entries = $state.raw<api.ShelfEntry[]>([]);
  /** Entries as they were before each change, and before each undo. */
  #past = $state.raw<api.ShelfEntry[]>([]);
  #future = $state.raw<api.ShelfEntry[]>([]);
  #loaded = false;

  readonly own = $derived(this.entries.filter((entry) => entry.own).map((entry) => entry.picture));
  readonly favourites = $derived(
    this.entries.filter((entry) => entry.favourite).map((entry) => entry.picture),
  );
  /** Every tag once, by the alphabet. */
  readonly tags = $derived([...new Set(this.entries.flatMap((entry) => entry.tags))].sort());
  readonly canUndo = $derived(this.#past.length > 0);
  readonly canRedo = $derived(this.#future.length > 0);

  /** Load it, once. */
  load(): void {
    if (this.#loaded) return;
    this.#loaded = true;
    void toastErrors(async () => {
      this.entries = (await api.shelf()).entries;
      await this.#moveIn();
    });
  }

  of(picture: api.Input): api.ShelfEntry {
    const known = this.entries.find((entry) => keyOf(entry.picture) === keyOf(picture));
    return known ?? { picture: api.plainInput(picture), own: false, favourite: false, tags: [] };
  }

  /** Change what is known of a style. */
  async change(picture: api.Input, changes: Changes): Promise<void> {
    const before = this.of(picture);
    if (!(await this.#put({ ...before, ...changes }))) return;
    this.#past = [...this.#past, before];
    this.#future = [];
  }

  /** Remember a style that was used. It is no step to undo. */
  remember(picture: api.Input): void {
    const known = this.of(picture);
    if (!known.own) void this.#put({ ...known, own: true });
  }

  async undo(): Promise<void> {
    const entry = this.#past.at(-1);
    if (!entry) return;
    const now = this.of(entry.picture);
    if (!(await this.#put(entry))) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, now];
  }

  async redo(): Promise<void> {
    const entry = this.#future.at(-1);
    if (!entry) return;
    const now = this.of(entry.picture);
    if (!(await this.#put(entry))) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, now];
  }

  async #put(entry: api.ShelfEntry): Promise<boolean> {
    const answer = await toastErrors(() => api.putOnShelf(entry));
    if (answer) this.entries = answer.entries;
    return answer !== undefined;
  }

  /** Put the styles that this browser remembers on the shelf, except those whose files are gone. */
  async #moveIn(): Promise<void> {
    const stored = readStored<api.Input[]>(STORAGE_KEY, []);
    if (!stored.length) return;
    for (const picture of stored.toReversed()) {
      if (picture.sha256 && !(await api.hasFile(picture.sha256))) continue;
      this.entries = (await api.putOnShelf({ ...this.of(picture), own: true })).entries;
    }
    writeStored(STORAGE_KEY, []);
  }
}

export const shelf = new Shelf();
