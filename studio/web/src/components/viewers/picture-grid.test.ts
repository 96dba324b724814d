import { expect, test } from "vitest";
import { largestGrid } from "./picture-grid";

test.each([
  ["two upright pictures on a wide screen", 2, 0.7, [1200, 700], 2],
  ["two wide pictures on a wide screen", 2, 1.5, [1200, 600], 2],
  ["two wide pictures on a phone", 2, 1.5, [360, 640], 1],
  ["three upright pictures on a wide screen", 3, 0.7, [1200, 700], 3],
  ["four pictures on a wide screen", 4, 1.4, [1200, 700], 2],
  ["four very wide pictures", 4, 8, [1200, 700], 1],
] as const)("%s", (_, count, ratio, room, columns) => {
  expect(largestGrid(count, ratio, [...room], [12, 30]).columns).toBe(columns);
});

test("frames fit into the room with what is between them", () => {
  const { columns, width } = largestGrid(4, 1.4, [1200, 700], [12, 30]);
  expect(columns * width + 12).toBeLessThanOrEqual(1200);
  expect(2 * (width / 1.4 + 30)).toBeLessThanOrEqual(700.001);
});
