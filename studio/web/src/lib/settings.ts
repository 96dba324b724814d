/** Reading the settings' schema: what a setting is by a preset, what kind of value it takes, and as what text it is shown. */

import type { Property, Schema, Setting, Settings } from "./api";

/** What a setting is when nobody touched it. */
export function usual(schema: Schema | null, preset: string, name: string): Setting {
  return schema?.presets[preset]?.[name] ?? schema?.settings.properties[name]?.default ?? null;
}

/** A value as one would type it. The server reads such texts, too. */
export function textOf(value: Setting | undefined): string {
  if (value == null) return "";
  if (Array.isArray(value)) return value.join(",");
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([layer, weight]) => (weight === 1 ? layer : `${layer}=${weight}`))
    .join(",");
}

export type Kind = "choice" | "whole" | "number" | "text";

/** What is typed into a setting's field. */
export function kindOf(property: Property): Kind {
  const kinds = property.anyOf?.filter((one) => one.type !== "null") ?? [property];
  const first = kinds[0] ?? property;
  if (first.enum) return "choice";
  if (kinds.length > 1) return "text";
  return first.type === "integer" ? "whole" : first.type === "number" ? "number" : "text";
}

export interface Group {
  name: string;
  fields: [string, Property][];
}

/** The settings in the groups that the server has them in. */
export function groupsOf(schema: Schema): Group[] {
  const groups = new Map<string, [string, Property][]>();
  for (const [name, property] of Object.entries(schema.settings.properties)) {
    if (!property.group || name === "preset") continue;
    groups.set(property.group, [...(groups.get(property.group) ?? []), [name, property]]);
  }
  return [...groups].map(([name, fields]) => ({ name, fields }));
}

/** What a recipe tells besides what was chosen: the preset, and the memory that its machine had. */
const UNCHOSEN = new Set(["preset", "memory"]);

/** Of all settings those that differ from the preset's: a recipe tells them all. */
export function chosenOf(schema: Schema, preset: string, all: Record<string, unknown>): Settings {
  const names = Object.keys(schema.settings.properties).filter(
    (name) => !UNCHOSEN.has(name) && all[name] != null,
  );
  return Object.fromEntries(
    names
      .filter((name) => textOf(all[name] as Setting) !== textOf(usual(schema, preset, name)))
      .map((name) => [name, all[name] as Setting]),
  );
}
