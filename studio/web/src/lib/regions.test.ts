import { describe, expect, test } from "vitest";
import type { Regions } from "./api";
import {
  areaShares,
  assignmentText,
  fits,
  labelPositions,
  parseAssignment,
  sameRegions,
  smoothRegions,
  tintOf,
  TINTS,
} from "./regions";

/** A photograph of two halves; two styles, whose regions are numbered on: 0, 1 and 2. */
const FOUND: Regions = {
  content: [
    [0, 0, 1, 1],
    [0, 0, 1, 1],
  ],
  styles: [[[0, 1]], [[2, 2]]],
  assignment: [[2], [0, 1]],
};

describe("an assignment", () => {
  test("is read from text, from a recipe, and from nothing", () => {
    expect(parseAssignment("2,0,1+3")).toEqual([[2], [0], [1, 3]]);
    expect(parseAssignment([2, 0])).toEqual([[2], [0]]);
    expect(parseAssignment([[2], [1, 3]])).toEqual([[2], [1, 3]]);
    expect(parseAssignment("")).toBeNull();
    expect(parseAssignment(undefined)).toBeNull();
  });
  test("of text that is none has no valid numbers", () => {
    expect(parseAssignment("1,x")).toEqual([[1], [Number.NaN]]);
  });
  test("is written as it is read", () => {
    expect(assignmentText([[2], [0], [1, 3]])).toBe("2,0,1+3");
    expect(parseAssignment(assignmentText(FOUND.assignment))).toEqual(FOUND.assignment);
  });
  test("fits regions that are there, each with at least one", () => {
    expect(fits([[0], [2]], FOUND)).toBe(true);
    expect(fits([[0], [3]], FOUND)).toBe(false);
    expect(fits([[0], [Number.NaN]], FOUND)).toBe(false);
    expect(fits([[0], []], FOUND)).toBe(false);
    expect(fits([[0]], FOUND)).toBe(false);
  });
});

describe("regions are the same", () => {
  const grid = (changed: number): number[][] => [
    Array.from({ length: 100 }, (_, x) => (x < changed ? 1 : 0)),
  ];
  const found = (changed: number): Regions => ({
    content: grid(changed),
    styles: [[[0]]],
    assignment: [[0], [0]],
  });

  test("though a border moved by five cells of a hundred", () => {
    expect(sameRegions(found(20), found(25))).toBe(true);
    expect(sameRegions(found(20), found(26))).toBe(false);
  });
  test("only where there are as many, of as many pictures", () => {
    expect(sameRegions(FOUND, { ...FOUND, assignment: [[0]] })).toBe(false);
    expect(sameRegions(FOUND, { ...FOUND, styles: [[[0, 1]]] })).toBe(false);
  });
});

test("shares of the area add up to one, in the order of the numbers", () => {
  const shares = areaShares([
    [2, 2, 2],
    [0, 2, 1],
  ]);
  expect([...shares.keys()]).toEqual([0, 1, 2]);
  expect(shares.get(2)).toBeCloseTo(4 / 6);
  expect([...shares.values()].reduce((sum, share) => sum + share)).toBeCloseTo(1);
});

describe("labels", () => {
  test("stand in the middle of their regions", () => {
    const row = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const positions = labelPositions([row, row, row, row, row]);
    expect(positions.get(0)).toEqual({ x: 0.25, y: 0.5 });
    expect(positions.get(1)).toEqual({ x: 0.75, y: 0.5 });
  });
  test("keep four cells apart", () => {
    // Two rows of seven cells: the middles of both would be one above the other.
    const positions = labelPositions([Array<number>(7).fill(0), Array<number>(7).fill(1)]);
    const [first, second] = [positions.get(0), positions.get(1)];
    const across = 7 * ((first?.x ?? 0) - (second?.x ?? 0));
    expect(Math.hypot(across, 1)).toBeGreaterThanOrEqual(4);
  });
});

describe("smoothed regions", () => {
  test("keep their place", () => {
    const fine = smoothRegions(FOUND.content, 4);
    expect(fine).toHaveLength(8 * 16);
    expect([...fine.slice(0, 16)]).toEqual([...Array<number>(8).fill(0), ...Array<number>(8).fill(1)]);
  });
  test("have no single cells", () => {
    const grid = Array.from({ length: 5 }, (_, y) =>
      Array.from({ length: 5 }, (_, x) => (x === 2 && y === 2 ? 1 : 0)),
    );
    expect(Math.max(...smoothRegions(grid, 4))).toBe(0);
  });
});

test("there is a colour for every region", () => {
  expect(tintOf(0)).toBe(TINTS[0]);
  expect(tintOf(TINTS.length + 1)).toBe(TINTS[1]);
});
