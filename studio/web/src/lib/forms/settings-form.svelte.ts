/** The settings that the user chooses: a preset, and changes to it. */

import type * as api from "../api";
import { known, loadSchema } from "../schema.svelte";
import { presetValue, settingText } from "../settings";

export class SettingsForm {
  preset = $state("standard");
  /** Only the settings that differ from the preset. */
  settings = $state<api.Settings>({});

  get schema(): api.Schema | null {
    return known.schema;
  }

  loadSchema(): Promise<void> {
    return loadSchema();
  }

  /** A setting's current value: the user's, or the preset's. */
  value(name: string): api.Setting {
    return this.settings[name] ?? presetValue(this.schema, this.preset, name);
  }

  number(name: string, otherwise: number): number {
    const value = this.value(name);
    return typeof value === "number" ? value : Number(value ?? otherwise) || otherwise;
  }

  /** Change a setting. A value equal to the preset's is no change. */
  set(name: string, value: api.Setting | undefined): void {
    const { [name]: _, ...others } = this.settings;
    const plain =
      value == null || settingText(value) === settingText(presetValue(this.schema, this.preset, name));
    this.settings = plain ? others : { ...others, [name]: value };
  }
}
