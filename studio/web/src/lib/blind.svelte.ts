/** Blind comparison: the pair shown, the answers, and the counts once no pair is left. */

import * as api from "./api";
import { toastErrors } from "./toasts.svelte";

class Blind {
  /** All pairs, shown and to come; `#position` is the index of the one shown. */
  #pairs = $state<api.BlindPair[]>([]);
  #position = $state(0);
  counts = $state<api.BlindCounts | null>(null);
  /** The number of pairs without an answer, including the one shown. */
  left = $state(0);
  #sending = false;

  readonly pair = $derived(this.#pairs[this.#position] ?? null);
  readonly isFirst = $derived(this.#position === 0);

  /** Load more pairs, or the counts where there are no more. */
  async load(): Promise<void> {
    if (this.pair) return;
    const answer = await toastErrors(() => api.blindPairs());
    if (!answer || this.pair) return;
    // A pair skipped because it could not be shown is not shown again.
    const known = new Set(this.#pairs.map(idOf));
    const fresh = answer.pairs.filter((pair) => !known.has(idOf(pair)));
    this.#pairs = [...this.#pairs, ...fresh];
    this.left = answer.left;
    if (!fresh.length) this.counts = (await toastErrors(() => api.blindCounts())) ?? null;
  }

  async answer(choice: api.BlindChoice): Promise<void> {
    const pair = this.pair;
    if (!pair || this.#sending) return;
    this.#sending = true;
    const sent = await toastErrors(() => api.blindAnswer(pair, choice));
    this.#sending = false;
    if (sent) await this.next();
  }

  /** Go on to the next pair: this one is answered, or cannot be shown. */
  async next(): Promise<void> {
    this.#position++;
    this.left = Math.max(0, this.left - 1);
    await this.load();
  }

  /** Go back to the previous pair. A new answer replaces the first. */
  back(): void {
    this.#position = Math.max(0, this.#position - 1);
    this.left++;
  }
}

const idOf = (pair: api.BlindPair): string => `${pair.a.id} ${pair.b.id}`;

/** Each visit to the page has its own state. */
export const newBlind = (): Blind => new Blind();
