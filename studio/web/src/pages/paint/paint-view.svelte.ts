/** What the page Paint shows: the network's preview, the regions, or the job's picture. It follows jobs and changes of the form. */

import { untrack } from "svelte";
import { keyOf } from "../../lib/api";
import { paintForm } from "../../lib/forms/paint-form.svelte";
import { regionMatching } from "../../lib/forms/region-matching.svelte";

export type View = "preview" | "regions" | "painting";

class PaintView {
  current = $state<View>(paintForm.job ? "painting" : "preview");

  constructor() {
    let lastJob = paintForm.job;
    $effect(() => {
      if (paintForm.job !== lastJob) this.current = paintForm.job ? "painting" : "preview";
      lastJob = paintForm.job;
    });

    let byRegions = regionMatching.enabled;
    $effect(() => {
      if (regionMatching.enabled !== byRegions) {
        if (regionMatching.enabled) this.current = "regions";
        else if (this.current === "regions") this.current = "preview";
      }
      byRegions = regionMatching.enabled;
    });

    const order = $derived(JSON.stringify(paintForm.order));
    const photo = $derived(paintForm.own.content && keyOf(paintForm.own.content));
    let lastOrder = untrack(() => order);
    let lastPhoto = untrack(() => photo);
    $effect(() => {
      // A change after the job has ended: show what it does to the preview. Another photograph shows its own painting.
      const changed = order !== lastOrder && photo === lastPhoto;
      if (changed && !paintForm.active && this.current === "painting") this.current = "preview";
      lastOrder = order;
      lastPhoto = photo;
    });
  }
}

/** Call it while the page's component is set up. */
export const createPaintView = (): PaintView => new PaintView();
