import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "./api";
import { errorMessage, toastErrors, toasts } from "./toasts.svelte";

const texts = (): string[] => toasts.all.map(({ text }) => text);

beforeEach(() => {
  vi.useFakeTimers();
  toasts.all = []; // other tests' errors
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

describe("toasts", () => {
  test("disappear by themselves, problems later", () => {
    toasts.show("done");
    toasts.show("broken", "problem");
    vi.advanceTimersByTime(5000);
    expect(texts()).toEqual(["broken"]);
    vi.advanceTimersByTime(7000);
    expect(texts()).toEqual([]);
  });
  test("are three at most, and each text once, at its latest place", () => {
    for (const text of ["a", "b", "c", "d", "b"]) toasts.show(text);
    expect(texts()).toEqual(["c", "d", "b"]);
  });
  test("are dismissed one by one", () => {
    toasts.show("a");
    toasts.show("b");
    toasts.dismiss(toasts.all[0]?.id ?? -1);
    expect(texts()).toEqual(["b"]);
  });
});

describe("errors", () => {
  test("are shown in a sentence", async () => {
    expect(
      await toastErrors(() => Promise.reject(new ApiError(418, "unknown_code", "No tea."))),
    ).toBeUndefined();
    expect(toasts.all).toMatchObject([{ text: "No tea.", kind: "problem" }]);
  });
  test("of requests that were called off are not shown", async () => {
    await toastErrors(() => Promise.reject(new DOMException("off", "AbortError")));
    expect(texts()).toEqual([]);
  });
  test("of any kind have a message", () => {
    expect(errorMessage(new Error("why"))).toBe("why");
    expect(errorMessage("just text")).toBe("just text");
  });
  test("are none where the work succeeds", async () => {
    expect(await toastErrors(() => Promise.resolve(7))).toBe(7);
    expect(texts()).toEqual([]);
  });
});
