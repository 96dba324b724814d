/** Presets of one's own: all settings as they stood, by a name. */

import type { Settings } from "./api";
import type { Choices } from "./choices.svelte";
import { recall, remember } from "./kept";

interface Own {
  name: string;
  preset: string;
  settings: Settings;
}

class Presets {
  own = $state<Own[]>(recall<Own[]>("presets", []));

  save(name: string, { preset, settings }: Choices): void {
    this.own = [...this.own.filter((one) => one.name !== name), { name, preset, settings: { ...settings } }];
    remember("presets", this.own);
  }

  take({ preset, settings }: Own, to: Choices): void {
    to.preset = preset;
    to.settings = { ...settings };
  }

  drop(name: string): void {
    this.own = this.own.filter((one) => one.name !== name);
    remember("presets", this.own);
  }
}

export const presets = new Presets();
