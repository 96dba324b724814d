/** Sweeps: an order varied in one or two settings, painted small on one sheet. */

import type { Order } from "./api";

/** The settings worth varying, each with the values around a given one. */
const VALUES_AROUND: Record<string, (value: number) => number[]> = {
  style_scale: (value) => [value / 2, value, Math.min(20, value * 2)],
  content_weight: (value) => [value / 3, value, value * 3],
  smoothness: (value) => [0, value, value * 10],
  color_strength: () => [0, 0.5, 1],
  strength: () => [0.4, 0.7, 1],
};

/** The settings that the order's engine uses. */
export function sweepableSettings(order: Order): string[] {
  const usesNetwork = order["engine"] === "network" || order["preset"] === "instant";
  const read = usesNetwork
    ? ["strength", "style_scale"]
    : ["strength", "style_scale", "content_weight", "smoothness"];
  return order["color"] && order["color"] !== "style" ? [...read, "color_strength"] : read;
}

/** The order of a sweep. `values` gives the preset's value of a setting that the order leaves out. */
export function sweepOrder(
  order: Order,
  fields: string[],
  values: (name: string) => number,
  size: number,
): Order {
  // Progress and regions belong to the first run and its size.
  const { done: _, assignment: __, ...rest } = order;
  const varied = fields.map((name) => {
    const value = typeof order[name] === "number" ? order[name] : values(name);
    const valuesAround = (VALUES_AROUND[name] ?? ((same) => [same]))(value);
    return [name, valuesAround.map((one) => Number(one.toPrecision(3)))];
  });
  return { ...rest, work: "sweep", size, vary: Object.fromEntries(varied) as unknown } as Order;
}
