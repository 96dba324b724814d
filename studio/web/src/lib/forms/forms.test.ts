import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Input, Order, Style } from "../api";
import { known } from "../schema.svelte";
import { JobForm, referenceOf } from "./job-form.svelte";
import { SettingsForm } from "./settings-form.svelte";

const SCHEMA = {
  settings: {
    properties: { size: { type: "integer", default: 512 }, strength: { type: "number", default: 1 } },
  },
  presets: { standard: { size: 512 }, draft: { size: 256 } },
  works: ["stylize", "live"],
  pages: { stylize: "paint" },
};
const INPUT: Input = { name: "photo.jpg", sha256: "abc", bytes: 3 };
const STYLE: Style = { name: "house:swirl", sha256: "", bytes: 0, share: 1 };

/** Answer requests by path; any other path is a 404. */
function serve(answers: Record<string, unknown>): void {
  const answer = (path: string): Response => {
    const found = answers[path.replace("/api/v1", "")];
    return found === undefined ? new Response("null", { status: 404 }) : Response.json(found);
  };
  vi.stubGlobal("fetch", (path: string) => Promise.resolve(answer(path)));
}
beforeEach(() => {
  known.schema = null; // all files of tests share the modules
  localStorage.clear();
  serve({ "/schema": SCHEMA });
});
afterEach(() => vi.unstubAllGlobals());

describe("settings", () => {
  test("are the preset's until they are changed", async () => {
    const form = new SettingsForm();
    await form.loadSchema();
    form.preset = "draft";
    expect(form.value("size")).toBe(256);
    form.set("size", 96);
    expect(form.value("size")).toBe(96);
    expect(form.settings).toEqual({ size: 96 });
  });
  test("set to the preset's value are no change", async () => {
    const form = new SettingsForm();
    await form.loadSchema();
    form.set("size", 96);
    form.set("size", 512);
    expect(form.settings).toEqual({});
    form.set("strength", 0.5);
    form.set("strength", undefined);
    expect(form.settings).toEqual({});
  });
  test("are read as numbers", () => {
    const form = new SettingsForm();
    form.settings = { size: "64", strength: "much" };
    expect(form.number("size", 1)).toBe(64);
    expect(form.number("strength", 1)).toBe(1);
    expect(form.number("unknown", 7)).toBe(7);
  });
});

interface Fields {
  content: Input | null;
  width: number;
}
const panoramaForm = (): JobForm<Fields> =>
  new JobForm<Fields>({
    work: "panorama",
    empty: { content: null, width: 1024 },
    toOrder: (own) => own.content && { content: own.content, size: own.width, cubemap: null },
    fromOrder: (order) => ({ content: order.content ?? null, width: Number(order["size"] ?? 1024) }),
    preset: "instant",
  });

describe("a job form", () => {
  test("has an order once nothing is missing", () => {
    const form = panoramaForm();
    expect(form.order).toBeNull();
    form.own.content = INPUT;
    expect(form.order).toBeNull();
    form.styles = [STYLE];
    form.settings = { strength: 0.5 };
    expect(form.order).toEqual({
      work: "panorama",
      preset: "instant",
      strength: 0.5,
      styles: [STYLE],
      content: INPUT,
      size: 1024,
    });
  });
  test("opens as the browser remembers it", () => {
    const stored = {
      styles: [STYLE],
      preset: "draft",
      settings: { strength: 2 },
      own: { width: 256 },
      job: "j",
    };
    localStorage.setItem("pinxit.making.panorama", JSON.stringify(stored));
    const form = panoramaForm();
    expect(form.own).toEqual({ content: null, width: 256 });
    expect([form.preset, form.job, form.settings]).toEqual(["draft", "j", { strength: 2 }]);
  });
  test("is filled from an order; its own fields are no settings", async () => {
    const form = panoramaForm();
    await form.loadSchema();
    const order = {
      work: "panorama",
      styles: [STYLE],
      content: INPUT,
      size: 64,
      strength: 0.5,
      preset: "draft",
    };
    form.fill(order as Order);
    expect(form.own).toEqual({ content: INPUT, width: 64 });
    expect(form.settings).toEqual({ strength: 0.5 });
    expect(form.preset).toBe("draft");
  });
  test("is filled from a recipe, which nests settings and names styles otherwise", async () => {
    const form = panoramaForm();
    await form.loadSchema();
    const { share: _, ...picture } = STYLE;
    const recipe = {
      work: "panorama",
      painted: { strength: 0.5, content: INPUT },
      pictures: [picture, { ...picture, name: "house:mosaic", sha256: "" }],
      shares: [2],
    };
    form.fill(recipe as unknown as Order);
    expect(form.styles.map((style) => style.share)).toEqual([2, 1]);
    expect(form.settings).toEqual({ strength: 0.5 });
    expect(form.own.content).toEqual(INPUT);
  });
});

