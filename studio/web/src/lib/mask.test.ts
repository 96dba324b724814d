import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { colorsOf } from "./edge-growth";
import { Mask, sizeOf, type Stroke } from "./mask";

test("a mask is as large as its picture, at most 1024 px", () => {
  expect(sizeOf(640, 480)).toEqual({ width: 640, height: 480 });
  expect(sizeOf(4096, 2048)).toEqual({ width: 1024, height: 512 });
  expect(sizeOf(1, 5000)).toEqual({ width: 1, height: 1024 });
});

/** A context that keeps a list of what is on its canvas: one text for each stroke or picture drawn. */
class FakeContext {
  drawn: string[] = [];
  globalCompositeOperation = "source-over";
  globalAlpha = 1;
  filter = "none";
  lineWidth = 1;
  strokeStyle = "";
  fillStyle = "";
  lineCap = "";
  lineJoin = "";
  alpha = 0;
  canvas = { width: 300, height: 150 };
  #path: string[] = [];

  save(): void {}
  restore(): void {
    this.globalCompositeOperation = "source-over";
    this.filter = "none";
    this.globalAlpha = 1;
  }
  clearRect(): void {
    this.drawn = [];
  }
  fillRect(): void {
    const alpha = this.globalAlpha < 1 ? ` alpha=${this.globalAlpha}` : "";
    this.drawn.push(`${this.globalCompositeOperation} ${this.fillStyle}${alpha}`);
  }
  beginPath(): void {
    this.#path = [];
  }
  moveTo(x: number, y: number): void {
    this.#path.push(`${x},${y}`);
  }
  lineTo(x: number, y: number): void {
    this.#path.push(`${x},${y}`);
  }
  stroke(): void {
    const { globalCompositeOperation: mode, lineWidth, filter, globalAlpha: alpha } = this;
    const faint = alpha < 1 ? ` alpha=${alpha}` : "";
    this.drawn.push(`${mode} ${this.#path.join(" ")} width=${lineWidth} ${filter}${faint}`);
  }
  fill(): void {
    const { globalCompositeOperation: mode, filter } = this;
    this.drawn.push(`${mode} ${this.#path.join(" ")} filled ${filter}`);
  }
  drawImage(image: { getContext?: () => FakeContext }): void {
    this.drawn.push(...(image.getContext?.().drawn ?? ["picture"]));
  }
  getImageData(_x = 0, _y = 0, width = 1, height = 1): { data: number[] } {
    return { data: Array.from({ length: 4 * width * height }, (_, at) => (at % 4 === 3 ? this.alpha : 0)) };
  }
  putImageData(image: { data: number[] }, x: number, y: number): void {
    this.drawn.push(`${image.data.filter((value) => value === 255).length} px at ${x},${y}`);
  }
}

const contexts = new WeakMap<HTMLCanvasElement, FakeContext>();
function contextOf(canvas: HTMLCanvasElement): FakeContext {
  const context = contexts.get(canvas) ?? new FakeContext();
  contexts.set(canvas, context);
  return context;
}

let canvas: HTMLCanvasElement;
let mask: Mask;
beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(function (this: HTMLCanvasElement) {
    return contextOf(this) as unknown as RenderingContext;
  } as never);
  canvas = document.createElement("canvas");
  mask = new Mask(canvas, "#f00");
});
afterEach(() => void vi.restoreAllMocks());

const stroke = (changes: Partial<Stroke> = {}): Stroke => ({
  points: [[10, 20]],
  size: 40,
  soft: 0,
  erases: false,
  level: 1,
  ...changes,
});
const drawn = (): string[] => contextOf(canvas).drawn;

describe("a stroke", () => {
  test("grows with each point, and stays one stroke", () => {
    mask.begin(stroke());
    mask.extend([30, 40]);
    mask.extend([50, 60]);
    mask.end();
    expect(drawn()).toEqual(["source-over 10,20 30,40 50,60 width=40 none"]);
  });
  test("of one point is a dot", () => {
    mask.begin(stroke());
    expect(drawn()).toEqual(["source-over 10,20 10.01,20 width=40 none"]);
  });
  test("that erases takes away", () => {
    mask.begin(stroke({ erases: true }));
    expect(drawn()[0]).toMatch(/^destination-out /);
  });
  test("with a soft edge is blurred, and narrower so that it ends up as wide", () => {
    // A quarter of 40 · 0.8 is faded on each side.
    mask.begin(stroke({ soft: 0.8 }));
    expect(drawn()[0]).toMatch(/width=24 blur\(8px\)$/);
  });
});

test("a lasso fills what it encloses, or erases it", () => {
  mask.begin(stroke({ lasso: true }));
  mask.extend([30, 40]);
  mask.extend([10, 40]);
  mask.end();
  mask.begin(
    stroke({
      lasso: true,
      erases: true,
      points: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    }),
  );
  expect(drawn()).toEqual([
    "source-over 10,20 30,40 10,40 filled none",
    "destination-out 1,2 3,4 5,6 filled none",
  ]);
});

