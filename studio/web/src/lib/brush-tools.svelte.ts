/** How a mask is painted: the tool and its settings, which the brush and its controls share. */

const [SMALLEST, LARGEST] = [0.01, 0.5];

export class BrushTools {
  /** A share of the longer side. */
  size = $state(0.12);
  /** Softness of the edge, 0 to 1. */
  soft = $state(0.3);
  erases = $state(false);
  /** The pointer draws the outline of an area; keys paint as the brush does. */
  lasso = $state(false);
  /** The brush covers only what looks like the middle of it. */
  edges = $state(false);

  constructor(start: Partial<Pick<BrushTools, "size" | "soft" | "edges">> = {}) {
    Object.assign(this, start);
  }

  resize(size: number): void {
    this.size = Math.min(LARGEST, Math.max(SMALLEST, size));
  }
}
