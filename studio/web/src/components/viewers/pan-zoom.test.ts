import { beforeEach, describe, expect, test } from "vitest";
import { PanZoom } from "./pan-zoom.svelte";

/** A picture of 1600 px in a frame of 400 × 300 px. */
let view: PanZoom;
beforeEach(() => {
  view = new PanZoom(() => 1600);
  [view.width, view.height] = [400, 300];
});

test("a fitted picture is shown in a quarter of its size", () => {
  expect(view.pixelZoom).toBe(4);
  expect(view.percent).toBe(25);
  expect(view.transform).toBe("translate(0px, 0px) scale(1)");
});

describe("zooming", () => {
  test("leaves the point where it is", () => {
    view.zoomTo(2, 100, 50);
    // The picture's point at (100, 50) was (100, 50), and is still there.
    expect([view.x + 2 * 100, view.y + 2 * 50]).toEqual([100, 50]);
  });
  test("leaves the point of a moved picture where it is, too", () => {
    view.zoomTo(4, 100, 50);
    view.moveBy(-60, -40);
    const [x, y] = [(300 - view.x) / view.zoom, (200 - view.y) / view.zoom];
    view.zoomTo(6, 300, 200);
    expect((300 - view.x) / view.zoom).toBeCloseTo(x);
    expect((200 - view.y) / view.zoom).toBeCloseTo(y);
  });
  test("without a point keeps the middle", () => {
    view.zoomTo(2);
    expect([view.x, view.y]).toEqual([-200, -150]);
  });
  test("ends at sixteen screen pixels for one of the picture, and at the fitted picture", () => {
    view.zoomTo(1000);
    expect(view.zoom).toBe(64);
    view.zoomTo(0.01);
    expect(view.zoom).toBe(1);
  });
  test("reduces a small picture to its own size at least, centred", () => {
    view = new PanZoom(() => 100);
    [view.width, view.height] = [400, 300];
    view.zoomToPixels();
    expect(view.percent).toBe(100);
    expect([view.zoom, view.x, view.y]).toEqual([0.25, 150, 112.5]);
  });
  test("by a double click shows pixels, and fits again", () => {
    view.toggle({ x: 0, y: 0 });
    expect(view.zoom).toBe(4);
    view.toggle({ x: 0, y: 0 });
    expect(view.zoom).toBe(1);
  });
});

test("a zoomed picture is moved to its edges at most", () => {
  view.zoomTo(2, 0, 0);
  view.moveBy(50, 50);
  expect([view.x, view.y]).toEqual([0, 0]);
  view.moveBy(-5000, -5000);
  expect([view.x, view.y]).toEqual([-400, -300]);
  view.fit();
  expect([view.zoom, view.x, view.y]).toEqual([1, 0, 0]);
});
