/** The user's own presets: settings saved under a name, kept by the studio, and exchanged as files. */

import * as api from "../api";
import { t } from "../i18n.svelte";
import { saveAs } from "../save";
import { readStored, writeStored } from "../storage";
import { toastErrors, toasts } from "../toasts.svelte";
import type { SettingsForm } from "./settings-form.svelte";
import { thumbnailOf } from "./thumbnail";

/** Presets were stored in the browser before the studio kept them. */
const STORAGE_KEY = "presets";
/** A preset's file is smaller, bytes. */
const MOST_BYTES = 256 * 1024;
/** How long a toast offers to undo, ms. */
const OFFERED_MS = 12_000;

interface OldPreset {
  name: string;
  preset: string;
  settings: api.Settings;
}

class SavedPresets {
  list = $state.raw<api.SavedPreset[]>([]);

  /** Load them anew: commands save and delete presets, too. */
  load(): void {
    void toastErrors(async () => {
      await this.#refresh();
      await this.#moveIn();
    });
  }

  /** Save a form's settings, in place of a preset of the same name. `picture`: what they make. */
  async save(name: string, form: SettingsForm, picture: Blob | null): Promise<void> {
    // The assignment belongs to the pictures, which are not part of a preset.
    const { assignment: _, ...rest } = $state.snapshot(form.settings) as api.Settings;
    if (rest["init"] === "picture") delete rest["init"];
    const thumbnail = picture ? await thumbnailOf(picture) : null;
    if (!(await toastErrors(() => this.#refresh()))) return;
    const before = this.list.find((one) => one.name === name);
    const settings = { ...rest, preset: form.preset };
    if (!(await this.#put({ pinxit_preset: 1, name, settings, ...(thumbnail ? { thumbnail } : {}) }))) return;
    if (before) this.#offerUndo(t("preset.replaced", { name }), before);
  }

  apply({ settings: { preset, ...rest } }: api.SavedPreset, to: SettingsForm): void {
    to.preset = typeof preset === "string" ? preset : "standard";
    to.settings = rest;
  }

  async delete(preset: api.SavedPreset): Promise<void> {
    if (!(await toastErrors(() => api.deletePreset(preset.id)))) return;
    this.list = this.list.filter((one) => one.id !== preset.id);
    this.#offerUndo(t("preset.deleted", { name: preset.name }), preset);
  }

  async export(preset: api.SavedPreset): Promise<void> {
    await toastErrors(async () => saveAs(await api.presetFile(preset.id)));
  }

  /** Save a preset from a file; the studio checks it. One of the same name stays, and the new one gets a number. */
  async import(file: File): Promise<void> {
    const preset = file.size <= MOST_BYTES ? parsed(await file.text()) : null;
    if (!preset) {
      toasts.show(t("preset.noFile", { name: file.name }), "problem");
      return;
    }
    if (!(await toastErrors(() => this.#refresh()))) return;
    const saved = await this.#put({ ...preset, name: this.#freeName(preset["name"]) });
    if (saved) toasts.show(t("preset.imported", { name: saved.name }));
  }

  async #refresh(): Promise<api.SavedPreset[]> {
    return (this.list = await api.presets());
  }

  #freeName(name: unknown): unknown {
    if (typeof name !== "string") return name;
    const taken = new Set(this.list.map((one) => one.name));
    for (let number = 1; ; number++) {
      const free = number === 1 ? name : `${name} ${number}`;
      if (!taken.has(free)) return free;
    }
  }

  async #put(preset: unknown): Promise<api.SavedPreset | undefined> {
    const saved = await toastErrors(() => api.savePreset(preset));
    if (saved)
      this.list = [...this.list.filter((one) => one.id !== saved.id), saved].sort((a, b) =>
        a.name.localeCompare(b.name),
      );
    return saved;
  }

  #offerUndo(text: string, { id: _, ...before }: api.SavedPreset): void {
    toasts.offer(text, { name: t("do.undo"), run: () => void this.#put(before) }, OFFERED_MS);
  }

  async #moveIn(): Promise<void> {
    const stored = readStored<OldPreset[]>(STORAGE_KEY, []);
    if (!stored.length) return;
    for (const { name, preset, settings } of stored)
      if (!this.list.some((one) => one.name === name))
        await this.#put({ pinxit_preset: 1, name, settings: { ...settings, preset } });
    writeStored(STORAGE_KEY, []);
  }
}

/** The object in a JSON text that says that it is a preset; null where there is none. */
function parsed(text: string): Record<string, unknown> | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === "object" && data !== null && "pinxit_preset" in data
      ? (data as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

export const savedPresets = new SavedPresets();
