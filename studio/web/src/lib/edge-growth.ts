/** A brush that follows the edges of a picture: of what a dab covers, keep what looks like the middle of the dab. */

/** Colours of a picture in which distances are seen as such: three numbers for each pixel, row by row. */
export interface Colors {
  width: number;
  height: number;
  data: Float32Array;
}

/** A circle of the brush, px. */
export interface Dab {
  x: number;
  y: number;
  radius: number;
}

/** What a dab covers: 255 inside, 0 outside, row by row from `left` and `top` on. */
export interface Cover {
  left: number;
  top: number;
  width: number;
  height: number;
  data: Uint8Array;
}

/** Lightness counts half, because folds and shadows change it. */
const LIGHTNESS = 0.5;
/** Colours nearer than this to one in the middle are the same thing, in steps of 1/255. */
const NEAR = 20;
/** The part of the radius that counts as the middle, and the fewest pixels of it. */
const MIDDLE = 0.12;
const LEAST_MIDDLE = 1.5;
/** How many colours of the middle others are compared with. */
const SAMPLES = 24;
/** The share of the middle that has a colour which counts: fewer come from an edge that the middle touches. */
const USUAL = 0.25;

/** What became of a pixel. */
const [UNKNOWN, OTHER, INSIDE] = [0, 1, 255];

/**
 * Grow from the middle of a dab over connected pixels of similar colour, and no further than the dab.
 *
 * @param picture The colours of what is painted on, from `colorsOf`.
 * @param dab A circle that may reach beyond the picture.
 * @returns The pixels reached; null where the middle of the dab lies outside the picture.
 */
export function grow(picture: Colors, dab: Dab): Cover | null {
  const left = Math.max(0, Math.floor(dab.x - dab.radius));
  const top = Math.max(0, Math.floor(dab.y - dab.radius));
  const width = Math.min(picture.width, Math.ceil(dab.x + dab.radius)) - left;
  const height = Math.min(picture.height, Math.ceil(dab.y + dab.radius)) - top;
  if (width <= 0 || height <= 0) return null;
  const away = (at: number): number =>
    Math.hypot(left + (at % width) + 0.5 - dab.x, top + Math.floor(at / width) + 0.5 - dab.y);
  const place = (at: number): number =>
    3 * ((top + Math.floor(at / width)) * picture.width + left + (at % width));

  const middle: number[] = [];
  const radius = Math.max(LEAST_MIDDLE, MIDDLE * dab.radius);
  for (let at = 0; at < width * height; at++) if (away(at) <= radius) middle.push(at);
  const samples = usualPlaces(picture.data, middle.map(place));
  if (!samples.length) return null;

  const data = new Uint8Array(width * height);
  const open: number[] = [];
  const visit = (at: number): void => {
    if (data[at] !== UNKNOWN || away(at) > dab.radius) return;
    const spot = place(at);
    const inside = samples.some((sample) => isNear(picture.data, spot, sample));
    data[at] = inside ? INSIDE : OTHER;
    if (inside) open.push(at);
  };
  middle.forEach(visit);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at % width > 0) visit(at - 1);
    if ((at + 1) % width > 0) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at + width < data.length) visit(at + width);
  }
  return { left, top, width, height, data: closed(data, width, height) };
}

/** Prepare a canvas's picture: each pixel averaged over 3 × 3 px, so that grain does not count. */
export function colorsOf({ width, height, data }: Omit<ImageData, "colorSpace">): Colors {
  const colors = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let [red, green, blue, count] = [0, 0, 0, 0];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const at = 4 * (v * width + u);
          red += data[at] ?? 0;
          green += data[at + 1] ?? 0;
          blue += data[at + 2] ?? 0;
          count++;
        }
      const to = 3 * (y * width + x);
      colors[to] = (LIGHTNESS * (red + green + blue)) / (3 * count);
      colors[to + 1] = (red - green) / count;
      colors[to + 2] = (blue - (red + green) / 2) / count;
    }
  return { width, height, data: colors };
}

function isNear(colors: Float32Array, one: number, other: number): boolean {
  const lightness = (colors[one] ?? 0) - (colors[other] ?? 0);
  const red = (colors[one + 1] ?? 0) - (colors[other + 1] ?? 0);
  const blue = (colors[one + 2] ?? 0) - (colors[other + 2] ?? 0);
  return lightness * lightness + red * red + blue * blue < NEAR * NEAR;
}

/** Places of the middle whose colours count; samples of all of it where none is usual, as in grass. */
function usualPlaces(colors: Float32Array, middle: readonly number[]): number[] {
  const step = Math.max(1, Math.ceil(middle.length / SAMPLES));
  const samples = middle.filter((_, index) => index % step === 0);
  const usual = samples.filter(
    (one) => samples.filter((other) => isNear(colors, one, other)).length >= USUAL * samples.length,
  );
  return usual.length > samples.length / 2 ? usual : samples;
}

/** Fill gaps of single pixels, and remove spurs: each pixel becomes what most of the 3 × 3 px around it are. */
function closed(data: Uint8Array, width: number, height: number): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let [inside, count] = [0, 0];
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          if (data[v * width + u] === INSIDE) inside++;
          count++;
        }
      result[y * width + x] = 2 * inside > count ? INSIDE : 0;
    }
  return result;
}
