/** The page's texts in the user's language. Types ensure that every language has the same keys. */

import { en as enPages } from "./i18n/en";
import { enChoices } from "./i18n/en-choices";
import { enDesign } from "./i18n/en-design";
import { enWorks } from "./i18n/en-works";
import { zh as zhPages } from "./i18n/zh";
import { zhChoices } from "./i18n/zh-choices";
import { zhDesign } from "./i18n/zh-design";
import { zhErrors } from "./i18n/zh-errors";
import { zhSettings } from "./i18n/zh-settings";
import { zhWorks } from "./i18n/zh-works";
import { readStored, writeStored } from "./storage";

const en = { ...enPages, ...enWorks, ...enDesign, ...enChoices };
export type Key = keyof typeof en;
export const LANGUAGES = { en: "English", zh: "简体中文" } as const;
export type Language = keyof typeof LANGUAGES;

const DICTIONARIES: Record<Language, Record<Key, string>> = {
  en,
  zh: { ...zhPages, ...zhWorks, ...zhDesign, ...zhChoices },
};

class I18n {
  language = $state<Language>(
    readStored<Language>("language", navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"),
  );

  choose(language: Language): void {
    this.language = language;
    writeStored("language", language);
    this.apply();
  }

  apply(): void {
    document.documentElement.lang = this.language === "zh" ? "zh-Hans" : "en";
  }
}

export const i18n = new I18n();

/** The names in braces in a text. */
type Placeholder<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;
type Values<K extends Key> = Partial<Record<Placeholder<(typeof en)[K]>, string | number>>;

/** The text of a key, with each `{name}` replaced by the value of that name. */
export function t<K extends Key>(key: K, values: Values<K> = {}): string {
  return DICTIONARIES[i18n.language][key].replace(/\{(\w+)\}/g, (_, name: string) =>
    String((values as Record<string, string | number>)[name] ?? ""),
  );
}

/** The text of `prefix.name`, where `name` comes from the server; `name` itself if there is no such text. */
export function labelOf(prefix: string, name: string): string {
  const key = `${prefix}.${name}`;
  return key in en ? t(key as Key) : name;
}

/** What a setting does. English comes from the server's schema. */
export function settingHint(name: string, description = ""): string {
  return (i18n.language === "zh" && zhSettings[name]) || description;
}

/** Why a request failed. English comes from the server, and is more specific. */
export function errorText(code: string, message: string): string {
  return (i18n.language === "zh" && zhErrors[code]) || message;
}
