import { expect, test } from "vitest";
import { appearance } from "./theme.svelte";

test("a chosen scheme is set on the page and stored; the system's is neither", () => {
  appearance.choose("dark");
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  expect(localStorage.getItem("pinxit.theme")).toBe('"dark"');
  appearance.choose("system");
  expect(document.documentElement.dataset["theme"]).toBeUndefined();
  expect(appearance.theme).toBe("system");
});
