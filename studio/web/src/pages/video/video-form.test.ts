import { describe, expect, test } from "vitest";
import type { Input, Order, Style } from "../../lib/api";
import {
  endOf,
  frameOrder,
  keyFields,
  keysOf,
  placed,
  regionsOf,
  spread,
  timed,
  type VideoFields,
  type VideoForm,
  withKey,
  withRegion,
} from "./video-form";

const style = (name: string, at?: number): Style => ({
  name,
  sha256: "",
  bytes: 0,
  share: 1,
  ...(at === undefined ? {} : { at }),
});
const FIELDS: VideoFields = {
  clip: null,
  length: 10,
  start: 2,
  end: 0,
  steady: true,
  strokes: false,
  turns: true,
  keys: [],
  regions: [],
};
const FRAME: Input = { name: "frame.jpg", sha256: "f", bytes: 1 };

test("a part without an end goes on to the clip's end", () => {
  expect(endOf(FIELDS)).toBe(10);
  expect(endOf({ ...FIELDS, end: 4 })).toBe(4);
});

describe("styles", () => {
  test("that take turns begin at a second; others, and a single one, have none", () => {
    const both = [style("a", 1.5), style("b")];
    expect(timed(both, true).map(({ at }) => at)).toEqual([1.5, 0]);
    expect(timed(both, false)).toEqual([style("a"), style("b")]);
    expect(timed([style("a", 3)], true)).toEqual([style("a")]);
  });
  test("that are new begin evenly spread; others keep their beginning", () => {
    const styles = spread([style("a"), style("b", 3), style("c"), style("d")], FIELDS);
    expect(styles.map(({ at }) => at)).toEqual([2, 3, 6, 8]);
  });
});

describe("keyframes", () => {
  const file: Input = { name: "edited.png", sha256: "e", bytes: 3 };
  const keys = [
    { number: 1, file: null },
    { number: 12, file },
    { number: 24, file: null },
  ];
  test("are numbers where the engine paints them, and pictures where they are given", () => {
    expect(keyFields(keys)).toEqual({ keys: [1, 24], keyframes: [{ ...file, number: 12 }] });
    expect(keyFields([])).toEqual({ keys: null, keyframes: null });
    expect(keyFields([], true)).toEqual({ keys: "auto", keyframes: null });
    expect(keyFields(keys, true)).toEqual(keyFields(keys));
  });
  test("are read from an order again, in order", () => {
    expect(keysOf({ work: "video", styles: [], ...keyFields(keys) } as unknown as Order)).toEqual(keys);
    expect(keysOf({ work: "video", styles: [], keys: "auto" } as unknown as Order)).toEqual([]);
  });
  test("of the same frame replace each other", () => {
    expect(withKey(keys, { number: 24, file })).toEqual([...keys.slice(0, 2), { number: 24, file }]);
    expect(withKey(keys, { number: 5, file: null }).map(({ number }) => number)).toEqual([1, 5, 12, 24]);
  });
});

describe("regions", () => {
  const mask = (name: string): Input => ({ name, sha256: name, bytes: 1 });
  const styles = [style("a"), style("b")];
  const own = {
    turns: false,
    regions: withRegion(withRegion([], "b", 1, mask("one")), "b", 97, mask("two")),
  };
  test("name a style once for each mask, and the others have the rest", () => {
    const all = placed(styles, own);
    expect(all.map(({ name, region, region_frame: frame }) => [name, region?.name, frame])).toEqual([
      ["a", undefined, undefined],
      ["b", "one", 1],
      ["b", "two", 97],
    ]);
    expect(regionsOf({ styles: all })).toEqual(own.regions);
  });
  test("are left out where styles take turns, and where the same style also has the rest", () => {
    expect(placed(styles, { ...own, turns: true }).map(({ region }) => region)).toEqual([
      undefined,
      undefined,
    ]);
    expect(regionsOf({ styles: [style("a"), { ...style("a"), region: mask("one") }] })).toEqual([]);
  });
  test("are replaced and taken away by their frame", () => {
    const changed = withRegion(own.regions, "b", 1, mask("three"));
    expect(changed.map(({ number, mask: { name } }) => [number, name])).toEqual([
      [97, "two"],
      [1, "three"],
    ]);
    expect(withRegion(changed, "b", 97, null)).toEqual(changed.slice(1));
  });
});

describe("a frame", () => {
  const form = (turns: boolean): VideoForm =>
    ({
      styles: [style("a", 2), style("b", 6)],
      settings: { size: 96 },
      preset: "instant",
      own: { ...FIELDS, turns },
    }) as unknown as VideoForm;
  const names = (turns: boolean, seconds: number): string[] =>
    frameOrder(form(turns), FRAME, seconds).styles.map(({ name }) => name);

  test("is painted in the style whose turn it is", () => {
    expect(names(true, 5.9)).toEqual(["a"]);
    expect(names(true, 6)).toEqual(["b"]);
    expect(names(true, 0)).toEqual(["a"]);
  });
  test("is painted in all styles where they are mixed", () => {
    expect(frameOrder(form(false), FRAME, 0)).toEqual({
      work: "stylize",
      size: 96,
      preset: "instant",
      content: FRAME,
      styles: [style("a"), style("b")],
    });
  });
});
