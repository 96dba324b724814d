/** What the page says, in the reader's language. The types hold the languages' keys together. */

import { en as enPages } from "./i18n/en";
import { enWorks } from "./i18n/en-works";
import { zh as zhPages } from "./i18n/zh";
import { zhErrors } from "./i18n/zh-errors";
import { zhSettings } from "./i18n/zh-settings";
import { zhWorks } from "./i18n/zh-works";
import { recall, remember } from "./kept";

const en = { ...enPages, ...enWorks };
export type Key = keyof typeof en;
export const LANGUAGES = { en: "English", zh: "简体中文" } as const;
export type Language = keyof typeof LANGUAGES;

const DICTIONARIES: Record<Language, Record<Key, string>> = { en, zh: { ...zhPages, ...zhWorks } };

class Speech {
  language = $state<Language>(
    recall<Language>("language", navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"),
  );

  choose(language: Language): void {
    this.language = language;
    remember("language", language);
    this.apply();
  }

  apply(): void {
    document.documentElement.lang = this.language === "zh" ? "zh-Hans" : "en";
  }
}

export const speech = new Speech();

/** The text of a key, `{name}` in it replaced by the value of that name. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return DICTIONARIES[speech.language][key].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name] ?? ""),
  );
}

/** The text of a key made from what the server said, or what it said where there is none. */
export function named(prefix: string, name: string): string {
  const key = `${prefix}.${name}`;
  return key in en ? t(key as Key) : name;
}

/** What a setting does. English comes with the setting itself, from the server. */
export function explained(name: string, description = ""): string {
  return (speech.language === "zh" && zhSettings[name]) || description;
}

/** What the server refused, and why. English comes from the server, and says more. */
export function refused(code: string, message: string): string {
  return (speech.language === "zh" && zhErrors[code]) || message;
}
