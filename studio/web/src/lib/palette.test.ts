import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { extractPalette } from "./palette";

type Rgba = readonly [number, number, number, number];

/** A canvas that shows these pixels whatever is drawn on it. */
function show(pixels: readonly Rgba[]): void {
  const context = {
    drawImage: () => {},
    getImageData: () => ({ data: new Uint8ClampedArray(pixels.flat()) }),
  };
  vi.stubGlobal("createImageBitmap", () => Promise.resolve({}));
  vi.stubGlobal(
    "OffscreenCanvas",
    class {
      getContext = () => context;
    },
  );
}
const times = (count: number, pixel: Rgba): Rgba[] => Array<Rgba>(count).fill(pixel);

beforeEach(() => vi.unstubAllGlobals());
afterEach(() => vi.unstubAllGlobals());

test("the colours of a picture of as many colours are those, dark ones first", async () => {
  show([
    ...times(50, [255, 255, 255, 255]),
    ...times(20, [180, 71, 47, 255]),
    ...times(30, [29, 42, 68, 255]),
  ]);
  expect(await extractPalette(new Blob(), 3)).toEqual(["#1d2a44", "#b4472f", "#ffffff"]);
});

test("a rare accent is found beside common colours", async () => {
  show([
    ...times(500, [120, 120, 120, 255]),
    ...times(480, [136, 136, 136, 255]),
    ...times(2, [255, 0, 0, 255]),
  ]);
  expect(await extractPalette(new Blob(), 3)).toContain("#ff0000");
});

test("similar colours become their mean in OKLab", async () => {
  show([...times(10, [100, 100, 100, 255]), ...times(10, [104, 104, 104, 255])]);
  expect(await extractPalette(new Blob(), 1)).toEqual(["#666666"]);
});

test("transparent pixels do not count", async () => {
  show([...times(90, [0, 255, 0, 127]), ...times(10, [0, 0, 255, 128])]);
  expect(await extractPalette(new Blob(), 1)).toEqual(["#0000ff"]);
});

test("a wholly transparent picture has no palette", async () => {
  show(times(10, [1, 2, 3, 0]));
  await expect(extractPalette(new Blob())).rejects.toThrow("transparent");
});
