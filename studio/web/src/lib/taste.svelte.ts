/** What the person likes and dislikes, kept by the studio, and pictures in that order. */

import { SvelteMap } from "svelte/reactivity";
import * as api from "./api";
import { readStored, writeStored } from "./storage";
import { toastErrors } from "./toasts.svelte";

const STORAGE_KEY = "taste.order";

/** What identifies a picture, whatever it is called. */
export const tasteKey = (input: api.Input): string => input.sha256 || input.name;

class Taste {
  liked = $state<api.Input[]>([]);
  disliked = $state<api.Input[]>([]);
  /** Pictures are shown in the order of taste. */
  ordered = $state(readStored(STORAGE_KEY, false));
  /** Pictures are being measured for the first time. */
  ranking = $state(false);
  /** The predicted liking by `tasteKey`; of one ranking only, since scores depend on what they are compared with. */
  readonly scores = new SvelteMap<string, number>();
  #loaded = false;
  #rankings = 0;

  get empty(): boolean {
    return !this.liked.length && !this.disliked.length;
  }

  /** Load the profile, once. */
  load(): void {
    if (this.#loaded) return;
    this.#loaded = true;
    void toastErrors(async () => this.#take(await api.tasteProfile()));
  }

  rating(input: api.Input): api.Rating {
    const key = tasteKey(input);
    if (this.liked.some((one) => tasteKey(one) === key)) return "like";
    return this.disliked.some((one) => tasteKey(one) === key) ? "dislike" : null;
  }

  /** Rate a picture; the same rating again takes it back. Shown at once, and taken back if the request fails. */
  async rate(input: api.Input, rating: api.Rating): Promise<void> {
    const wanted = this.rating(input) === rating ? null : rating;
    const before = { liked: this.liked, disliked: this.disliked };
    const others = (side: api.Input[]) => side.filter((one) => tasteKey(one) !== tasteKey(input));
    this.#take({
      liked: wanted === "like" ? [...others(this.liked), input] : others(this.liked),
      disliked: wanted === "dislike" ? [...others(this.disliked), input] : others(this.disliked),
    });
    this.#take((await toastErrors(() => api.ratePicture(input, wanted))) ?? before);
  }

  async forget(): Promise<void> {
    if (await toastErrors(() => api.forgetTaste())) this.#take({ liked: [], disliked: [] });
  }

  choose(ordered: boolean): void {
    this.ordered = ordered;
    writeStored(STORAGE_KEY, ordered);
  }

  /** Rank pictures, and return those to mix with their shares. Asks again until all of them are measured. */
  async rank(inputs: api.Input[]): Promise<api.Style[]> {
    if (this.empty || !inputs.length) return [];
    const number = ++this.#rankings;
    this.ranking = true;
    let ranking: api.Ranking | undefined;
    let left = Infinity;
    do {
      left = ranking?.left ?? left;
      ranking = await toastErrors(() => api.rankPictures(inputs));
      // Pictures that cannot be measured must not keep it asking.
    } while (ranking?.left && ranking.left < left && number === this.#rankings);
    // Another list was asked for meanwhile.
    if (number !== this.#rankings) return [];
    this.ranking = false;
    if (!ranking) return [];
    this.scores.clear();
    ranking.scores.forEach((score, index) => {
      const input = inputs[index];
      if (input && score !== null) this.scores.set(tasteKey(input), score);
    });
    return ranking.mixture.flatMap(({ index, share }) => {
      const input = inputs[index];
      return input ? [{ ...input, share }] : [];
    });
  }

  /** Sort by taste, best first; what has no score stays behind, in its own order. */
  sort<Item>(items: Item[], inputOf: (item: Item) => api.Input | null): Item[] {
    const score = (item: Item): number => {
      const input = inputOf(item);
      return (input && this.scores.get(tasteKey(input))) ?? Number.NEGATIVE_INFINITY;
    };
    return items
      .map((item) => ({ item, score: score(item) }))
      .sort((a, b) => (a.score === b.score ? 0 : b.score - a.score))
      .map(({ item }) => item);
  }

  #take({ liked, disliked }: api.TasteProfile): void {
    this.liked = liked;
    this.disliked = disliked;
  }
}

export const taste = new Taste();
