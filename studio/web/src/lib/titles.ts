/** What a job or a result is called. One that nobody named is called by what went in, in the reader's language. */

import type { Input, Job, Result } from "./api";
import { styleTitle } from "./format";
import { t } from "./i18n.svelte";

export function jobTitle(job: Job): string {
  const names = (job.order.styles ?? []).map((style) => style.name);
  return titled(job.title, sourceOf(job.order), names, t(`work.${job.work}`));
}

export function resultTitle(result: Result): string {
  return titled(result.title, sourceOf(result.recipe), result.styles, t(`work.${result.work}`));
}

function sourceOf(order: Record<string, unknown> | null): string {
  return ((order?.["content"] ?? order?.["clip"]) as Input | undefined)?.name ?? "";
}

function titled(title: string, source: string, styles: string[], work: string): string {
  const given = [source, ...styles.slice(0, 2)].filter(Boolean).map(stem).join("-");
  if (title && title !== given) return title;
  return [source ? styleTitle(source) : work, styles.map(styleTitle).join(" + ")].filter(Boolean).join(" · ");
}

/** Of a name what the server calls a result by where nobody says: `sample:cat` → `cat`, `photo.jpg` → `photo`. */
function stem(name: string): string {
  return name.split(":")[1] || name.replace(/\.[^.]*$/, "") || name;
}
