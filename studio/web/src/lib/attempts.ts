/** The paintings of one photograph as a tree: which attempt each one followed, and what was changed. */

import type { Input, Result, Schema, Setting } from "./api";
import { formatNumber, styleTitle } from "./format";
import { labelOf, t } from "./i18n.svelte";
import { eachMask, PHOTO_MASKS, type PhotoMask } from "./photo-masks";
import { presetValue, settingText } from "./settings";

/** Something chosen differently. `before` and `after` are empty where only the fact can be told. */
export interface Change {
  /** A setting, or `styles`, `shares`, `regions`, `regionMap` or a mask. */
  name: string;
  before: string;
  after: string;
}

export interface Attempt {
  result: Result;
  /** From 1, in the order in which they were painted. */
  number: number;
  /** The attempt that it followed; null for the first one. */
  parent: Attempt | null;
  /** It was painted on from its parent's picture. */
  continued: boolean;
  changes: Change[];
  /** How often the way from the first attempt branches off. */
  depth: number;
}

/** They describe the machine, or follow from what else is told. */
const NOT_COMPARED = new Set(["preset", "memory", "device", "init"]);

/** What identifies a photograph in `api.results`. */
export const contentKey = (result: Result): string =>
  result.recipe?.content?.sha256 || result.recipe?.content?.name || "";

/**
 * Order the paintings of one photograph as a tree, each followed by those that came from it.
 *
 * Recipes say from which picture a painting was continued. Any other attempt is taken to follow the earlier one from which
 * it differs in the fewest choices, the latest of them.
 */
export function attemptTree(results: Result[], schema: Schema): Attempt[] {
  const attempts: Attempt[] = [];
  for (const result of [...results].sort((a, b) => a.made.localeCompare(b.made))) {
    const continued = attempts.findLast((earlier) => continues(result, earlier.result));
    const parent = continued ?? nearest(attempts, result, schema);
    const changes = parent ? differences(parent.result, result, schema) : [];
    attempts.push({
      result,
      number: attempts.length + 1,
      parent,
      continued: Boolean(continued),
      changes,
      depth: 0,
    });
  }
  const first = attempts[0];
  return first ? ordered(first, attempts) : [];
}

function continues(result: Result, earlier: Result): boolean {
  const from = (result.recipe?.["init_picture"] as Input | null | undefined)?.sha256;
  return Boolean(from && earlier.files.some((file) => file.id === from));
}

function nearest(attempts: Attempt[], result: Result, schema: Schema): Attempt | null {
  let [best, least] = [null as Attempt | null, Infinity];
  for (const attempt of attempts) {
    const count = differences(attempt.result, result, schema).length;
    if (count <= least) [best, least] = [attempt, count];
  }
  return best;
}

/** An attempt and all that came from it: side branches first, indented, then the branch with the latest attempt. */
function ordered(first: Attempt, all: Attempt[]): Attempt[] {
  /** The number of the latest attempt that came from each, and those that directly followed it. */
  const latest = new Map(all.map((attempt) => [attempt, attempt.number]));
  const children = new Map<Attempt, Attempt[]>(all.map((attempt) => [attempt, []]));
  for (const attempt of all.toReversed()) {
    const { parent } = attempt;
    if (!parent) continue;
    latest.set(parent, Math.max(latest.get(parent) ?? 0, latest.get(attempt) ?? 0));
    children.get(parent)?.push(attempt);
  }
  const list: Attempt[] = [];
  const add = (attempt: Attempt): void => {
    list.push(attempt);
    const following = children.get(attempt) ?? [];
    following.sort((a, b) => (latest.get(a) ?? 0) - (latest.get(b) ?? 0));
    following.forEach((child, index) => {
      child.depth = attempt.depth + (index < following.length - 1 ? 1 : 0);
      add(child);
    });
  };
  add(first);
  return list;
}

/** What was chosen differently for `b` than for `a`. Settings that only follow from another preset are left out. */
export function differences(a: Result, b: Result, schema: Schema): Change[] {
  const [ours, theirs] = [choicesOf(a, schema), choicesOf(b, schema)];
  const changes: Change[] = [];
  const add = (name: string, before: string, after: string): void => {
    if (before !== after) changes.push({ name, before, after });
  };
  add("styles", ours.styles, theirs.styles);
  if (!changes.length) add("shares", ours.shares, theirs.shares);
  if (!changes.length && ours.regions !== theirs.regions)
    changes.push({ name: "regions", before: "", after: "" });
  if (ours.regionMap !== theirs.regionMap) changes.push({ name: "regionMap", before: "", after: "" });
  for (const name of PHOTO_MASKS)
    if (ours.masks[name] !== theirs.masks[name]) changes.push({ name, before: "", after: "" });
  add("preset", ours.preset, theirs.preset);
  for (const [name, before] of ours.settings) {
    const after = theirs.settings.get(name);
    if (!after || before.value === after.value) continue;
    if (!(before.isDefault && after.isDefault)) add(name, before.value, after.value);
  }
  return changes;
}

/** A change in words, as “Strength 1 → 0.5”. */
export function changeText({ name, before, after }: Change): string {
  if (name === "regions" || name === "regionMap") return t(`attempts.${name}`);
  const mask = PHOTO_MASKS.find((mask) => mask === name);
  if (mask) return t(`attempts.${mask}`);
  const label =
    name === "styles"
      ? t("styles.legend")
      : name === "shares"
        ? t("attempts.shares")
        : name === "preset"
          ? t("paint.preset")
          : labelOf("setting", name);
  return `${label} ${valueText(name, before)} → ${valueText(name, after)}`;
}

function valueText(name: string, value: string): string {
  if (!value) return "–";
  if (name === "preset" || name === "color") {
    const text = labelOf(name, value);
    return text === value ? value : text;
  }
  const number = Number(value);
  return Number.isFinite(number) ? formatNumber(number, 4) : value;
}

/** Everything that was chosen for a result, as text. */
interface Choices {
  styles: string;
  shares: string;
  regions: string;
  regionMap: string;
  masks: Record<PhotoMask, string>;
  preset: string;
  settings: Map<string, { value: string; isDefault: boolean }>;
}

/** Each result is compared with many. */
const known = new WeakMap<Result, Choices>();

function choicesOf(result: Result, schema: Schema): Choices {
  const choices = known.get(result) ?? readChoices(result, schema);
  known.set(result, choices);
  return choices;
}

function readChoices({ recipe }: Result, schema: Schema): Choices {
  const styles = recipe?.styles ?? [];
  const shares = styles.map((style) => style.share ?? 1);
  const preset = String(recipe?.["preset"] ?? "standard");
  const names = Object.keys(schema.settings.properties).filter((name) => !NOT_COMPARED.has(name));
  return {
    styles: styles.map((style) => styleTitle(style.name)).join(" + "),
    shares:
      shares.length > 1 ? shares.map((share) => formatNumber(share / Math.max(...shares))).join(" : ") : "",
    regions: styles
      .map((style) => [style, style.region, style.mask].map((one) => keyOf(one)).join(" "))
      .join(),
    regionMap: keyOf(recipe?.["region_map"] as Input | null | undefined),
    masks: eachMask((mask) => keyOf(recipe?.[mask] as Input | null | undefined)),
    preset,
    settings: new Map(
      names.map((name) => {
        const usual = settingText(presetValue(schema, preset, name));
        const given = recipe?.[name] as Setting | undefined;
        const value = given === undefined ? usual : settingText(given);
        return [name, { value, isDefault: value === usual }];
      }),
    ),
  };
}

const keyOf = (input: Input | null | undefined): string => input?.sha256 || input?.name || "";
