import { afterEach, describe, expect, test } from "vitest";
import { formatBytes, formatDate, formatDuration, formatNumber, styleTitle } from "./format";
import { i18n } from "./i18n.svelte";

afterEach(() => i18n.choose("en"));

test.each([
  [0, "0:00"],
  [42, "0:42"],
  [59.6, "1:00"],
  [185, "3:05"],
  [3720, "1:02:00"],
  [-3, "0:00"],
])("%d s are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("numbers have three significant digits, or as many as asked for", () => {
  expect(formatNumber(0.123456)).toBe("0.123");
  expect(formatNumber(1234567)).toBe("1,230,000");
  expect(formatNumber(1.25, 2)).toBe("1.3");
});

test.each([
  [0, "0 byte"],
  [999, "999 byte"],
  [1000, "1 kB"],
  [12_345_678, "12.3 MB"],
  [4.2e9, "4.2 GB"],
  [7e13, "70,000 GB"],
])("%d bytes are %s", (count, text) => {
  expect(formatBytes(count)).toBe(text);
});

test("dates are written in the page's language", () => {
  expect(formatDate("2026-03-05T12:00:00")).toBe("Mar 5, 2026, 12:00 PM");
  i18n.choose("zh");
  expect(formatDate("2026-03-05T12:00:00")).toBe("2026年3月5日 12:00");
});

describe("a style's title", () => {
  test("of a built-in style or sample is translated", () => {
    expect(styleTitle("house:ink")).toBe("Ink wash");
    expect(styleTitle("sample:coffee")).toBe("Coffee");
    i18n.choose("zh");
    expect(styleTitle("house:ink")).toBe("水墨");
  });
  test("of one that this page does not know is its name", () => {
    expect(styleTitle("house:new-style")).toBe("new-style");
  });
  test("of a file is its name without the ending", () => {
    expect(styleTitle("my cat.JPEG")).toBe("my cat");
    expect(styleTitle("v1.2 final.png")).toBe("v1.2 final");
    expect(styleTitle("Dr.Strangelove")).toBe("Dr.Strangelove");
    expect(styleTitle("")).toBe("untitled");
  });
});
