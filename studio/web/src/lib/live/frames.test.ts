import { describe, expect, test } from "vitest";
import { mix, planesOf, TemporalSmoother } from "./frames";

const frame = (...pixels: [number, number, number][]): Uint8ClampedArray =>
  new Uint8ClampedArray(pixels.flatMap((pixel) => [...pixel, 255]));

test("bytes become planes of red, green and blue", () => {
  const planes = planesOf(frame([255, 0, 51], [0, 102, 255]));
  [1, 0, 0, 0.4, 0.2, 1].forEach((value, index) => expect(planes[index]).toBeCloseTo(value, 6));
});

test("planes are written over bytes, as strongly as asked for", () => {
  const bytes = frame([100, 100, 100]);
  mix(Float32Array.of(1, 0, 0.5), bytes, 0.5);
  expect([...bytes]).toEqual([178, 50, 114, 255]);
});

describe("the smoother", () => {
  const follow = (difference: number): number => {
    const smoother = new TemporalSmoother();
    smoother.smooth(frame([100, 100, 100]), Float32Array.of(0, 0, 0));
    return smoother.smooth(frame([100 + difference, 100, 100]), Float32Array.of(1, 1, 1))[0] ?? Number.NaN;
  };
  test("follows slowly where the camera saw nothing new", () => {
    expect(follow(0)).toBeCloseTo(0.25);
    expect(follow(20)).toBeCloseTo(0.25);
  });
  test("follows at once where something moved", () => {
    expect(follow(75)).toBeCloseTo(1);
    expect(follow(150)).toBeCloseTo(1);
  });
  test("follows in between by the smooth step of the difference", () => {
    // Half the way from 20 to 75 is not a whole number; 42 is 0.4 of it.
    expect(follow(42)).toBeCloseTo(0.25 + 0.75 * 0.4 * 0.4 * (3 - 0.8), 5);
  });
  test("starts anew after a reset and with another size", () => {
    const smoother = new TemporalSmoother();
    smoother.smooth(frame([0, 0, 0]), Float32Array.of(0, 0, 0));
    smoother.reset();
    expect([...smoother.smooth(frame([0, 0, 0]), Float32Array.of(1, 1, 1))]).toEqual([1, 1, 1]);
    const larger = Float32Array.of(1, 1, 1, 1, 1, 1);
    expect([...smoother.smooth(frame([0, 0, 0], [0, 0, 0]), larger)]).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
