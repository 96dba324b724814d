/** An order passed to the page that makes such works, as "Use all settings" in the gallery does. */

import type { Order, WorkName } from "../api";
import { router } from "../router.svelte";
import { known, loadSchema } from "../schema.svelte";

let waiting: Order | null = null;

/** Check whether a page takes such an order. */
export const hasPageFor = (order: { work?: WorkName } | null): boolean =>
  Boolean(order && known.schema?.pages[order.work ?? "stylize"]);

export async function openOrder(order: Order): Promise<void> {
  await loadSchema();
  const page = known.schema?.pages[order.work];
  if (!page) return;
  waiting = order;
  router.go(`/${page}`);
}

/** The order waiting for a page that makes these works, if any. It is returned once. */
export function takePendingOrder(...works: WorkName[]): Order | null {
  if (!waiting || !works.includes(waiting.work)) return null;
  const order = waiting;
  waiting = null;
  return order;
}
