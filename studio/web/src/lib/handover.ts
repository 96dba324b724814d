/** An order handed from one page to another: *use all settings* in the gallery fills the page that makes such things. */

import type { Order, WorkName } from "./api";
import { router, type PageName } from "./router.svelte";

const PAGE: Partial<Record<WorkName, PageName>> = {
  stylize: "paint",
  sweep: "paint",
  video: "video",
  texture: "textures",
  pattern: "patterns",
  panorama: "panoramas",
  theme: "themes",
  train: "train",
};

let waiting: Order | null = null;

/** Whether there is a page that takes such an order. */
export const canHandOver = (order: { work?: WorkName } | null): boolean =>
  Boolean(order && PAGE[order.work ?? "stylize"]);

export function handOver(order: Order): void {
  const page = PAGE[order.work];
  if (!page) return;
  waiting = order;
  router.go(`/${page}`);
}

/** What was handed to a page that makes such works; it is handed over once. */
export function takeOver(...works: WorkName[]): Order | null {
  if (!waiting || !works.includes(waiting.work)) return null;
  const order = waiting;
  waiting = null;
  return order;
}
