import { beforeEach, expect, test, vi } from "vitest";
import * as api from "./api";
import { discard } from "./discarded";
import { toasts } from "./toasts.svelte";

beforeEach(() => {
  toasts.all = []; // all files of tests share the modules
  vi.useFakeTimers();
  vi.spyOn(api, "discardResults").mockResolvedValue(new Response());
  vi.spyOn(api, "restoreResults").mockResolvedValue(new Response());
  return () => {
    vi.runAllTimers();
    vi.useRealTimers();
    vi.restoreAllMocks();
  };
});

test("results that were deleted one after the other are restored together", async () => {
  await discard("a");
  vi.advanceTimersByTime(20_000);
  await discard("b");
  expect(api.discardResults).toHaveBeenLastCalledWith(["a", "b"]);
  vi.advanceTimersByTime(20_000);
  expect(toasts.all).toHaveLength(1);
  toasts.all[0]?.action?.run();
  expect(api.restoreResults).toHaveBeenCalledWith(["a", "b"]);
});

test("after half a minute nothing is offered any more", async () => {
  await discard("c");
  vi.advanceTimersByTime(30_001);
  expect(toasts.all).toHaveLength(0);
  await discard("d");
  expect(api.discardResults).toHaveBeenLastCalledWith(["d"]);
});
