/** A detail of a picture: the frame around it, and the picture in it. */

import { canvasOf, contextOf, pngOf } from "./canvas";

/** In shares of the picture's sides, 0 to 1. */
export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The shortest side of a detail that shows a style, px. */
const LEAST = 64;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Move a frame within the picture. */
export function movedFrame(frame: Frame, right: number, down: number): Frame {
  return {
    ...frame,
    x: within(frame.x + right, 0, 1 - frame.width),
    y: within(frame.y + down, 0, 1 - frame.height),
  };
}

/** Move one corner of a frame, `[0, 0]` is the upper left; the opposite corner stays. `picture`: its size, px. */
export function resizedFrame(
  frame: Frame,
  [rightSide, lowerSide]: readonly [number, number],
  right: number,
  down: number,
  picture: { width: number; height: number },
): Frame {
  const [x, width] = resizedSide(frame.x, frame.width, rightSide, right, LEAST / picture.width);
  const [y, height] = resizedSide(frame.y, frame.height, lowerSide, down, LEAST / picture.height);
  return { x, y, width, height };
}

function resizedSide(
  start: number,
  length: number,
  far: number,
  by: number,
  least: number,
): [number, number] {
  const shortest = Math.min(1, least);
  const end = start + length;
  if (far) return [start, within(length + by, Math.min(shortest, 1 - start), 1 - start)];
  const moved = within(start + by, 0, Math.max(0, end - shortest));
  return [moved, end - moved];
}

/** Return the part of a picture within a frame, pixel by pixel, as PNG. */
export async function cropPicture(url: string, frame: Frame): Promise<Blob> {
  const picture = await createImageBitmap(await (await fetch(url)).blob());
  const [x, y] = [Math.round(frame.x * picture.width), Math.round(frame.y * picture.height)];
  const width = Math.max(1, Math.min(picture.width - x, Math.round(frame.width * picture.width)));
  const height = Math.max(1, Math.min(picture.height - y, Math.round(frame.height * picture.height)));
  const canvas = canvasOf(width, height);
  contextOf(canvas).drawImage(picture, x, y, width, height, 0, 0, width, height);
  return pngOf(canvas);
}
