import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Result } from "./api";
import { GalleryList } from "./gallery.svelte";
import { studio } from "./studio.svelte";

/** The browser's event stream, whose events the test sends. */
class Stream extends EventTarget {
  static last: Stream;
  constructor() {
    super();
    Stream.last = this;
  }
  close(): void {}
  send(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

const result = (number: number, more: Partial<Result> = {}): Result =>
  ({ id: `r${number}`, made: String(number).padStart(5, "0"), title: "", kept: false, ...more }) as Result;
/** What the studio has, the newest first. */
let stored: Result[] = [];
let asked: URLSearchParams[] = [];

/** Answer as the studio does: a page, and where the next one begins. */
function answer(path: string): Response {
  if (!path.startsWith("/api/v1/results")) return Response.json([]);
  const query = new URL(path, "http://studio").searchParams;
  asked.push(query);
  const before = query.get("before");
  const limit = Number(query.get("limit"));
  if (limit > 200) return Response.json({ error: { code: "invalid", message: "too many" } }, { status: 422 });
  const found = stored.filter((one) => !before || one.made < before);
  const page = found.slice(0, limit);
  return Response.json({ results: page, next: found.length > limit ? page.at(-1)?.made : null });
}
const numbers = (list: GalleryList): number[] => list.results.map(({ made }) => Number(made));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => count - index);

let list: GalleryList;
let stop: () => void;
beforeEach(async () => {
  stored = upTo(500).map((number) => result(number));
  asked = [];
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("fetch", (path: string) => Promise.resolve(answer(path)));
  studio.start();
  list = new GalleryList();
  stop = list.follow();
  await list.search({});
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

describe("pages", () => {
  test("follow each other until the last one", async () => {
    expect(list.results).toHaveLength(48);
    await Promise.all([list.more(), list.more()]);
    expect(list.results).toHaveLength(248);
    await list.more();
    await list.more();
    expect(numbers(list)).toEqual(upTo(500));
    expect(list.next).toBeNull();
    asked = [];
    await list.more();
    expect(asked).toEqual([]);
  });
  test("of an earlier search are dropped", async () => {
    const late = list.more();
    await list.search({ q: "cat" });
    await late;
    expect(list.results).toHaveLength(48);
  });
});

describe("an event", () => {
  test("of a new result adds it, and keeps the pages that are loaded", async () => {
    await list.more();
    stored = [result(501), ...stored];
    Stream.last.send("result", stored[0]);
    await vi.waitFor(() => expect(numbers(list)[0]).toBe(501));
    expect(list.results).toHaveLength(249);
    await list.more();
    expect(new Set(numbers(list)).size).toBe(449);
  });
  test("of a changed result shows the change without asking", () => {
    asked = [];
    Stream.last.send("result", result(490, { kept: true }));
    expect(list.results.find(({ id }) => id === "r490")?.kept).toBe(true);
    expect(asked).toEqual([]);
  });
  test("of a removed result takes it away", () => {
    Stream.last.send("removed", { result: "r490" });
    expect(list.results).toHaveLength(47);
  });
  test("of a result that was restored further down brings it back to its place", async () => {
    await list.more();
    Stream.last.send("removed", { result: "r300" });
    expect(numbers(list)).not.toContain(300);
    Stream.last.send("result", result(300));
    await vi.waitFor(() => expect(numbers(list)).toContain(300));
    expect(numbers(list)).toEqual([...numbers(list)].sort((a, b) => b - a));
  });
  test("that says that events were lost loads as many again as were shown", async () => {
    await list.more();
    stored = stored.slice(1);
    Stream.last.send("reset", {});
    await vi.waitFor(() => expect(numbers(list)[0]).toBe(499));
    expect(list.results.length).toBeGreaterThanOrEqual(247);
  });
  test("is nothing to a list that is no longer shown", () => {
    stop();
    Stream.last.send("removed", { result: "r490" });
    expect(list.results).toHaveLength(48);
  });
});
