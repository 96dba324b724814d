import { afterEach, describe, expect, test, vi } from "vitest";
import * as api from "./api";

interface Request {
  path: string;
  init: RequestInit;
}

/** Answer requests in turn, by a response or an error; returns the requests as they come. */
function serve(...answers: (Response | Error)[]): Request[] {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
    requests.push({ path, init });
    const answer = answers.shift() ?? new Response(null, { status: 404 });
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return requests;
}
const bodyOf = (request: Request | undefined): unknown => JSON.parse(String(request?.init.body));
const ORDER: api.Order = { work: "stylize", styles: [] };

afterEach(() => vi.unstubAllGlobals());

describe("errors", () => {
  test("have the server's code and sentence", async () => {
    serve(Response.json({ error: { code: "not_found", message: "There is no job 7." } }, { status: 404 }));
    const error = await api.job("7").catch((failure: unknown) => failure);
    expect(api.isApiError(error)).toBe(true);
    expect(error).toMatchObject({ status: 404, code: "not_found", message: "There is no job 7." });
  });
  test("of a response without a sentence name its status", async () => {
    serve(new Response("<html>", { status: 502 }));
    await expect(api.job("7")).rejects.toMatchObject({
      code: "unknown",
      message: "The studio answered 502.",
    });
  });
  test("have the status 0 where there is no response", async () => {
    serve(new TypeError("failed to fetch"));
    await expect(api.styles()).rejects.toMatchObject({ status: 0, code: "unreachable" });
  });
  test("of a request that was aborted are passed on", async () => {
    serve(new DOMException("aborted", "AbortError"));
    await expect(api.preview(ORDER)).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("jobs", () => {
  test("are started under an id of the client's", async () => {
    const requests = serve(Response.json({ id: "x" }));
    await api.startJob(ORDER, "My cat", 3);
    expect(requests[0]?.path).toMatch(/^\/api\/v1\/jobs\/[0-9a-f]{32}$/);
    expect(requests[0]?.init.method).toBe("PUT");
    expect(bodyOf(requests[0])).toEqual({ order: ORDER, priority: 3, title: "My cat" });
  });
  test("are requested again under the same id where no response came", async () => {
    const requests = serve(new TypeError("broken"), Response.json({ id: "x" }));
    expect(await api.startJob(ORDER)).toEqual({ id: "x" });
    expect(requests).toHaveLength(2);
    expect(requests[1]?.path).toBe(requests[0]?.path);
  });
  test("that are refused are not requested again", async () => {
    const requests = serve(Response.json({ error: { code: "full", message: "Full." } }, { status: 429 }));
    await expect(api.startJob(ORDER)).rejects.toMatchObject({ status: 429 });
    expect(requests).toHaveLength(1);
  });
  test("come as a list or with a cursor", async () => {
    const requests = serve(Response.json([{ id: "a" }]), Response.json({ jobs: [{ id: "b" }] }));
    expect(await api.jobs()).toEqual([{ id: "a" }]);
    expect(await api.jobs("running", 5)).toEqual([{ id: "b" }]);
    expect(requests.map(({ path }) => path)).toEqual([
      "/api/v1/jobs?limit=100",
      "/api/v1/jobs?state=running&limit=5",
    ]);
  });
  test("are controlled and deleted", async () => {
    const requests = serve(new Response(), new Response());
    await api.controlJob("7", "pause");
    await api.deleteJob("7");
    expect(requests.map(({ path, init }) => [init.method, path])).toEqual([
      ["POST", "/api/v1/jobs/7/pause"],
      ["DELETE", "/api/v1/jobs/7"],
    ]);
  });
});

describe("the gallery", () => {
  test("is asked for what was given, and for nothing else", async () => {
    const requests = serve(Response.json({ results: [], next: null }), Response.json({}), new Response());
    await api.results({ q: "my cat", style: "", kept: false, before: null });
    await api.updateResult("r", { kept: true });
    await api.discardResults(["r"]);
    expect(requests[0]?.path).toBe("/api/v1/results?q=my+cat&kept=false");
    expect(requests[1]?.init.method).toBe("PATCH");
    expect(bodyOf(requests[1])).toEqual({ kept: true });
    expect(requests[2]?.path).toBe("/api/v1/results/discard");
    expect(bodyOf(requests[2])).toEqual({ ids: ["r"] });
  });
  test("takes snapshots with the names of their styles", async () => {
    const refused = Response.json({ error: { code: "no_room", message: "Full." } }, { status: 507 });
    const requests = serve(Response.json({ id: "s" }), refused);
    const picture = new Blob(["x"], { type: "image/png" });
    expect(await api.snapshot(picture, ["house:ink", "house:waves"])).toEqual({ id: "s" });
    expect(requests[0]?.path).toBe("/api/v1/snapshots?style=house%3Aink&style=house%3Awaves");
    await expect(api.snapshot(picture, [])).rejects.toMatchObject({ status: 507, code: "no_room" });
  });
  test("has addresses for each thing", () => {
    expect([api.recipeUrl("r"), api.shareUrl("r"), api.pageUrl("r"), api.jobPreviewUrl("j", 4)]).toEqual([
      "/api/v1/results/r/recipe",
      "/api/v1/results/r/share",
      "/api/v1/results/r/page",
      "/api/v1/jobs/j/preview?n=4",
    ]);
  });
});

describe("pictures", () => {
  test("of files are thumbnails, or whole", () => {
    const file = { name: "a.png", sha256: "abc" };
    expect(api.pictureUrl(file, 64)).toBe("/api/v1/files/abc/thumbnail?side=64");
    expect(api.pictureUrl(file)).toBe("/api/v1/files/abc");
  });
  test("of samples and styles are drawn by name", () => {
    expect(api.pictureUrl({ name: "sample:cat", sha256: "" }, 64)).toBe(
      "/api/v1/samples/sample%3Acat/picture?side=64",
    );
    expect(api.pictureUrl({ name: "house:ink", sha256: "" })).toBe(
      "/api/v1/styles/house%3Aink/picture?side=1024",
    );
  });
  test("previewed come with the seconds that they took", async () => {
    serve(new Response("picture", { headers: { "X-Seconds": "1.5" } }), new Response("picture"));
    const { picture, seconds } = await api.preview(ORDER);
    expect([await picture.text(), seconds]).toEqual(["picture", 1.5]);
    expect((await api.preview(ORDER)).seconds).toBe(0);
  });
  test("are there unless the studio says that they are not", async () => {
    serve(Response.json({}), new Response(null, { status: 404 }), new TypeError("broken"));
    expect([await api.hasFile("a"), await api.hasFile("b"), await api.hasFile("c")]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("blind comparison", () => {
  test("sends the two results and the answer", async () => {
    const requests = serve(new Response(), Response.json({ answered: 1, counts: [] }));
    const pair = {
      content: { name: "a", sha256: "", bytes: 0 },
      styles: [],
      a: { id: "1", picture: "p" },
      b: { id: "2", picture: "q" },
    };
    await api.blindAnswer(pair, "same");
    expect(bodyOf(requests[0])).toEqual({ a: "1", b: "2", answer: "same" });
    expect((await api.blindCounts()).answered).toBe(1);
  });
});

test("a network for the browser is asked for by styles, strength and size", async () => {
  const requests = serve(new Response(new Uint8Array([1, 2, 3])));
  const model = await api.liveModel([{ name: "house:ink", sha256: "", bytes: 0, share: 1 }], 0.5);
  expect(new Uint8Array(model)).toEqual(new Uint8Array([1, 2, 3]));
  expect(bodyOf(requests[0])).toMatchObject({ strength: 0.5, size: 480 });
});

describe("an upload", () => {
  class FakeRequest {
    static last: FakeRequest;
    upload: { onprogress?: (event: object) => void } = {};
    status = 201;
    response: unknown = { id: "f" };
    opened: string[] = [];
    onload = (): void => {};
    onerror = (): void => {};
    onabort = (): void => {};
    constructor() {
      FakeRequest.last = this;
    }
    open(...opened: string[]): void {
      this.opened = opened;
    }
    setRequestHeader(): void {}
    send(): void {}
    abort(): void {
      this.onabort();
    }
  }
  const start = (signal?: AbortSignal): { done: Promise<api.StoredFile>; shares: number[] } => {
    vi.stubGlobal("XMLHttpRequest", FakeRequest);
    const shares: number[] = [];
    const done = api.upload(
      new Blob(["x"]),
      `${"long".repeat(100)}.png`,
      (share) => shares.push(share),
      signal,
    );
    return { done, shares };
  };
  test("reports its progress and gives the file", async () => {
    const { done, shares } = start();
    FakeRequest.last.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 });
    FakeRequest.last.upload.onprogress?.({ lengthComputable: false, loaded: 2, total: 0 });
    FakeRequest.last.onload();
    expect(await done).toEqual({ id: "f" });
    expect(shares).toEqual([0.25]);
    // The server takes names of 200 characters.
    expect(FakeRequest.last.opened[1]).toHaveLength("/api/v1/files?name=".length + 200);
  });
  test("that is refused gives the server's sentence", async () => {
    const { done } = start();
    Object.assign(FakeRequest.last, {
      status: 422,
      response: { error: { code: "corrupt", message: "Bad." } },
    });
    FakeRequest.last.onload();
    await expect(done).rejects.toMatchObject({ status: 422, code: "corrupt", message: "Bad." });
  });
  test("that breaks off says so", async () => {
    const { done } = start();
    FakeRequest.last.onerror();
    await expect(done).rejects.toMatchObject({ status: 0, code: "unreachable" });
  });
  test("is called off by a signal", async () => {
    const control = new AbortController();
    const { done } = start(control.signal);
    control.abort();
    await expect(done).rejects.toMatchObject({ name: "AbortError" });
  });
});