describe("a stroke that follows edges", () => {
  const [width, height] = [300, 150];
  // Red up to the column 30, then blue.
  const data = new Uint8ClampedArray(4 * width * height);
  for (let at = 0; at < width * height; at++)
    data.set(at % width < 30 ? [200, 0, 0, 255] : [0, 0, 200, 255], 4 * at);
  const edges = colorsOf({ width, height, data });

  test("covers no more than the area in which it begins, whatever its level", () => {
    mask.begin(stroke({ points: [[20, 60]], edges }));
    expect(drawn()[0]).toMatch(/^source-over 20,60 /);
    const pixels = Number(/^(\d+) px/.exec(drawn()[1] ?? "")?.[1]);
    expect(pixels).toBeGreaterThan(0.6 * Math.PI * 20 ** 2);
    expect(pixels).toBeLessThan(0.85 * Math.PI * 20 ** 2);
  });
  test("has a dab every quarter of the radius, and is undone as one", () => {
    mask.begin(stroke({ points: [[20, 60]], edges }));
    mask.extend([20, 82]);
    mask.end();
    expect(drawn().filter((one) => one.includes(" px at "))).toHaveLength(5);
    mask.undo();
    expect(drawn()).toEqual([]);
    mask.redo();
    expect(drawn().length).toBeGreaterThan(0);
  });
  test("is an outline as ever with the lasso", () => {
    mask.begin(stroke({ lasso: true, edges }));
    expect(drawn()).toEqual(["source-over 10,20 10.01,20 filled none"]);
  });
});

describe("a level", () => {
  test("replaces what a stroke covers, and is not added to it", () => {
    mask.begin(stroke({ level: 0.4 }));
    expect(drawn()).toEqual([
      "destination-out 10,20 10.01,20 width=40 none",
      "lighter 10,20 10.01,20 width=40 none alpha=0.4",
    ]);
  });
  test("fills everything, strokes come after it, and both are undone", () => {
    mask.begin(stroke());
    mask.end();
    mask.fill(0.6);
    mask.begin(stroke({ points: [[1, 2]] }));
    mask.end();
    expect(drawn()).toEqual(["source-over #f00 alpha=0.6", "source-over 1,2 1.01,2 width=40 none"]);
    mask.undo();
    mask.undo();
    expect(drawn()).toEqual(["source-over 10,20 10.01,20 width=40 none"]);
  });
});

describe("undo", () => {
  beforeEach(() => {
    mask.begin(stroke());
    mask.end();
    mask.begin(stroke({ points: [[1, 2]], erases: true }));
    mask.end();
  });

  test("takes back the last stroke only", () => {
    mask.undo();
    expect(drawn()).toEqual(["source-over 10,20 10.01,20 width=40 none"]);
    mask.undo();
    expect(drawn()).toEqual([]);
    mask.undo();
    expect(drawn()).toEqual([]);
  });
  test("leaves the strokes that come after it alone", () => {
    mask.undo();
    mask.begin(stroke({ points: [[7, 8]] }));
    mask.end();
    expect(drawn()).toHaveLength(2);
    expect(drawn()[1]).toContain("7,8");
  });
  test("clearing takes back all of them", () => {
    mask.fill(0);
    expect(drawn()).toEqual([]);
  });
  test("takes back clearing, too", () => {
    const before = [...drawn()];
    mask.fill(0);
    mask.undo();
    expect(drawn()).toEqual(before);
  });
  test("is itself undone by redo, until something else is painted", () => {
    const before = [...drawn()];
    mask.undo();
    mask.undo();
    mask.redo();
    mask.redo();
    mask.redo();
    expect(drawn()).toEqual(before);
    mask.undo();
    mask.begin(stroke({ points: [[7, 8]] }));
    mask.end();
    mask.redo();
    expect(drawn()).toHaveLength(2);
    expect(drawn()[1]).toContain("7,8");
  });
});

test("a mask is empty until something is visible on it", () => {
  expect(mask.empty).toBe(true);
  contextOf(canvas).alpha = 8;
  expect(mask.empty).toBe(true);
  contextOf(canvas).alpha = 9;
  expect(mask.empty).toBe(false);
});

test("its file is white on black", async () => {
  let copy: string[] = [];
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation(function (
    this: HTMLCanvasElement,
    done,
  ) {
    copy = contextOf(this).drawn;
    done(new Blob());
  });
  mask.begin(stroke());
  await mask.file();
  expect(copy).toEqual([
    "source-over 10,20 10.01,20 width=40 none",
    "source-in #fff",
    "destination-over #000",
  ]);
});
