import { describe, expect, test } from "vitest";
import { layoutRows, type RowOptions, tilesBetween } from "./tile-rows";

const options: RowOptions = { width: 1000, gap: [20, 30], heights: [200, 350], caption: 50 };

describe("rows", () => {
  test("are as wide as there is room, whatever the shapes", () => {
    const { tiles } = layoutRows([1.5, 0.7, 1, 1.8, 1, 1, 1.2, 0.6, 1.5], options);
    const tops = [...new Set(tiles.map((tile) => tile.top))];
    const full = tops.slice(0, -1).map((top) => tiles.filter((tile) => tile.top === top));
    expect(full.length).toBeGreaterThan(1);
    for (const row of full) {
      const last = row.at(-1);
      expect((last?.left ?? 0) + (last?.width ?? 0)).toBeCloseTo(1000);
      for (const tile of row) expect(tile.height).toBeGreaterThanOrEqual(200);
    }
  });
  test("lie below each other with room for the captions", () => {
    const { tiles, height } = layoutRows([2, 2, 2, 2, 2], options);
    expect(tiles.map((tile) => tile.top)).toEqual([0, 0, 325, 325, 650]);
    expect(height).toBe(650 + 245 + 50);
  });
  test("that are not full are no higher than the row above", () => {
    const tiles = layoutRows([2, 2, 1], options).tiles;
    expect(tiles[2]?.height).toBe(tiles[0]?.height);
    expect(layoutRows([1], options).tiles[0]?.height).toBe(350);
  });
  test("hold one picture where the screen is narrow", () => {
    const { tiles } = layoutRows([2, 2], { ...options, width: 300 });
    expect(tiles.map(({ left, width, height }) => [left, width, height])).toEqual([
      [0, 300, 150],
      [0, 300, 150],
    ]);
  });
  test("of nothing have no height", () => {
    expect(layoutRows([], options)).toEqual({ tiles: [], height: 0 });
  });
});

test("the tiles on a screen are found, captions included", () => {
  const layout = layoutRows(Array<number>(2000).fill(2), options);
  const pitch = 245 + 50 + 30;
  expect(tilesBetween(layout, 0, 100, 50)).toEqual([0, 2]);
  expect(tilesBetween(layout, 290, 330, 50)).toEqual([0, 4]);
  expect(tilesBetween(layout, 310, 330, 50)).toEqual([2, 4]);
  expect(tilesBetween(layout, 100 * pitch, 101 * pitch - 1, 50)).toEqual([200, 202]);
  expect(tilesBetween(layout, 1e6, 2e6, 50)).toEqual([2000, 2000]);
});
