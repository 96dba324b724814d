/** Regions of pictures: colours, label positions, smooth outlines, and which region is matched with which. */

import type { Regions, Setting } from "./api";

/** Rows of cells, each with the number of its region. */
export type Grid = number[][];
export type Assignment = number[][];

/** One for each region of the photograph. Palettes by Okabe and Ito, and by Tol, for colour-blind people. */
export const TINTS = [
  "#e69f00",
  "#56b4e9",
  "#009e73",
  "#cc79a7",
  "#f0e442",
  "#0072b2",
  "#d55e00",
  "#882255",
  "#b0b0b0",
  "#999933",
] as const;
export const tintOf = (region: number): string => TINTS[region % TINTS.length] ?? TINTS[0];

/** Regions count as the same if this share of cells is equal; borders may move a little. */
const SAME_SHARE = 0.95;
/** The wanted distance between labels, in cells. */
const LABEL_DISTANCE = 4;

/** Parse the setting `assignment`, as typed (`2,0,1+3`) or from a recipe. Null if it is empty. */
export function parseAssignment(value: Setting | undefined): Assignment | null {
  if (value == null || value === "") return null;
  if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? one : [one]));
  return String(value)
    .split(",")
    .map((part) => part.split("+").map((one) => (/^\s*\d+\s*$/.test(one) ? Number(one) : NaN)));
}

export const assignmentText = (assignment: Assignment): string =>
  assignment.map((regions) => regions.join("+")).join(",");

/** Check whether an assignment is possible for these regions. */
export function fits(assignment: Assignment, { styles, assignment: found }: Regions): boolean {
  const last = Math.max(...styles.flat(2));
  return (
    assignment.length === found.length &&
    assignment.every((regions) => regions.length > 0 && regions.every((one) => one >= 0 && one <= last))
  );
}

/** Check whether two responses have the same regions, so that numbers mean the same in both. */
export function sameRegions(one: Regions, other: Regions): boolean {
  const [grids, others] = [
    [one.content, ...one.styles],
    [other.content, ...other.styles],
  ];
  return (
    one.assignment.length === other.assignment.length &&
    grids.length === others.length &&
    grids.every((grid, at) => {
      const [cells, theirs] = [grid.flat(), others[at]?.flat() ?? []];
      const same = cells.filter((number, index) => number === theirs[index]).length;
      return grid.length === others[at]?.length && same >= SAME_SHARE * cells.length;
    })
  );
}

/** The share of the picture that each region covers, 0 to 1. */
export function areaShares(grid: Grid): Map<number, number> {
  const cells = grid.flat();
  const shares = new Map<number, number>();
  for (const number of cells) shares.set(number, (shares.get(number) ?? 0) + 1 / cells.length);
  return new Map([...shares].sort(([one], [other]) => one - other));
}

/** Labels are placed on at most so many cells of the longer side: every cell is compared with every other. */
const LABEL_SIDE = 40;

/** Where to put each region's label: deep inside the region, and away from other labels. In shares of the sides. */
export function labelPositions(grid: Grid): Map<number, { x: number; y: number }> {
  const step = Math.ceil(Math.max(grid.length, grid[0]?.length ?? 0) / LABEL_SIDE);
  const some = <T>(list: T[]): T[] => list.filter((_, at) => at % step === Math.floor(step / 2));
  return coarseLabelPositions(some(grid).map(some));
}

function coarseLabelPositions(grid: Grid): Map<number, { x: number; y: number }> {
  const [rows, columns] = [grid.length, grid[0]?.length ?? 0];
  const all = grid.flatMap((row, y) => row.map((number, x) => ({ number, x, y })));
  const placed: { x: number; y: number }[] = [];
  const places = new Map<number, { x: number; y: number }>();
  // Place small regions first: they have the least room.
  for (const [number] of [...areaShares(grid)].sort(([, one], [, other]) => one - other)) {
    const others = all.filter((cell) => cell.number !== number);
    let best = { x: 0, y: 0, score: -Infinity };
    for (const { number: own, x, y } of all) {
      if (own !== number) continue;
      let score = Math.min(x + 1, y + 1, columns - x, rows - y);
      for (const other of others) score = Math.min(score, Math.hypot(other.x - x, other.y - y));
      for (const other of placed)
        score -= 3 * Math.max(0, LABEL_DISTANCE - Math.hypot(other.x - x, other.y - y));
      if (score > best.score) best = { x, y, score };
    }
    placed.push(best);
    places.set(number, { x: (best.x + 0.5) / columns, y: (best.y + 0.5) / rows });
  }
  return places;
}

/** Weights of the four nearest cells at `u` between two centres: a cubic B-spline, in which single cells vanish. */
const spline = (u: number): [number, number, number, number] => [
  (1 - u) ** 3 / 6,
  (3 * u ** 3 - 6 * u ** 2 + 4) / 6,
  (-3 * u ** 3 + 3 * u ** 2 + 3 * u + 1) / 6,
  u ** 3 / 6,
];

/** Upsample regions with smooth outlines: `scale` × `scale` pixels per cell, row by row. */
export function smoothRegions(grid: Grid, scale: number): Uint16Array {
  const [rows, columns] = [grid.length, grid[0]?.length ?? 0];
  const fine = new Uint16Array(rows * columns * scale * scale);
  const weights = new Float64Array(1 + Math.max(0, ...grid.flat()));
  const within = (place: number, count: number): number => Math.min(count - 1, Math.max(0, place));
  for (let y = 0; y < rows * scale; y++)
    for (let x = 0; x < columns * scale; x++) {
      const [cy, cx] = [(y + 0.5) / scale - 0.5, (x + 0.5) / scale - 0.5];
      const [top, left] = [Math.floor(cy), Math.floor(cx)];
      const across = spline(cx - left);
      weights.fill(0);
      spline(cy - top).forEach((down, i) => {
        const row = grid[within(top - 1 + i, rows)] ?? [];
        for (let j = 0; j < 4; j++) {
          const number = row[within(left - 1 + j, columns)] ?? 0;
          weights[number] = (weights[number] ?? 0) + down * (across[j] ?? 0);
        }
      });
      fine[y * columns * scale + x] = weights.indexOf(Math.max(...weights));
    }
  return fine;
}
