/** How two pictures are compared, on every page: split by a line, beside each other, or one at a time. */

import { readStored, writeStored } from "../../lib/storage";

export const LAYOUTS = ["line", "beside", "turn"] as const;
export type Layout = (typeof LAYOUTS)[number];

class ComparisonLayout {
  current = $state<Layout>(readStored<Layout>("compare", "line"));

  choose(layout: Layout): void {
    this.current = layout;
    writeStored("compare", layout);
  }
}

export const comparison = new ComparisonLayout();
