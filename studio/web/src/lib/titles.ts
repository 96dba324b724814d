/** What a job or a result is called when nobody gave it a name. */

import type { Job, Result } from "./api";
import { styleTitle } from "./format";
import { t } from "./i18n.svelte";

export function jobTitle(job: Job): string {
  return (
    job.title ||
    made(
      job.order.content?.name,
      (job.order.styles ?? []).map((style) => style.name),
      t(`work.${job.work}`),
    )
  );
}

export function resultTitle(result: Result): string {
  return result.title || made(result.recipe?.content?.name, result.styles, t(`work.${result.work}`));
}

function made(content: string | undefined, styles: string[], work: string): string {
  const manner = styles.map(styleTitle).join(" + ");
  return [content ? styleTitle(content) : work, manner].filter(Boolean).join(" · ");
}
