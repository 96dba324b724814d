import { describe, expect, test } from "vitest";
import { colorsOf, type Cover, grow } from "./edge-growth";

const [SIDE, EDGE] = [64, 40];

/** Two areas that meet at the column `EDGE`; a pixel's colour is what `color` says. */
function pictured(color: (x: number, y: number) => [number, number, number]): ReturnType<typeof colorsOf> {
  const data = new Uint8ClampedArray(4 * SIDE * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) data.set([...color(x, y), 255], 4 * (y * SIDE + x));
  return colorsOf({ width: SIDE, height: SIDE, data });
}
const halves = pictured((x) => (x < EDGE ? [200, 60, 40] : [40, 90, 180]));

function covered({ left, top, width, data }: Cover): { x: number; y: number }[] {
  return [...data].flatMap((value, at) =>
    value ? [{ x: left + (at % width), y: top + Math.floor(at / width) }] : [],
  );
}
const painted = (picture: typeof halves, x: number, y: number, radius: number): { x: number; y: number }[] =>
  covered(grow(picture, { x, y, radius }) as Cover);

describe("a dab", () => {
  test("stops at an edge, and reaches it", () => {
    const columns = painted(halves, 32, 32, 14).map(({ x }) => x);
    // The average of 3 × 3 px moves the edge by one at most.
    expect(Math.max(...columns)).toBeGreaterThanOrEqual(EDGE - 2);
    expect(Math.max(...columns)).toBeLessThan(EDGE);
    expect(Math.min(...columns)).toBe(18);
  });
  test("covers what the brush covers where there is no edge", () => {
    expect(painted(halves, 18, 32, 10).length).toBeGreaterThan(0.95 * Math.PI * 10 ** 2);
  });
  test("does not jump over what has another colour", () => {
    const striped = pictured((x) => (x >= 30 && x < 36 ? [240, 240, 240] : [30, 90, 50]));
    expect(Math.max(...painted(striped, 22, 32, 20).map(({ x }) => x))).toBeLessThan(30);
  });
  test("goes over shadows, but not over another hue of the same lightness", () => {
    const shaded = pictured((x) => (x < EDGE ? [130, 80, 60] : [150, 92, 69]));
    expect(Math.max(...painted(shaded, 32, 32, 14).map(({ x }) => x))).toBeGreaterThan(EDGE + 3);
    const hues = pictured((x) => (x < EDGE ? [130, 90, 60] : [90, 130, 60]));
    expect(Math.max(...painted(hues, 32, 32, 14).map(({ x }) => x))).toBeLessThan(EDGE);
  });
  test("takes in all colours of what is mottled", () => {
    const grass = pictured((x, y) => (((x >> 2) + (y >> 2)) % 2 ? [60, 110, 40] : [110, 150, 60]));
    expect(painted(grass, 32, 32, 20).length).toBeGreaterThan(0.85 * Math.PI * 20 ** 2);
  });
  test("at the border of the picture stays within it", () => {
    const cover = grow(halves, { x: 2, y: 62, radius: 10 }) as Cover;
    expect([cover.left, cover.top + cover.height]).toEqual([0, SIDE]);
    expect(covered(cover).length).toBeGreaterThan(50);
  });
  test("outside the picture covers nothing", () => {
    expect(grow(halves, { x: -30, y: 10, radius: 10 })).toBeNull();
    expect(grow(halves, { x: -8, y: 10, radius: 10 })).toBeNull();
  });
});
