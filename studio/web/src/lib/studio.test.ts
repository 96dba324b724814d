import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Job, JobState } from "./api";
import { studio } from "./studio.svelte";

/** The browser's event stream, whose events the test sends. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Stream[] = [];
  readyState = 1;
  onopen = (): void => {};
  onerror = (): void => {};
  constructor(readonly url: string) {
    super();
    Stream.opened.push(this);
  }
  close(): void {
    this.readyState = Stream.CLOSED;
  }
  send(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

const job = (id: string, state: JobState, more: Partial<Job> = {}): Job => ({
  id,
  work: "stylize",
  title: id,
  state,
  priority: 0,
  position: null,
  created: `2026-01-0${id}`,
  started: null,
  ended: null,
  attempts: 1,
  progress: null,
  error: null,
  result: null,
  order: { work: "stylize", styles: [] },
  ...more,
});
const ids = (jobs: Job[]): string[] => jobs.map(({ id }) => id);
let listed: Job[] = [];
let asked: string[] = [];

function start(): Stream {
  studio.start();
  const stream = Stream.opened.at(-1);
  if (!stream) throw new Error("no stream was opened");
  return stream;
}

beforeEach(() => {
  listed = [];
  asked = [];
  Stream.opened = [];
  studio.jobs.clear();
  studio.curves.clear();
  studio.connected = false;
  vi.stubGlobal("EventSource", Stream);
  vi.stubGlobal("fetch", (path: string, init?: RequestInit) => {
    asked.push(`${init?.method ?? "GET"} ${path}`);
    return Promise.resolve(Response.json(init?.method === "PUT" ? job("7", "queued") : listed));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("jobs", () => {
  test("are loaded when the stream opens", async () => {
    listed = [job("1", "queued")];
    const stream = start();
    stream.onopen();
    expect(studio.connected).toBe(true);
    await vi.waitFor(() => expect(ids(studio.pending)).toEqual(["1"]));
  });
  test("are in the queue's order, and ended ones latest first", () => {
    const stream = start();
    for (const one of [
      job("1", "queued", { position: 1 }),
      job("2", "queued", { position: 0 }),
      job("3", "paused"),
      job("4", "running"),
      job("5", "succeeded", { ended: "2026-02-01" }),
      job("6", "failed", { ended: "2026-02-02" }),
      job("7", "cancelled"),
    ])
      stream.send("job", one);
    expect(ids(studio.pending)).toEqual(["4", "3", "2", "1"]);
    expect(ids(studio.ended)).toEqual(["6", "5", "7"]);
  });
  test("close up when one before them begins, and make room for one that is moved", () => {
    const stream = start();
    for (const [position, id] of ["1", "2", "3"].entries())
      stream.send("job", job(id, "queued", { position }));
    stream.send("job", job("3", "queued", { position: 0 }));
    expect(ids(studio.pending)).toEqual(["3", "1", "2"]);
    stream.send("job", job("3", "running", { position: null }));
    expect(studio.pending.map((one) => one.position)).toEqual([null, 0, 1]);
  });
  test("that the studio no longer lists go, but not those that an event has just brought", async () => {
    const stream = start();
    stream.send("job", job("1", "running"));
    listed = [job("2", "running")];
    const loading = studio.reload();
    stream.send("job", job("3", "queued"));
    await loading;
    expect(ids(studio.pending)).toEqual(["2", "3"]);
  });
  test("of a response are older than those of an event that came meanwhile", async () => {
    const stream = start();
    listed = [job("1", "queued")];
    const loading = studio.reload();
    stream.send("job", job("1", "running"));
    await loading;
    expect(studio.jobs.get("1")?.state).toBe("running");
  });
  test("stay as they are where the studio does not answer", async () => {
    start().send("job", job("1", "running"));
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("broken")));
    await studio.reload();
    expect(ids(studio.pending)).toEqual(["1"]);
  });
  test("are started, controlled and removed", async () => {
    await studio.startJob({ work: "stylize", styles: [] }, "cat");
    expect(ids(studio.pending)).toEqual(["7"]);
    listed = [job("7", "paused")];
    await studio.controlJob("7", "pause");
    expect(studio.jobs.get("7")?.state).toBe("paused");
    studio.curves.set("7", []);
    await studio.removeJob("7");
    expect([studio.jobs.has("7"), studio.curves.has("7")]).toEqual([false, false]);
    expect(asked.slice(1)).toEqual([
      "POST /api/v1/jobs/7/pause",
      "GET /api/v1/jobs?limit=100",
      "DELETE /api/v1/jobs/7",
    ]);
  });
  test("are not loaded after a request whose event will come", async () => {
    start().send("job", job("7", "running"));
    studio.connected = true;
    await studio.controlJob("7", "pause");
    expect(asked).toEqual(["POST /api/v1/jobs/7/pause"]);
  });
});

describe("progress", () => {
  test("adds points to the curve, each iteration once", () => {
    const stream = start();
    stream.send("job", job("1", "running"));
    for (const [done, total] of [
      [[3], 5],
      [[3, 1], 4],
      [[3, 1], 3],
    ])
      stream.send("progress", { job: "1", fraction: 0.5, size: 64, done, losses: { total } });
    expect(studio.curves.get("1")).toEqual([
      { iteration: 3, size: 64, losses: { total: 5 } },
      { iteration: 4, size: 64, losses: { total: 3 } },
    ]);
    expect(studio.jobs.get("1")?.progress).toMatchObject({ fraction: 0.5, done: [3, 1] });
  });
  test("of an unknown job, or without losses, adds none", () => {
    const stream = start();
    stream.send("progress", { job: "9", fraction: 0.5, done: [1], losses: { total: 1 } });
    stream.send("job", job("1", "running"));
    stream.send("progress", { job: "1", fraction: 0.5, frame: 3 });
    expect(studio.curves.size).toBe(0);
    expect(studio.jobs.get("1")?.progress?.frame).toBe(3);
  });
  test("keeps every other point of a long curve", () => {
    const stream = start();
    stream.send("job", job("1", "running"));
    for (let iteration = 1; iteration <= 1201; iteration++)
      stream.send("progress", { job: "1", fraction: 0, done: [iteration], losses: { total: 1 } });
    const points = studio.curves.get("1") ?? [];
    expect(points).toHaveLength(601);
    expect(points.at(-1)?.iteration).toBe(1201);
  });
  test("does not go back when a job is sent that was recorded earlier", () => {
    const stream = start();
    stream.send("job", job("1", "running", { progress: { fraction: 0.5, preview: 4 } }));
    stream.send("job", job("1", "running", { progress: { fraction: 0.2, preview: 2 } }));
    expect(studio.jobs.get("1")?.progress?.preview).toBe(4);
    stream.send("job", job("1", "running", { progress: { fraction: 0.7, preview: 5 } }));
    expect(studio.jobs.get("1")?.progress?.preview).toBe(5);
    stream.send("job", job("1", "running"));
    expect(studio.jobs.get("1")?.progress?.preview).toBe(5);
    stream.send("job", job("1", "queued"));
    expect(studio.jobs.get("1")?.progress).toBeNull();
  });
  test("of jobs that have not ended is stored when the page is left", () => {
    const stream = start();
    stream.send("job", job("1", "running"));
    stream.send("job", job("2", "succeeded"));
    for (const id of ["1", "2"]) studio.curves.set(id, [{ iteration: 1, size: 64, losses: {} }]);
    dispatchEvent(new Event("pagehide"));
    expect(JSON.parse(localStorage.getItem("pinxit.curves") ?? "null")).toEqual([
      ["1", [{ iteration: 1, size: 64, losses: {} }]],
    ]);
  });
});

describe("the stream", () => {
  test("counts versions of the gallery", async () => {
    const stream = start();
    const before = studio.galleryVersion;
    stream.send("result", {});
    stream.send("removed", {});
    expect(studio.galleryVersion).toBe(before + 2);
    stream.send("reset", {});
    await vi.waitFor(() => expect(studio.galleryVersion).toBe(before + 3));
  });
  test("is opened again after an error response, and closes the one before", () => {
    vi.useFakeTimers();
    const stream = start();
    stream.onerror();
    expect(studio.connected).toBe(false);
    vi.advanceTimersByTime(3000);
    expect(Stream.opened).toHaveLength(1); // the browser itself tries again
    stream.close();
    stream.onerror();
    vi.advanceTimersByTime(2999);
    expect(Stream.opened).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(Stream.opened).toHaveLength(2);
    expect(Stream.opened[1]?.url).toBe("/api/v1/events");
  });
});
