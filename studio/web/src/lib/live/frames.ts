/** Convert frames between bytes and planes, and smooth them over time. */

/** Convert RGBA bytes to planes of red, green and blue in [0, 1]. */
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

/** Blend painted planes into a frame's bytes, in place: 0 keeps the frame, 1 replaces it. */
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

/** The share of the new painting at a pixel that has not changed: noise is averaged over about four frames. */
const STILL_SHARE = 0.25;
/** The difference, summed over three channels, up to which a pixel is still, and from which it has moved. */
const [NOISE, MOVED] = [20, 75];
const SHARE_BY_DIFFERENCE = Float32Array.from({ length: 766 }, (_, difference) => {
  const step = Math.min(1, Math.max(0, (difference - NOISE) / (MOVED - NOISE)));
  return STILL_SHARE + (1 - STILL_SHARE) * step * step * (3 - 2 * step);
});

/**
 * Smooths paintings over time. Each frame is painted on its own, so that a camera's noise makes strokes flicker.
 * Where the camera saw no change, the painting follows slowly; where something moved, at once.
 */
export class TemporalSmoother {
  #seen: Uint8ClampedArray | null = null;
  #painted: Float32Array | null = null;

  /** Smooth the painting of a frame; changes `planes` in place. */
  smooth(frame: Uint8ClampedArray, planes: Float32Array): Float32Array {
    const [seen, before] = [this.#seen, this.#painted];
    if (seen?.length === frame.length && before) blend(frame, seen, planes, before);
    this.#seen = frame.slice();
    this.#painted = planes;
    return planes;
  }

  reset(): void {
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
    const followed = SHARE_BY_DIFFERENCE[difference]!;
    for (let plane = pixel; plane < 3 * count; plane += count)
      planes[plane] = before[plane]! + followed * (planes[plane]! - before[plane]!);
  }
}
