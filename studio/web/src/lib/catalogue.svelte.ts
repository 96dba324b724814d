/** The styles to choose from: built-in ones, samples, trained networks, and the user's own. */

import * as api from "./api";
import { shelf } from "./shelf.svelte";
import { toastErrors } from "./toasts.svelte";

/** Thumbnails have a single size, so that the server makes each once, px. */
const THUMBNAIL_SIZE = 256;

class Catalogue {
  styles = $state<api.StyleCard[]>([]);
  samples = $state<api.StyleCard[]>([]);
  #loaded = false;

  /** What the user added, the latest first. */
  get own(): api.Input[] {
    return shelf.own;
  }

  /** Load the catalogue, once. */
  load(): void {
    if (this.#loaded) return;
    this.#loaded = true;
    shelf.load();
    void toastErrors(
      async () => ([this.styles, this.samples] = await Promise.all([api.styles(), api.samples()])),
    );
  }

  /** Load it again, for example after a style has been trained. */
  reload(): void {
    this.#loaded = false;
    this.load();
  }

  /** URL of an input's thumbnail. A network has a picture of its own. */
  picture(input: api.Input): string {
    const network = this.styles.find((card) => card.sha256 && card.sha256 === input.sha256);
    return network ? network.thumbnail : api.pictureUrl(input, THUMBNAIL_SIZE);
  }

  add(input: api.Input): void {
    shelf.remember(input);
  }
}

export const catalogue = new Catalogue();
