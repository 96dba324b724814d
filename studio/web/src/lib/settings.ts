/** Read the settings' schema: each setting's value by a preset, the kind of value it takes, and its text. */

import type { Property, Schema, Setting, Settings } from "./api";

/** A setting's value where the user has not changed it. */
export function presetValue(schema: Schema | null, preset: string, name: string): Setting {
  return schema?.presets[preset]?.[name] ?? schema?.settings.properties[name]?.default ?? null;
}

/** A value as text. The server parses the same format. */
export function settingText(value: Setting | undefined): string {
  if (value == null) return "";
  if (Array.isArray(value)) return value.map((one) => (Array.isArray(one) ? one.join("+") : one)).join(",");
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([layer, weight]) => (weight === 1 ? layer : `${layer}=${weight}`))
    .join(",");
}

export type Kind = "choice" | "whole" | "number" | "text";

/** The kind of field that edits a setting. */
export function fieldKind(property: Property): Kind {
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

/** The settings in the server's groups and order. */
export function settingGroups(schema: Schema): Group[] {
  const groups = new Map<string, [string, Property][]>();
  for (const [name, property] of Object.entries(schema.settings.properties)) {
    if (!property.group || name === "preset") continue;
    groups.set(property.group, [...(groups.get(property.group) ?? []), [name, property]]);
  }
  return [...groups].map(([name, fields]) => ({ name, fields }));
}

/** Recorded in recipes, but not chosen by the user: the preset, and the memory of the machine. */
const NOT_CHOSEN = new Set(["preset", "memory"]);

/** The settings that differ from the preset's. A recipe lists all of them. */
export function changedSettings(schema: Schema, preset: string, all: Record<string, unknown>): Settings {
  const names = Object.keys(schema.settings.properties).filter(
    (name) => !NOT_CHOSEN.has(name) && all[name] != null,
  );
  return Object.fromEntries(
    names
      .filter((name) => settingText(all[name] as Setting) !== settingText(presetValue(schema, preset, name)))
      .map((name) => [name, all[name] as Setting]),
  );
}
