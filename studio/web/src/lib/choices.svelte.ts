/** Settings as a person chooses them: a preset, and what differs from it. */

import * as api from "./api";
import { trying } from "./notices.svelte";
import { textOf, usual } from "./settings";

/** Which settings there are is told by the server, once for all pages. */
const known = $state<{ schema: api.Schema | null }>({ schema: null });

export class Choices {
  preset = $state("standard");
  /** What a person chose on top of the preset, nothing else. */
  settings = $state<api.Settings>({});

  get schema(): api.Schema | null {
    return known.schema;
  }

  async load(): Promise<void> {
    if (!known.schema) known.schema = (await trying(api.schema)) ?? null;
  }

  /** A setting as it stands: chosen, or by the preset. */
  value(name: string): api.Setting {
    return this.settings[name] ?? usual(this.schema, this.preset, name);
  }

  number(name: string, otherwise: number): number {
    const value = this.value(name);
    return typeof value === "number" ? value : Number(value ?? otherwise) || otherwise;
  }

  /** Choose a setting; what the preset has anyway is chosen by nobody. */
  set(name: string, value: api.Setting | undefined): void {
    const { [name]: _, ...others } = this.settings;
    const plain = value == null || textOf(value) === textOf(usual(this.schema, this.preset, name));
    this.settings = plain ? others : { ...others, [name]: value };
  }
}
