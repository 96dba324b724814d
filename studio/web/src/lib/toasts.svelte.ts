/** Toasts: short messages that disappear by themselves. */

import { isApiError } from "./api";
import { errorText, t } from "./i18n.svelte";

export interface Toast {
  id: number;
  text: string;
  kind: "info" | "problem";
  /** A button in the toast. */
  action?: Action;
}

export interface Action {
  name: string;
  run: () => void;
}

class Toasts {
  all = $state<Toast[]>([]);
  #last = 0;

  /** Show a message. One that `stays` is only closed by the user: what it says is said nowhere else. */
  show(text: string, kind: Toast["kind"] = "info", { stays = false } = {}): void {
    this.#add({ text, kind }, stays ? null : kind === "problem" ? 12000 : 5000);
  }

  /** Offer to take back what was just done; returns the toast's id. */
  offer(text: string, action: Action, milliseconds: number): number {
    return this.#add({ text, kind: "info", action }, milliseconds);
  }

  #add(toast: Omit<Toast, "id">, milliseconds: number | null): number {
    const id = ++this.#last;
    this.all = [...this.all.filter((other) => other.text !== toast.text), { id, ...toast }].slice(-3);
    if (milliseconds !== null) setTimeout(() => this.dismiss(id), milliseconds);
    return id;
  }

  dismiss(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

/** One sentence on what went wrong, for the user. */
export function errorMessage(error: unknown): string {
  if (isApiError(error)) return errorText(error.code, error.message);
  return error instanceof Error ? error.message : String(error);
}

/** This many refused files are named; of others only the number is said. */
const NAMED = 3;

/** Say which of the files that came together were refused, and why, until the user has read it. */
export function toastRefused(refused: { name: string; error: unknown }[], together: number): void {
  const lines = refused.slice(0, NAMED).map(({ name, error }) => `${name}: ${errorMessage(error)}`);
  if (refused.length > NAMED) lines.push(t("drop.moreRefused", { count: refused.length - NAMED }));
  if (together > 1) lines.unshift(t("drop.refused", { count: refused.length, together }));
  toasts.show(lines.join("\n"), "problem", { stays: true });
}

/** Run `work`. If it fails, show why, and return undefined. */
export async function toastErrors<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError"))
      toasts.show(errorMessage(error), "problem");
    return undefined;
  }
}
