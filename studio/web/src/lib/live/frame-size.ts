/** Adapt the frame size to the machine, so that the frame rate is high enough. */

/** Sizes of the longer side, px. */
export const SIZES = [160, 208, 256, 320, 400, 480, 560, 640, 800, 960] as const;
const START_SIZE = 320;
/** The lowest frame rate allowed; the size shrinks to hold it, frames per second. */
const MIN_RATE = 15;
/** The most a frame may take, and the most it may take for the size to grow, ms. */
const [MAX_COST, GROW_COST] = [1000 / MIN_RATE, 48];
/** Frames per decision; at least the second number where frames are slow. */
const [WINDOW, MIN_WINDOW] = [12, 3];
/** A size that was too slow is not tried again for this long, ms. */
const RETRY_AFTER_MS = 30_000;

/** A frame's sides: `size` for the longer one, both multiples of 8, nearly in the source's shape. */
export function frameSides(width: number, height: number, size: number): { width: number; height: number } {
  const factor = Math.min(1, size / Math.max(width, height, 1));
  const whole = (side: number): number => Math.max(32, Math.round((side * factor) / 8) * 8);
  return { width: whole(width), height: whole(height) };
}

export class FrameSizer {
  size: number = START_SIZE;
  #costs: number[] = [];
  #tooLarge = Infinity;
  #since = 0;

  /** Record how long a frame took, ms. */
  addCost(cost: number, now = performance.now()): void {
    this.#costs.push(cost);
    const spent = this.#costs.reduce((sum, one) => sum + one, 0);
    if (this.#costs.length < MIN_WINDOW || (this.#costs.length < WINDOW && spent < WINDOW * MAX_COST)) return;
    const usual = [...this.#costs].sort((a, b) => a - b)[this.#costs.length >> 1] ?? cost;
    this.#costs = [];
    const at = SIZES.findIndex((size) => size >= this.size);
    const expected = (size: number): number => usual * (size / this.size) ** 2;
    const larger = SIZES[at + 1];
    if (usual > MAX_COST && at > 0) {
      this.#tooLarge = this.size;
      this.#since = now;
      this.size = SIZES.slice(0, at).findLast((size) => expected(size) <= MAX_COST) ?? SIZES[0];
    } else if (larger && expected(larger) < GROW_COST) {
      if (larger < this.#tooLarge || now - this.#since > RETRY_AFTER_MS) this.size = larger;
    }
  }
}
