/** From a frame's bytes to planes and back, and what holds still what stands still. */

/** RGBA bytes → planes of red, green and blue in [0, 1]. */
export function planesOf(bytes: Uint8ClampedArray): Float32Array {
  const count = bytes.length / 4;
  const planes = new Float32Array(3 * count);
  for (let pixel = 0, at = 0; pixel < count; pixel++, at += 4) {
    planes[pixel] = bytes[at]! / 255;
    planes[pixel + count] = bytes[at + 1]! / 255;
    planes[pixel + 2 * count] = bytes[at + 2]! / 255;
  }
  return planes;
}

/** Write painted planes over a frame's bytes, `strength` of the way from the frame. */
export function mix(planes: Float32Array, bytes: Uint8ClampedArray, strength: number): void {
  const count = bytes.length / 4;
  const painted = 255 * strength;
  const left = 1 - strength;
  for (let pixel = 0, at = 0; pixel < count; pixel++, at += 4) {
    bytes[at] = planes[pixel]! * painted + bytes[at]! * left;
    bytes[at + 1] = planes[pixel + count]! * painted + bytes[at + 1]! * left;
    bytes[at + 2] = planes[pixel + 2 * count]! * painted + bytes[at + 2]! * left;
  }
}

/** Of a pixel that has not changed this share is taken over from the new frame: noise is averaged over four. */
const STILL = 0.25;
/** By how much a pixel differs, its three channels summed, when it counts as still and when as another. */
const [NOISE, MOVED] = [20, 75];
const FOLLOWED = Float32Array.from({ length: 766 }, (_, difference) => {
  const way = Math.min(1, Math.max(0, (difference - NOISE) / (MOVED - NOISE)));
  return STILL + (1 - STILL) * way * way * (3 - 2 * way);
});

/**
 * A network paints every frame anew, and a camera's noise makes its strokes boil. Where the camera saw nothing new, the painting
 * follows slowly; where something moved, at once.
 */
export class Steady {
  #seen: Uint8ClampedArray | null = null;
  #painted: Float32Array | null = null;

  /** The painting to show for a frame; `planes` is changed. */
  follow(frame: Uint8ClampedArray, planes: Float32Array): Float32Array {
    const [seen, before] = [this.#seen, this.#painted];
    if (seen?.length === frame.length && before) blend(frame, seen, planes, before);
    this.#seen = frame.slice();
    this.#painted = planes;
    return planes;
  }

  forget(): void {
    this.#seen = this.#painted = null;
  }
}

function blend(
  frame: Uint8ClampedArray,
  seen: Uint8ClampedArray,
  planes: Float32Array,
  before: Float32Array,
): void {
  const count = frame.length / 4;
  for (let pixel = 0, at = 0; pixel < count; pixel++, at += 4) {
    const difference =
      Math.abs(frame[at]! - seen[at]!) +
      Math.abs(frame[at + 1]! - seen[at + 1]!) +
      Math.abs(frame[at + 2]! - seen[at + 2]!);
    const followed = FOLLOWED[difference]!;
    for (let plane = pixel; plane < 3 * count; plane += count)
      planes[plane] = before[plane]! + followed * (planes[plane]! - before[plane]!);
  }
}
