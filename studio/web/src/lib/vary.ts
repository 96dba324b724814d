/** Neighbours of an order in one or two of its dials, painted small on one sheet. */

import type { Order } from "./api";

/** Dials worth varying: what a neighbour of a value is. */
const NEIGHBOURS: Record<string, (value: number) => number[]> = {
  style_weight: (value) => [value / 3, value, value * 3],
  style_scale: (value) => [value / 2, value, Math.min(20, value * 2)],
  content_weight: (value) => [value / 3, value, value * 3],
  smoothness: (value) => [0, value, value * 10],
  color_strength: () => [0, 0.5, 1],
  strength: () => [0.4, 0.7, 1],
};
export type Variable = keyof typeof NEIGHBOURS;

/** Those that the order's engine reads. */
export function variables(order: Order): string[] {
  const networked = order["engine"] === "network" || order["preset"] === "instant";
  const read = networked
    ? ["strength", "style_scale"]
    : ["style_weight", "style_scale", "content_weight", "smoothness"];
  return order["color"] && order["color"] !== "style" ? [...read, "color_strength"] : read;
}

/** What the settings are where an order leaves them to the preset. */
export function vary(order: Order, fields: string[], values: (name: string) => number, size: number): Order {
  // A sheet is new work: what an earlier run had done is none of it.
  const { done: _, ...rest } = order;
  const around = fields.map((name) => {
    const value = typeof order[name] === "number" ? order[name] : values(name);
    const near = (NEIGHBOURS[name] ?? ((same) => [same]))(value);
    return [name, near.map((one) => Number(one.toPrecision(3)))];
  });
  return { ...rest, work: "sweep", size, vary: Object.fromEntries(around) as unknown } as Order;
}
