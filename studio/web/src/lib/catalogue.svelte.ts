/** The pictures there are to choose from: drawn styles, samples, trained networks, and what was added before. */

import * as api from "./api";
import { recall, remember } from "./kept";
import { trying } from "./notices.svelte";

/** Small pictures have one size, px, so that each is drawn once. */
const SMALL = 256;
const MOST_OWN = 48;

class Catalogue {
  styles = $state<api.StyleCard[]>([]);
  samples = $state<api.StyleCard[]>([]);
  /** What a person added, the latest first. */
  own = $state<api.Input[]>(recall<api.Input[]>("own", []));
  #asked = false;

  /** Ask the server, once. */
  load(): void {
    if (this.#asked) return;
    this.#asked = true;
    void trying(async () => ([this.styles, this.samples] = await Promise.all([api.styles(), api.samples()])));
  }

  /** Ask again: a style has been trained, say. */
  reload(): void {
    this.#asked = false;
    this.load();
  }

  /** Where a small picture of an input is: of a network, what it was shown with. */
  picture(input: api.Input): string {
    const network = this.styles.find((card) => card.sha256 && card.sha256 === input.sha256);
    return network ? network.thumbnail : api.pictureUrl(input, SMALL);
  }

  add(input: api.Input): void {
    this.own = [input, ...this.own.filter((known) => known.sha256 !== input.sha256)].slice(0, MOST_OWN);
    remember("own", this.own);
  }

  forget(input: api.Input): void {
    this.own = this.own.filter((known) => known.sha256 !== input.sha256);
    remember("own", this.own);
  }
}

export const catalogue = new Catalogue();
