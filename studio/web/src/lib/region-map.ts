/** The photograph's regions as pixels: changed by painting, and written as the file that the studio takes. */

import { canvasOf, contextOf, pixelsOf, pngOf } from "./canvas";
import { type Grid, smoothRegions } from "./regions";

export interface RegionMap {
  width: number;
  height: number;
  /** The region of each pixel, row by row. */
  labels: Uint8Array;
}

/** A file holds at most so many regions; each has so many grey values, of which the middle one is written. */
export const MAX_REGIONS = 16;
const STEP = 256 / MAX_REGIONS;
/** Cells are enlarged to at least so many px of the longer side, with smooth outlines. */
const SMOOTH_SIDE = 512;
/** A pixel of a mask from this value on is covered. */
const COVERED = 128;

/** How many px each cell is enlarged to. */
export const scaleOf = (grid: Grid): number =>
  Math.max(1, Math.round(SMOOTH_SIDE / Math.max(grid.length, grid[0]?.length ?? 1)));

/** The regions of cells, at the size of a picture, px. */
export function mapOf(grid: Grid, width: number, height: number): RegionMap {
  const scale = scaleOf(grid);
  const fine = smoothRegions(grid, scale);
  const [rows, columns] = [grid.length * scale, (grid[0]?.length ?? 1) * scale];
  const labels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from =
        Math.floor(((y + 0.5) / height) * rows) * columns + Math.floor(((x + 0.5) / width) * columns);
      labels[y * width + x] = fine[from] ?? 0;
    }
  return { width, height, labels };
}

/**
 * Give a region exactly the covered pixels. What it loses goes to the nearest other region.
 *
 * @param map The regions before.
 * @param region A number, which may be new.
 * @param mask How much of each pixel is covered, 0 to 255.
 */
export function redraw({ width, height, labels }: RegionMap, region: number, mask: Uint8Array): RegionMap {
  const result = new Uint8Array(labels);
  const lost = new Uint8Array(labels.length);
  let edge: number[] = [];
  for (let at = 0; at < labels.length; at++)
    if ((mask[at] ?? 0) >= COVERED) result[at] = region;
    else if (labels[at] === region) lost[at] = 1;
    else edge.push(at);
  // Only what borders on something lost can pass its number on.
  const around = (at: number): number[] => [
    at % width > 0 ? at - 1 : -1,
    (at + 1) % width > 0 ? at + 1 : -1,
    at - width,
    at + width < labels.length ? at + width : -1,
  ];
  edge = edge.filter((at) => around(at).some((near) => lost[near]));
  while (edge.length) {
    const next: number[] = [];
    for (const at of edge)
      for (const near of around(at))
        if (near >= 0 && lost[near]) {
          lost[near] = 0;
          result[near] = result[at] ?? 0;
          next.push(near);
        }
    edge = next;
  }
  return { width, height, labels: result };
}

/** How many regions a map has room for: the largest number and one. */
export const countOf = ({ labels }: RegionMap): number =>
  labels.reduce((most, one) => Math.max(most, one), 0) + 1;

/** Draw pixels in greys, as a file. */
function fileOf(width: number, height: number, grey: (at: number) => number): Promise<Blob> {
  const canvas = canvasOf(width, height);
  const context = contextOf(canvas);
  const image = context.createImageData(width, height);
  image.data.fill(255);
  for (let at = 0; at < width * height; at++) image.data.fill(grey(at), 4 * at, 4 * at + 3);
  context.putImageData(image, 0, 0);
  return pngOf(canvas);
}

/** The map as the file that the studio takes. */
export const mapFile = ({ width, height, labels }: RegionMap): Promise<Blob> =>
  fileOf(width, height, (at) => (labels[at] ?? 0) * STEP + STEP / 2);

/** One region as a mask: white, the rest black. */
export const maskFile = ({ width, height, labels }: RegionMap, region: number): Promise<Blob> =>
  fileOf(width, height, (at) => (labels[at] === region ? 255 : 0));

/** Read a mask at a size: how much of each pixel is covered, 0 to 255. */
export async function readMask(mask: Blob, width: number, height: number): Promise<Uint8Array> {
  const { data } = await pixelsOf(mask, width, height);
  return Uint8Array.from({ length: width * height }, (_, at) => data[4 * at] ?? 0);
}
