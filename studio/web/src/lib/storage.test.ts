import { afterEach, expect, test, vi } from "vitest";
import { readStored, writeStored } from "./storage";

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
});

test("what was written is read again, under the page's prefix", () => {
  writeStored("easel", { preset: "draft" });
  expect(localStorage.getItem("pinxit.easel")).toBe('{"preset":"draft"}');
  expect(readStored("easel", null)).toEqual({ preset: "draft" });
});

test("what is missing or broken is the fallback", () => {
  localStorage.setItem("pinxit.broken", "{");
  expect(readStored("broken", 1)).toBe(1);
  expect(readStored("missing", 2)).toBe(2);
});

test("a full storage stops nothing", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(() => writeStored("easel", {})).not.toThrow();
});