describe("the form of the page Paint", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  const STORED = {
    content: INPUT,
    styles: [STYLE],
    keep: null,
    initPicture: null,
    preset: "draft",
    settings: { size: 96 },
    job: null,
    begun: "",
  };
  async function open(stored: unknown = STORED): Promise<typeof import("./paint-form.svelte").paintForm> {
    localStorage.setItem("pinxit.easel", JSON.stringify(stored));
    vi.resetModules();
    const { paintForm } = await import("./paint-form.svelte");
    await paintForm.loadSchema();
    return paintForm;
  }

  test("opens as version 0.1.0 stored it", async () => {
    const form = await open();
    expect(form.own).toEqual({
      content: INPUT,
      initPicture: null,
      regionMap: null,
      ...{ keep: null, finer: null, broader: null, detailed: null },
    });
    expect(form.order).toEqual({
      work: "stylize",
      size: 96,
      preset: "draft",
      styles: [STYLE],
      content: INPUT,
    });
  });
  test("drops masks and pictures of the last photograph with it", async () => {
    const mask = { ...INPUT, name: "mask.png" };
    const form = await open({
      ...STORED,
      styles: [{ ...STYLE, region: mask }],
      keep: mask,
      settings: { init: "picture" },
      job: "j",
    });
    form.setContent({ ...INPUT, sha256: "def" });
    expect(form.own.keep).toBeNull();
    expect(form.styles[0]?.region).toBeNull();
    expect(form.settings).toEqual({});
    expect(form.job).toBeNull();
  });
  test("leaves out what a recipe names and the studio lacks", async () => {
    const form = await open();
    const gone = { ...STYLE, name: "gone.jpg", sha256: "gone" };
    serve({ "/files/abc/about": {} });
    const recipe = {
      work: "stylize",
      content: INPUT,
      styles: [STYLE, gone],
      preset: "draft",
      size: 256,
      strength: 0.5,
    };
    expect(await form.restore(recipe as Order)).toEqual(["gone.jpg"]);
    expect(form.styles.map((style) => style.name)).toEqual(["house:swirl"]);
    expect(form.own.content).toEqual(INPUT);
    expect(form.settings).toEqual({ strength: 0.5 });
  });
  test("asks for one preview once changes have stopped", async () => {
    const form = await open();
    // The modules are new, and so is Svelte.
    const { flushSync } = await import("svelte");
    const asked: unknown[] = [];
    vi.stubGlobal("fetch", (path: string, { body }: { body: string }) => {
      asked.push([path, JSON.parse(body)]);
      return Promise.resolve(new Response(new Blob(["png"]), { headers: { "X-Seconds": "0.5" } }));
    });
    for (const strength of [0.2, 0.4, 0.6]) {
      form.set("strength", strength);
      flushSync();
      vi.advanceTimersByTime(100);
    }
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(asked).toEqual([["/api/v1/preview", form.order]]);
    await vi.waitFor(() => expect(form.preview.loading).toBe(false));
    expect(form.preview.url).toMatch(/^blob:/);
    expect(form.preview.seconds).toBe(0.5);
  });
});

test("a synthesis without a reference names a placeholder, which is none", () => {
  const order = (like: Partial<Input>): Order => ({ work: "texture", styles: [], like }) as Order;
  expect(referenceOf(order({ name: "noise", sha256: "" }))).toBeNull();
  expect(referenceOf(order({ name: "sample:cat", sha256: "" }))?.name).toBe("sample:cat");
  expect(referenceOf(order({ name: "wall.jpg", sha256: "a" }))?.name).toBe("wall.jpg");
});

describe("the photographs of the page Paint", () => {
  // The previews of these photographs are not asked for.
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  const PHOTO = (name: string): Input => ({ name, sha256: name, bytes: 1 });
  const [A, B, C] = [PHOTO("a"), PHOTO("b"), PHOTO("c")];
  const MASK = PHOTO("mask");
  async function open(): Promise<typeof import("./paint-form.svelte").paintForm> {
    vi.resetModules();
    const { paintForm } = await import("./paint-form.svelte");
    for (const photo of [A, B, C]) paintForm.addPhoto(photo);
    return paintForm;
  }
  const names = (photos: Input[]): string[] => photos.map(({ name }) => name);

  test("come one after another, each once, and the first is shown", async () => {
    const form = await open();
    form.addPhoto({ ...B });
    expect(names(form.photos)).toEqual(["a", "b", "c"]);
    expect(form.own.content?.name).toBe("a");
  });
  test("keep their masks while another one is shown", async () => {
    const form = await open();
    form.styles = [{ ...STYLE, region: MASK }];
    form.own.keep = MASK;
    form.set("assignment", [[0]]);
    form.showPhoto(B);
    expect([form.own.keep, form.styles[0]?.region]).toEqual([null, null]);
    expect(form.orderFor(A)).toMatchObject({ content: A, keep: MASK, styles: [{ region: MASK }] });
    // What was assigned are the regions of the photograph that is shown.
    expect(form.orderFor(A)).not.toHaveProperty("assignment");
    form.showPhoto(A);
    expect([form.own.keep, form.styles[0]?.region]).toEqual([MASK, MASK]);
  });
  test("are replaced at their place, and show a neighbour when they are removed", async () => {
    const form = await open();
    form.showPhoto(B);
    form.setContent(PHOTO("d"));
    expect(names(form.photos)).toEqual(["a", "d", "c"]);
    form.removePhoto(PHOTO("d"));
    expect(form.own.content?.name).toBe("c");
    form.removePhoto(A);
    form.removePhoto(C);
    expect([form.own.content, form.photos]).toEqual([null, []]);
  });
  test("are undone and redone", async () => {
    const form = await open();
    const { flushSync } = await import("svelte");
    flushSync();
    form.removePhoto(A);
    flushSync();
    form.undo();
    flushSync();
    expect(names(form.photos)).toEqual(["a", "b", "c"]);
    expect(form.own.content?.name).toBe("a");
    form.redo();
    expect(form.own.content?.name).toBe("b");
  });
});
