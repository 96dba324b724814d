import { describe, expect, test } from "vitest";
import type { Order } from "./api";
import { sweepableSettings, sweepOrder } from "./sweep";

const ORDER: Order = { work: "stylize", styles: [{ name: "house:swirl", sha256: "", bytes: 0, share: 1 }] };

describe("the settings worth sweeping", () => {
  test("are those that the engine reads", () => {
    expect(sweepableSettings(ORDER)).toEqual(["strength", "style_scale", "content_weight", "smoothness"]);
    expect(sweepableSettings({ ...ORDER, engine: "network" })).toEqual(["strength", "style_scale"]);
    expect(sweepableSettings({ ...ORDER, preset: "instant" })).toEqual(["strength", "style_scale"]);
  });
  test("include the colour's strength where colours are not the style's", () => {
    expect(sweepableSettings({ ...ORDER, color: "keep" })).toContain("color_strength");
    expect(sweepableSettings({ ...ORDER, color: "style" })).not.toContain("color_strength");
  });
});

describe("a sweep's order", () => {
  const preset = (name: string): number => ({ style_scale: 1, content_weight: 2 })[name] ?? 0;

  test("varies around the order's own value, or else the preset's", () => {
    const order = { ...ORDER, style_scale: 1.5 };
    expect(sweepOrder(order, ["style_scale", "content_weight"], preset, 256)).toEqual({
      ...order,
      work: "sweep",
      size: 256,
      vary: { style_scale: [0.75, 1.5, 3], content_weight: [0.667, 2, 6] },
    });
  });
  test("stays within what the server accepts", () => {
    const { vary } = sweepOrder({ ...ORDER, style_scale: 15 }, ["style_scale"], preset, 192);
    expect(vary).toEqual({ style_scale: [7.5, 15, 20] });
  });
  test("leaves out what belongs to the first run and its size", () => {
    const order = { ...ORDER, done: [200], assignment: [[0]] };
    expect(Object.keys(sweepOrder(order, ["strength"], preset, 256)).sort()).toEqual(
      ["size", "styles", "vary", "work"].sort(),
    );
  });
});
