/** What a job or a result is called. One that nobody named is called by what went in, in the reader's language. */

import type { Input, Job, Result } from "./api";
import { styleTitle } from "./format";
import { named } from "./i18n.svelte";

export function jobTitle(job: Job): string {
  const names = (job.order.styles ?? []).map((style) => style.name);
  // It may be of a version that knows other works.
  return titled(job.title, sourceOf(job.order), names, named("work", job.work));
}

export function resultTitle(result: Result): string {
  return titled(result.title, sourceOf(result.recipe), result.styles, named("work", result.work));
}

function sourceOf(order: Record<string, unknown> | null): string {
  return ((order?.["content"] ?? order?.["clip"]) as Input | undefined)?.name ?? "";
}

/** What somebody called it; nothing where nobody did. */
export function givenTitle(result: Result): string {
  return given(result.title, sourceOf(result.recipe), result.styles);
}

/** The server calls it by what went in where nobody says. */
function given(title: string, source: string, styles: string[]): string {
  return title === [source, ...styles.slice(0, 2)].filter(Boolean).map(stem).join("-") ? "" : title;
}

function titled(title: string, source: string, styles: string[], work: string): string {
  const name = given(title, source, styles);
  if (name) return name;
  return [source ? styleTitle(source) : work, styles.map(styleTitle).join(" + ")].filter(Boolean).join(" · ");
}

/** Of a name what the server calls a result by where nobody says: `sample:cat` → `cat`, `photo.jpg` → `photo`. */
function stem(name: string): string {
  return name.split(":")[1] || name.replace(/\.[^.]*$/, "") || name;
}
