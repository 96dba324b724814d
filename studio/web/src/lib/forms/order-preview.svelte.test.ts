import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError, type Order } from "../api";
import { OrderPreview } from "./order-preview.svelte";

const order = (angle: number): Order => ({ work: "wear", styles: [], angle });
const answer = { picture: new Blob(["x"]), seconds: 1 };

beforeEach(() => {
  vi.useFakeTimers();
  let count = 0;
  vi.spyOn(URL, "createObjectURL").mockImplementation(() => `blob:${++count}`);
  vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A preview of an order that the test changes. */
function follow(load: (order: Order, signal: AbortSignal) => Promise<typeof answer>) {
  const preview = new OrderPreview(load);
  const current = $state<{ order: Order | null }>({ order: order(0) });
  const stop = $effect.root(() => preview.follow(() => current.order && $state.snapshot(current.order)));
  flushSync();
  const change = (next: Order | null): void => {
    current.order = next;
    flushSync();
  };
  return { preview, change, stop };
}

test("only the last of several quick changes is asked for", async () => {
  const asked: unknown[] = [];
  const { preview, change, stop } = follow(async (wanted) => (asked.push(wanted["angle"]), answer));
  change(order(1));
  change(order(2));
  await vi.advanceTimersByTimeAsync(1000);
  expect([asked, preview.url, preview.loading]).toEqual([[2], "blob:1", false]);
  change(null);
  expect(preview.url).toBeNull();
  stop();
});

test("a busy studio is asked again, and another error is said", async () => {
  const load = vi
    .fn<() => Promise<typeof answer>>()
    .mockRejectedValueOnce(new ApiError(429, "busy", "Too many requests."))
    .mockResolvedValueOnce(answer)
    .mockRejectedValueOnce(new ApiError(422, "refused", "The mask is black."));
  const { preview, change, stop } = follow(load);
  await vi.advanceTimersByTimeAsync(2000);
  expect([load.mock.calls.length, preview.url, preview.problem]).toEqual([2, "blob:1", ""]);
  change(order(5));
  await vi.advanceTimersByTimeAsync(1000);
  expect([preview.url, preview.problem, preview.loading]).toEqual(["blob:1", "The mask is black.", false]);
  stop();
});
