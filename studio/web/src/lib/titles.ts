/** Titles of jobs and results: the user's, or else one made from the inputs in the user's language. */

import type { Input, Job, Result } from "./api";
import { styleTitle } from "./format";
import { labelOf } from "./i18n.svelte";

export function jobTitle(job: Job): string {
  const names = (job.order.styles?.length ? job.order.styles : patternsOf(job.order)).map(({ name }) => name);
  // The job may come from a version with other kinds of work.
  return titleOf(job.title, sourceOf(job.order), names, labelOf("work", job.work));
}

export function resultTitle(result: Result): string {
  return titleOf(result.title, sourceOf(result.recipe), namesOf(result), labelOf("work", result.work));
}

/** The names of the styles, or of the patterns that a garment was made from instead. */
function namesOf({ styles, recipe }: Result): string[] {
  return styles.length ? styles : patternsOf(recipe).map(({ name }) => name);
}

function patternsOf(order: Record<string, unknown> | null): Input[] {
  return (order?.["patterns"] as Input[] | undefined) ?? [];
}

function sourceOf(order: Record<string, unknown> | null): string {
  // The content of a set of sprites is only one of them.
  if (order?.["members"]) return "";
  return ((order?.["content"] ?? order?.["clip"] ?? order?.["photo"]) as Input | undefined)?.name ?? "";
}

/** The title that the user gave; empty if there is none. */
export function customTitle(result: Result): string {
  return withoutDefault(result.title, sourceOf(result.recipe), namesOf(result));
}

/** Empty for the server's default title, which is made from the names of the inputs. */
function withoutDefault(title: string, source: string, styles: string[]): string {
  return title === [source, ...styles.slice(0, 2)].filter(Boolean).map(shortName).join("-") ? "" : title;
}

function titleOf(title: string, source: string, styles: string[], work: string): string {
  const name = withoutDefault(title, source, styles);
  if (name) return name;
  return [source ? styleTitle(source) : work, styles.map(styleTitle).join(" + ")].filter(Boolean).join(" · ");
}

/** The part of a name that the server uses in default titles: `sample:cat` → `cat`, `photo.jpg` → `photo`. */
function shortName(name: string): string {
  return name.split(":")[1] || name.replace(/\.[^.]*$/, "") || name;
}
