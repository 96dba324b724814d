/** Numbers as a person reads them. */

import { named, speech, t } from "./i18n.svelte";

const locale = (): string => (speech.language === "zh" ? "zh-Hans" : "en");

/** `0:42`, `3:05`, `1:02:00`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export function number(value: number, digits = 3): string {
  return new Intl.NumberFormat(locale(), { maximumSignificantDigits: digits }).format(value);
}

export function bytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  const style = { style: "unit", unit: units[step] as string, maximumSignificantDigits: 3 } as const;
  return new Intl.NumberFormat(locale(), style).format(count / 1000 ** step);
}

export function moment(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** A style's name for a person: of a drawn one its manner, of a file the name without its ending. */
export function styleTitle(name: string): string {
  const [kind, rest] = name.includes(":") ? (name.split(":", 2) as [string, string]) : ["", name];
  if (kind === "house") return named("style", rest);
  if (kind === "sample") return named("sample", rest);
  return rest.replace(/\.[a-z0-9]{2,6}$/i, "") || t("unnamed");
}
