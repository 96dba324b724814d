/** The form of the page Garments and rooms, and the order that it sends. */

import { type Input, type Order, plainInput, type Style } from "../../lib/api";
import type { JobForm } from "../../lib/forms/job-form.svelte";

export type Kind = "pattern" | "style";
/** Upper left, upper right, lower right, lower left, px of the photograph. */
export type Corners = [number, number][];

export interface GarmentFields {
  photo: Input | null;
  mask: Input | null;
  /** Whether the chosen pictures are repeated, or styles that the engine paints in. */
  kind: Kind;
  scale: number;
  angle: number;
  hue: number;
  folds: number;
  shading: number;
  /** The cloth has a print already. */
  printed: boolean;
  corners: Corners | null;
  /** Designs on a sheet; 0 for one picture. */
  variations: number;
}

export type GarmentForm = JobForm<GarmentFields>;

export const EMPTY: GarmentFields = {
  photo: null,
  mask: null,
  kind: "pattern",
  scale: 0.3,
  angle: 0,
  hue: 0,
  folds: 1,
  shading: 1,
  printed: false,
  corners: null,
  variations: 0,
};
/** Designs on a sheet of several patterns where no number was chosen. */
const USUAL_VARIATIONS = 8;

/** Designs on the sheet; 0 for one picture. Several patterns always make a sheet. */
export function designCount(own: GarmentFields, styles: Style[]): number {
  return own.variations || (styles.length > 1 ? Math.max(USUAL_VARIATIONS, styles.length) : 0);
}

export function toOrder(own: GarmentFields, styles: Style[]): Record<string, unknown> | null {
  if (!own.photo || !own.mask) return null;
  const pictures = styles.map(plainInput);
  const isPattern = own.kind === "pattern";
  return {
    photo: own.photo,
    mask: own.mask,
    patterns: isPattern ? pictures : [],
    styles: isPattern ? [] : pictures,
    scale: isPattern ? own.scale : null,
    angle: isPattern ? own.angle : null,
    corners: isPattern ? own.corners : null,
    hue: own.hue,
    folds: isPattern ? own.folds : null,
    shading: own.shading,
    printed: own.printed || null,
    variations: designCount(own, styles) || null,
  };
}

export function fromOrder(order: Order): Partial<GarmentFields> {
  const number = (name: keyof GarmentFields): number => Number(order[name] ?? EMPTY[name]);
  return {
    photo: (order["photo"] as Input | undefined) ?? null,
    mask: (order["mask"] as Input | undefined) ?? null,
    kind: (order["patterns"] as unknown[] | undefined)?.length ? "pattern" : "style",
    scale: number("scale"),
    angle: number("angle"),
    hue: number("hue"),
    folds: number("folds"),
    shading: number("shading"),
    printed: order["printed"] === true,
    corners: (order["corners"] as unknown as Corners | undefined) ?? null,
    variations: number("variations"),
  };
}

/** The upright rectangle in the middle from which a wall's corners are dragged. */
export function firstCorners(width: number, height: number): Corners {
  const [left, right] = [0.2 * width, 0.8 * width].map(Math.round) as [number, number];
  const [top, bottom] = [0.2 * height, 0.8 * height].map(Math.round) as [number, number];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** Whether four corners go clockwise round a convex area, as the view of a flat wall must. */
export function isWall(corners: Corners): boolean {
  return corners.every(([x, y], at) => {
    const [x1, y1] = corners[(at + 1) % 4] ?? [0, 0];
    const [x2, y2] = corners[(at + 2) % 4] ?? [0, 0];
    return (x1 - x) * (y2 - y1) - (y1 - y) * (x2 - x1) > 1;
  });
}
