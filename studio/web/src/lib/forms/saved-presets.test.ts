import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { SavedPreset } from "../api";
import { toasts } from "../toasts.svelte";
import { savedPresets } from "./saved-presets.svelte";
import { SettingsForm } from "./settings-form.svelte";
import { toBase64 } from "./thumbnail";

/** What the studio keeps. */
let kept: SavedPreset[] = [];

beforeEach(() => {
  kept = [];
  savedPresets.list = [];
  toasts.all = [];
  vi.stubGlobal("fetch", (path: string, call?: RequestInit) => {
    if (call?.method === "POST") {
      const preset = JSON.parse(String(call.body)) as SavedPreset;
      if (typeof preset.name !== "string")
        return Promise.resolve(
          Response.json({ error: { code: "invalid", message: "The name." } }, { status: 422 }),
        );
      const saved = { ...preset, id: preset.name };
      kept = [...kept.filter((one) => one.id !== saved.id), saved];
      return Promise.resolve(Response.json(saved, { status: 201 }));
    }
    if (call?.method === "DELETE") {
      kept = kept.filter((one) => !path.endsWith(`/${one.id}`));
      return Promise.resolve(new Response(null, { status: 204 }));
    }
    return Promise.resolve(Response.json(kept));
  });
});
afterEach(() => {
  toasts.all = [];
  vi.unstubAllGlobals();
});

function form(strength: number): SettingsForm {
  const made = new SettingsForm();
  made.preset = "draft";
  made.settings = { strength, assignment: [[0]] };
  return made;
}
const file = (data: unknown): File => new File([JSON.stringify(data)], "dusk.json");

test("settings are saved without what belongs to pictures, and applied", async () => {
  await savedPresets.save("Dusk", form(0.4), null);
  expect(kept[0]).toMatchObject({ pinxit_preset: 1, settings: { preset: "draft", strength: 0.4 } });
  expect(kept[0]?.settings).not.toHaveProperty("assignment");
  const other = new SettingsForm();
  savedPresets.apply(kept[0]!, other);
  expect([other.preset, other.settings]).toEqual(["draft", { strength: 0.4 }]);
});

test("replacing and deleting can be undone", async () => {
  await savedPresets.save("Dusk", form(0.4), null);
  await savedPresets.save("Dusk", form(0.9), null);
  expect(kept.map((one) => one.settings["strength"])).toEqual([0.9]);
  toasts.all[0]?.action?.run();
  await vi.waitFor(() => expect(savedPresets.list[0]?.settings["strength"]).toBe(0.4));
  await savedPresets.delete(savedPresets.list[0]!);
  expect([kept, savedPresets.list]).toEqual([[], []]);
  toasts.all.at(-1)?.action?.run();
  await vi.waitFor(() => expect(kept).toHaveLength(1));
});

test("an imported preset replaces none of the same name", async () => {
  await savedPresets.import(file({ pinxit_preset: 1, name: "Dusk", settings: {} }));
  await savedPresets.import(file({ pinxit_preset: 1, name: "Dusk", settings: { strength: 1 } }));
  expect(kept.map((one) => one.name)).toEqual(["Dusk", "Dusk 2"]);
});

test("what is not a preset is refused with a sentence", async () => {
  await savedPresets.import(file([1]));
  await savedPresets.import(new File(["{"], "broken.json"));
  await savedPresets.import(new File(["x".repeat(300_000)], "huge.json"));
  await savedPresets.import(file({ pinxit_preset: 1, name: 7 }));
  expect([kept, toasts.all.length, toasts.all.every((one) => one.kind === "problem")]).toEqual([[], 3, true]);
  expect(toasts.all[0]?.text).toContain("broken.json");
});

test("bytes become base64", () => {
  expect(toBase64(new Uint8Array([0, 255, 16]).buffer)).toBe("AP8Q");
});
