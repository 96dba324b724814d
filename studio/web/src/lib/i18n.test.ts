import { afterEach, expect, test } from "vitest";
import { errorText, i18n, labelOf, settingHint, t } from "./i18n.svelte";
import { en } from "./i18n/en";
import { enChoices } from "./i18n/en-choices";
import { enDesign } from "./i18n/en-design";
import { enWorks } from "./i18n/en-works";
import { zh } from "./i18n/zh";
import { zhChoices } from "./i18n/zh-choices";
import { zhDesign } from "./i18n/zh-design";
import { zhWorks } from "./i18n/zh-works";

const ENGLISH: Record<string, string> = { ...en, ...enWorks, ...enDesign, ...enChoices };
const CHINESE: Record<string, string> = { ...zh, ...zhWorks, ...zhDesign, ...zhChoices };
const placeholders = (text = ""): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

afterEach(() => i18n.choose("en"));

test("a text has the same placeholders in both languages", () => {
  const differ = Object.keys(ENGLISH).filter(
    (key) => String(placeholders(CHINESE[key])) !== String(placeholders(ENGLISH[key])),
  );
  expect(differ).toEqual([]);
});

test("values take the place of their names", () => {
  expect(t("styles.take", { name: "Swirl" })).toBe("Use Swirl");
  i18n.choose("zh");
  expect(t("styles.take", { name: "漩涡" })).toBe("使用漩涡");
  expect(document.documentElement.lang).toBe("zh-Hans");
});

test("names that the page does not know stay as the server says them", () => {
  expect(labelOf("setting", "size")).toBe("Size");
  expect(labelOf("setting", "a_new_one")).toBe("a_new_one");
  expect(settingHint("a_new_one", "From the server.")).toBe("From the server.");
  i18n.choose("zh");
  expect(settingHint("a_new_one", "From the server.")).toBe("From the server.");
  expect(errorText("a_new_code", "From the server.")).toBe("From the server.");
});

test("every text is shown somewhere", () => {
  const sources = import.meta.glob(["../**/*.svelte", "../**/*.ts", "!./i18n/**", "!../**/*.test.ts"], {
    query: "?raw",
    import: "default",
    eager: true,
  });
  const code = Object.values(sources).join("\n");
  // Keys are also made from a name: `preset.${name}.hint`.
  const made = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map(([, start]) => start!);
  for (const [, kind] of code.matchAll(/labelOf\("(\w+)"/g)) made.push(`${kind}.`);
  const unused = Object.keys(ENGLISH).filter(
    (key) => !code.includes(`"${key}"`) && !made.some((start) => key.startsWith(start)),
  );
  expect(unused).toEqual([]);
});
