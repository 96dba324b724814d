import { beforeEach, describe, expect, test } from "vitest";
import type { Result, Schema } from "./api";
import { attemptTree, changeText, contentKey, differences } from "./attempts";
import { i18n } from "./i18n.svelte";

const schema = {
  settings: { properties: { preset: {}, size: {}, strength: {}, color: {}, iterations: {}, memory: {} } },
  presets: {
    draft: { size: 256, strength: 1, color: "style", iterations: [50] },
    standard: { size: 512, strength: 1, color: "style", iterations: [200, 100] },
  },
  works: ["stylize"],
  pages: {},
} as unknown as Schema;

let minute = 0;
/** A painting made after those before it; its own picture has the file `file-ID`. */
function painting(id: string, recipe: Record<string, unknown> = {}): Result {
  const style = { name: "house:swirl", sha256: "", bytes: 0, share: 1 };
  return {
    id,
    work: "stylize",
    made: `2026-01-01T00:${String(minute++).padStart(2, "0")}`,
    files: [{ role: "picture", id: `file-${id}` }],
    recipe: {
      content: { name: "cat.png", sha256: "c0", bytes: 1 },
      styles: [style],
      preset: "standard",
      ...recipe,
    },
  } as unknown as Result;
}
const mosaic = { name: "house:mosaic", sha256: "", bytes: 0, share: 1 };
const texts = (a: Result, b: Result): string[] => differences(a, b, schema).map(changeText);

beforeEach(() => {
  minute = 0;
  i18n.choose("en");
});

describe("what was changed", () => {
  const base = painting("a");
  test.each([
    ["a setting", { strength: 0.5 }, ["Strength 1 → 0.5"]],
    ["a setting that was given before only", { color: "keep" }, ["Colours Style's → Photograph's"]],
    ["the style", { styles: [mosaic] }, ["Styles Swirl → Mosaic"]],
    ["the preset, without what follows from it", { preset: "draft" }, ["Preset Standard → Draft"]],
    [
      "the preset, and a setting that keeps its value",
      { preset: "draft", size: 512, iterations: [50] },
      ["Preset Standard → Draft"],
    ],
    [
      "the preset, and another setting",
      { preset: "draft", strength: 2 },
      ["Preset Standard → Draft", "Strength 1 → 2"],
    ],
    [
      "regions drawn by hand",
      { region_map: { name: "m", sha256: "r", bytes: 1 } },
      ["Regions refined by hand"],
    ],
    ["a protected area", { keep: { name: "mask", sha256: "m", bytes: 1 } }, ["Another protected area"]],
    ["finer strokes", { finer: { name: "mask", sha256: "f", bytes: 1 } }, ["Finer strokes in other parts"]],
    ["nothing, on another machine", { memory: 3 }, []],
  ])("%s", (_, recipe, expected) => expect(texts(base, painting("b", recipe))).toEqual(expected));

  test("the shares of two styles, or their regions", () => {
    const two = (share: number, region = "") =>
      painting("x", {
        styles: [
          { ...mosaic, region: region ? { name: "r", sha256: region, bytes: 1 } : null },
          { ...mosaic, share },
        ],
      });
    expect(texts(two(1), two(0.5))).toEqual(["Shares of the styles 1 : 1 → 1 : 0.5"]);
    expect(texts(two(1), two(1, "r1"))).toEqual(["Other regions of the styles"]);
  });
});

describe("the tree", () => {
  test("follows what a painting was continued from, whatever else is nearer", () => {
    const [a, b] = [painting("a"), painting("b", { strength: 2 })];
    const c = painting("c", {
      strength: 2,
      init: "picture",
      init_picture: { name: "a.png", sha256: "file-a", bytes: 1 },
    });
    const tree = attemptTree([c, b, a], schema);
    const third = tree.find((attempt) => attempt.result.id === "c");
    expect(third?.continued).toBe(true);
    expect(third?.parent?.result.id).toBe("a");
  });

  test("takes the earlier attempt with the fewest changes for the one that was followed", () => {
    const all = [
      painting("a"),
      painting("b", { styles: [mosaic], strength: 2 }),
      painting("c", { strength: 0.5 }),
      painting("d", { styles: [mosaic], strength: 3 }),
    ];
    const parents = attemptTree(all, schema).map(({ result, parent }) => [result.id, parent?.result.id]);
    expect(Object.fromEntries(parents)).toEqual({ a: undefined, b: "a", c: "a", d: "b" });
  });

  test("indents side branches, and goes on with the branch of the latest attempt", () => {
    const all = [
      painting("a"),
      painting("b", { styles: [mosaic] }),
      painting("c", { strength: 0.5 }),
      painting("d", { strength: 0.5, color: "keep" }),
      painting("e", { styles: [mosaic], size: 300 }),
    ];
    const tree = attemptTree(all, schema);
    expect(tree.map(({ result, depth }) => [result.id, depth])).toEqual([
      ["a", 0],
      ["c", 1],
      ["d", 1],
      ["b", 0],
      ["e", 0],
    ]);
    expect(tree.map(({ number }) => number)).toEqual([1, 3, 4, 2, 5]);
  });

  test("of nothing is empty", () => expect(attemptTree([], schema)).toEqual([]));
});

test("a photograph is known by its content, a sample by its name", () => {
  expect(contentKey(painting("a"))).toBe("c0");
  expect(contentKey(painting("a", { content: { name: "sample:cat", sha256: "", bytes: 0 } }))).toBe(
    "sample:cat",
  );
});
