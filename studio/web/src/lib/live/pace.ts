/** How large the frames may be so that there are enough of them. */

/** Sizes of the longer side, px. */
export const SIZES = [160, 208, 256, 320, 400, 480, 560, 640, 800, 960] as const;
const START = 320;
/** Frames a second that are held, whatever it costs in pixels. */
const LEAST_RATE = 15;
/** What a frame may cost, ms: so much, and it is painted larger only if it would then still cost no more than this. */
const [MOST, COMFORTABLE] = [1000 / LEAST_RATE, 48];
/** Frames that are looked at together; where they are slow, fewer in the same time. */
const [LOOKED_AT, FEWEST] = [12, 3];
/** What was too large once is not tried again so soon, ms. */
const PATIENCE = 30_000;

/** A frame's sides: as wide or high as `size`, in a shape near the source's, both multiples of 8. */
export function sides(width: number, height: number, size: number): { width: number; height: number } {
  const factor = Math.min(1, size / Math.max(width, height, 1));
  const whole = (side: number): number => Math.max(32, Math.round((side * factor) / 8) * 8);
  return { width: whole(width), height: whole(height) };
}

export class Pace {
  size: number = START;
  #costs: number[] = [];
  #tooLarge = Infinity;
  #since = 0;

  /** A frame was painted, and cost so many ms. */
  told(cost: number, now = performance.now()): void {
    this.#costs.push(cost);
    const spent = this.#costs.reduce((sum, one) => sum + one, 0);
    if (this.#costs.length < FEWEST || (this.#costs.length < LOOKED_AT && spent < LOOKED_AT * MOST)) return;
    const usual = [...this.#costs].sort((a, b) => a - b)[this.#costs.length >> 1] ?? cost;
    this.#costs = [];
    const at = SIZES.findIndex((size) => size >= this.size);
    const expected = (size: number): number => usual * (size / this.size) ** 2;
    const larger = SIZES[at + 1];
    if (usual > MOST && at > 0) {
      this.#tooLarge = this.size;
      this.#since = now;
      this.size = SIZES.slice(0, at).findLast((size) => expected(size) <= MOST) ?? SIZES[0];
    } else if (larger && expected(larger) < COMFORTABLE) {
      if (larger < this.#tooLarge || now - this.#since > PATIENCE) this.size = larger;
    }
  }
}
