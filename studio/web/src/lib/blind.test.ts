import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { BlindPair } from "./api";
import { newBlind } from "./blind.svelte";

const pair = (a: string, b: string): BlindPair => ({
  content: { name: "cat.png", sha256: "", bytes: 0 },
  styles: [],
  a: { id: a, picture: "p" },
  b: { id: b, picture: "q" },
});
const COUNTS = { answered: 2, counts: [] };
let pairs: BlindPair[][] = [];
let sent: unknown[] = [];

beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", (path: string, init?: RequestInit) => {
    if (path.endsWith("/answers")) {
      sent.push(JSON.parse(String(init?.body)));
      return Promise.resolve(new Response(null, { status: 201 }));
    }
    const next = pairs.shift() ?? [];
    return Promise.resolve(
      Response.json(path.endsWith("/pairs") ? { pairs: next, left: next.length } : COUNTS),
    );
  });
});
afterEach(() => vi.unstubAllGlobals());

test("pairs are answered one after the other, then come the counts", async () => {
  pairs = [[pair("1", "2"), pair("3", "4")]];
  const blind = newBlind();
  await blind.load();
  expect([blind.pair?.a.id, blind.left, blind.isFirst]).toEqual(["1", 2, true]);
  await blind.answer("a");
  expect([blind.pair?.a.id, blind.left, blind.isFirst]).toEqual(["3", 1, false]);
  blind.back();
  expect([blind.pair?.a.id, blind.left]).toEqual(["1", 2]);
  await blind.answer("b");
  await blind.answer("same");
  expect(blind.pair).toBeNull();
  expect(blind.counts).toEqual(COUNTS);
  expect(sent).toEqual([
    { a: "1", b: "2", answer: "a" },
    { a: "1", b: "2", answer: "b" },
    { a: "3", b: "4", answer: "same" },
  ]);
  await blind.answer("a");
  expect(sent).toHaveLength(3);
});

test("a pair that could not be shown is not shown again", async () => {
  pairs = [[pair("1", "2")], [pair("1", "2"), pair("5", "6")]];
  const blind = newBlind();
  await blind.load();
  await blind.next();
  expect(blind.pair?.a.id).toBe("5");
  expect(sent).toEqual([]);
});

test("an answer that does not arrive leaves the pair where it is", async () => {
  pairs = [[pair("1", "2")]];
  const blind = newBlind();
  await blind.load();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("broken")));
  await blind.answer("a");
  expect(blind.pair?.a.id).toBe("1");
});
