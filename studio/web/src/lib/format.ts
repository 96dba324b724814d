/** Numbers, dates and names for the user, in the user's language. */

import { i18n, labelOf, t } from "./i18n.svelte";

/** English has regions: dates are written as in that of the browser. */
const locale = (): string =>
  i18n.language === "zh" ? "zh-Hans" : (navigator.languages.find((one) => one.startsWith("en")) ?? "en");

/** `0:42`, `3:05`, `1:02:00`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `20 s`, `4 min`, `1 h`: as precise as an estimate is. */
export function formatEstimate(seconds: number): string {
  const [unit, value] =
    seconds < 50
      ? (["second", Math.max(1, seconds < 10 ? seconds : Math.round(seconds / 5) * 5)] as const)
      : seconds < 3000
        ? (["minute", seconds / 60] as const)
        : (["hour", seconds / 3600] as const);
  const digits = unit === "hour" && value < 10 ? 1 : 0;
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: digits,
  }).format(value);
}

export function formatPercent(share: number): string {
  return new Intl.NumberFormat(locale(), { style: "percent" }).format(share);
}

export function formatNumber(value: number, digits = 3): string {
  return new Intl.NumberFormat(locale(), { maximumSignificantDigits: digits }).format(value);
}

export function formatBytes(count: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  const style = { style: "unit", unit: units[step] as string, maximumSignificantDigits: 3 } as const;
  return new Intl.NumberFormat(locale(), style).format(count / 1000 ** step);
}

export function formatDate(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** The time of a moment today, the date of any other. */
export function formatDay(iso: string): string {
  const [moment, now] = [new Date(iso), new Date()];
  const today = moment.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(locale(), today ? { timeStyle: "short" } : { dateStyle: "medium" }).format(
    moment,
  );
}

/** Names one after another. */
export const formatNames = (names: string[]): string => names.join(t("list"));

/** A style's title: translated for built-in styles and samples, the name without its extension for a file. */
export function styleTitle(name: string): string {
  const [kind, rest] = name.includes(":") ? (name.split(":", 2) as [string, string]) : ["", name];
  if (kind === "house") return labelOf("style", rest);
  if (kind === "sample") return labelOf("sample", rest);
  return rest.replace(/\.[a-z0-9]{2,6}$/i, "") || t("unnamed");
}
