/** Results that were deleted a moment ago: a toast offers to take that back, for all of them at once. */

import * as api from "./api";
import { t } from "./i18n.svelte";
import { toastErrors, toasts } from "./toasts.svelte";

/** The server keeps them a little longer, ms. */
const OFFERED_MS = 30_000;

let ids: string[] = [];
let toast = 0;
let forgetting: ReturnType<typeof setTimeout> | undefined;

/** Hide results, and offer to restore them; returns whether it worked. Results that are still offered are offered anew. */
export async function discard(...more: string[]): Promise<boolean> {
  const all = [...new Set([...ids, ...more])];
  if (!(await toastErrors(() => api.discardResults(all)))) return false;
  ids = all;
  toasts.dismiss(toast);
  const text = ids.length > 1 ? t("gallery.deletedMany", { count: ids.length }) : t("gallery.deletedOne");
  toast = toasts.offer(text, { name: t("do.undo"), run: () => void restore() }, OFFERED_MS);
  clearTimeout(forgetting);
  forgetting = setTimeout(() => (ids = []), OFFERED_MS);
  return true;
}

async function restore(): Promise<void> {
  const all = ids;
  ids = [];
  await toastErrors(() => api.restoreResults(all));
}
