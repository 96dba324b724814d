import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Order } from "../api";
import { loadSchema } from "../schema.svelte";
import { hasPageFor, openOrder, takePendingOrder } from "./pending-order";

const SCHEMA = {
  settings: { properties: {} },
  presets: {},
  works: ["stylize", "live"],
  pages: { stylize: "paint" },
};
const ORDER: Order = { work: "stylize", styles: [], size: 96 };

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(SCHEMA)));
});
afterEach(() => vi.unstubAllGlobals());

test("an order waits for the page that makes such works, which takes it once", async () => {
  await openOrder(ORDER);
  expect(location.pathname).toBe("/paint");
  expect(takePendingOrder("video", "texture")).toBeNull();
  expect(takePendingOrder("stylize", "sweep")).toEqual(ORDER);
  expect(takePendingOrder("stylize")).toBeNull();
});

test("an order that no page takes goes nowhere", async () => {
  await openOrder({ ...ORDER, work: "live" });
  expect(takePendingOrder("live")).toBeNull();
});

test("whether there is a page is known once the schema is there", async () => {
  await loadSchema();
  expect([hasPageFor(ORDER), hasPageFor({}), hasPageFor({ work: "live" }), hasPageFor(null)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
