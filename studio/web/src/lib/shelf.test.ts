import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Input, ShelfEntry } from "./api";
import { shelf } from "./shelf.svelte";

const input = (sha256: string, name = "a.png"): Input => ({ name, sha256, bytes: 1 });
/** What the studio keeps. */
let kept: ShelfEntry[] = [];

beforeEach(() => {
  kept = [];
  shelf.entries = [];
  localStorage.clear();
  vi.stubGlobal("fetch", (path: string, call?: RequestInit) => {
    if (path.endsWith("/entries")) {
      const entry = JSON.parse(String(call?.body)) as ShelfEntry;
      kept = kept.filter((one) => one.picture.sha256 !== entry.picture.sha256);
      if (entry.own || entry.favourite || entry.tags.length) kept = [entry, ...kept];
    } else if (path.endsWith("/about"))
      return Promise.resolve(new Response("", { status: path.includes("gone") ? 404 : 200 }));
    return Promise.resolve(Response.json({ entries: kept }));
  });
});

afterEach(() => vi.unstubAllGlobals());

test("favourites and tags are kept by the studio, and undone and redone", async () => {
  const waves = input("w");
  await shelf.change(waves, { favourite: true });
  await shelf.change(waves, { tags: ["sea", "blue"] });
  expect([shelf.favourites.length, shelf.tags]).toEqual([1, ["blue", "sea"]]);
  await shelf.undo();
  expect([kept[0]?.favourite, kept[0]?.tags]).toEqual([true, []]);
  await shelf.undo();
  expect([kept, shelf.canUndo, shelf.canRedo]).toEqual([[], false, true]);
  await shelf.redo();
  await shelf.redo();
  expect([kept[0]?.tags, shelf.canRedo]).toEqual([["sea", "blue"], false]);
});

test("a style that was used is remembered once, and is no step to undo", async () => {
  const steps = shelf.canUndo;
  shelf.remember(input("used"));
  await vi.waitFor(() => expect(shelf.own.map((one) => one.sha256)).toEqual(["used"]));
  shelf.remember(input("used"));
  expect([kept.length, shelf.canUndo]).toEqual([1, steps]);
});

test("styles that the browser remembered move onto the shelf in their order; lost files are left out", async () => {
  localStorage.setItem("pinxit.own", JSON.stringify([input("new"), input("gone"), input("old")]));
  vi.resetModules();
  const { shelf: fresh } = await import("./shelf.svelte");
  fresh.load();
  await vi.waitFor(() => expect(localStorage.getItem("pinxit.own")).toBe("[]"));
  expect(kept.map((entry) => entry.picture.sha256)).toEqual(["new", "old"]);
});
