/** The finished paintings of the sheet, loaded as their jobs end. */

import { SvelteMap } from "svelte/reactivity";
import * as api from "../../lib/api";
import { type Cell, paintForm } from "../../lib/forms/paint-form.svelte";
import { pictureOf, ratedPicture } from "../../lib/results";
import { studio } from "../../lib/studio.svelte";

class SheetResults {
  /** By the result's id; null while it is being loaded, and where it was deleted. */
  readonly #results = new SvelteMap<string, api.Result | null>();

  /** Load what is missing. Call it while a component is set up. */
  follow(): void {
    $effect(() => {
      for (const cell of paintForm.cells) {
        const id = this.#idOf(cell);
        if (!id || this.#results.has(id)) continue;
        this.#results.set(id, null);
        api.result(id).then(
          (result) => this.#results.set(id, result),
          () => {},
        );
      }
    });
  }

  /** The painting of a cell as it was ordered, its URL and the picture to rate; null before it is finished. */
  of(cell: Cell): { picture: string; input: api.Input } | null {
    const id = this.#idOf(cell);
    const result = id ? this.#results.get(id) : null;
    const input = result && ratedPicture(result);
    return result && input ? { picture: pictureOf(result), input } : null;
  }

  /** The job that paints a cell as the choices are now; null where there is none. */
  job(cell: Cell): api.Job | null {
    const known = paintForm.started[cell.key];
    if (!known || known.order !== JSON.stringify(paintForm.orderOfCell(cell))) return null;
    return studio.jobs.get(known.id) ?? null;
  }

  #idOf(cell: Cell): string | null {
    return this.job(cell)?.result ?? null;
  }
}

export const sheetResults = new SheetResults();
