import { expect, test } from "vitest";
import { type Frame, movedFrame, resizedFrame } from "./crop";

const FRAME: Frame = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
const PICTURE = { width: 640, height: 320 };

test("a frame stays within the picture", () => {
  expect(movedFrame(FRAME, 0.1, -0.1)).toEqual({ ...FRAME, x: 0.35, y: 0.15 });
  expect(movedFrame(FRAME, 9, -9)).toEqual({ ...FRAME, x: 0.5, y: 0 });
});

test("a corner is moved, and the opposite one stays", () => {
  expect(resizedFrame(FRAME, [1, 1], 0.1, 9, PICTURE)).toEqual({
    x: 0.25,
    y: 0.25,
    width: 0.6,
    height: 0.75,
  });
  expect(resizedFrame(FRAME, [0, 1], -0.25, 0, PICTURE)).toEqual({ x: 0, y: 0.25, width: 0.75, height: 0.5 });
});

test("a detail has 64 px at least", () => {
  expect(resizedFrame(FRAME, [1, 1], -1, -1, PICTURE)).toEqual({ x: 0.25, y: 0.25, width: 0.1, height: 0.2 });
  const { x, y, width, height } = resizedFrame(FRAME, [0, 0], 1, 1, PICTURE);
  expect([x, y]).toEqual([0.65, 0.55]);
  expect([width, height].map((side) => Number(side.toFixed(6)))).toEqual([0.1, 0.2]);
});
