import { expect, test } from "vitest";
import { countOf, mapOf, redraw, scaleOf } from "./region-map";

const GRID = [
  [0, 0, 1, 1],
  [0, 0, 1, 1],
];
const map = mapOf(GRID, 8, 4);
/** A mask that covers the columns from one to another. */
const columns = (from: number, to: number): Uint8Array =>
  Uint8Array.from(map.labels, (_, at) => (at % 8 >= from && at % 8 < to ? 255 : 0));
const row = ({ labels }: typeof map): number[] => [...labels.slice(8, 16)];

test("cells become pixels of the picture", () => {
  expect(row(map)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  expect(scaleOf(GRID)).toBe(128);
  expect(scaleOf(Array.from({ length: 200 }, () => Array.from({ length: 256 }, () => 0)))).toBe(2);
});
test("a region gets what is covered", () => {
  expect(row(redraw(map, 0, columns(0, 6)))).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
});
test("what it loses goes to the region beside it", () => {
  expect(row(redraw(map, 1, columns(6, 8)))).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  const three = redraw(map, 2, columns(2, 6));
  expect(row(three)).toEqual([0, 0, 2, 2, 2, 2, 1, 1]);
  expect(row(redraw(three, 2, columns(9, 9)))).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
});
test("a new region counts, and one that lost everything no longer does", () => {
  expect(countOf(redraw(map, 2, columns(0, 1)))).toBe(3);
  expect(countOf(redraw(map, 1, columns(9, 9)))).toBe(1);
});
test("a region that covers everything cannot give anything away", () => {
  const whole = redraw(map, 0, columns(0, 8));
  expect(row(redraw(whole, 0, columns(0, 4)))).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});
