import { beforeEach, describe, expect, test } from "vitest";
import { frameSides, FrameSizer, SIZES } from "./frame-size";

describe("a frame's sides", () => {
  test("are multiples of 8 in nearly the source's shape", () => {
    expect(frameSides(1280, 720, 320)).toEqual({ width: 320, height: 184 });
    expect(frameSides(720, 1280, 320)).toEqual({ width: 184, height: 320 });
  });
  test("are never larger than the source, and never less than 32", () => {
    expect(frameSides(160, 104, 960)).toEqual({ width: 160, height: 104 });
    expect(frameSides(1000, 10, 160)).toEqual({ width: 160, height: 32 });
  });
});

describe("the frame size", () => {
  let sizer: FrameSizer;
  let now = 0;
  beforeEach(() => {
    sizer = new FrameSizer();
    now = 0;
  });
  function paint(frames: number, cost: number): void {
    for (let frame = 0; frame < frames; frame++) sizer.addCost(cost, (now += cost));
  }

  test("stays at first, and while frames are neither slow nor fast", () => {
    expect(sizer.size).toBe(320);
    paint(100, 50);
    expect(sizer.size).toBe(320);
  });
  test("grows by one step where a larger frame would still be fast", () => {
    paint(11, 10);
    expect(sizer.size).toBe(320);
    paint(1, 10);
    expect(sizer.size).toBe(400);
  });
  test("grows to the largest at most", () => {
    paint(1000, 1);
    expect(sizer.size).toBe(SIZES.at(-1));
  });
  test("shrinks at once to what holds 15 frames a second", () => {
    // 300 ms at 320 px are 75 ms at 160: not enough, but there is nothing smaller.
    paint(3, 300);
    expect(sizer.size).toBe(160);
  });
  test("shrinks by as little as it takes", () => {
    // 80 ms at 320 px are 51 ms at 256 px.
    paint(12, 80);
    expect(sizer.size).toBe(256);
  });
  test("one slow frame among many does not count", () => {
    paint(6, 50);
    paint(1, 200);
    paint(5, 50);
    expect(sizer.size).toBe(320);
  });
  test("does not go back to what was too slow for half a minute", () => {
    paint(12, 80);
    paint(24, 10);
    expect(sizer.size).toBe(256);
    now += 31_000;
    paint(12, 10);
    expect(sizer.size).toBe(320);
  });
});
