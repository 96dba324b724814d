/** The regions of the pictures on the page Paint, and their assignment: found automatically, or chosen by the user. */

import { untrack } from "svelte";
import * as api from "../api";
import { t } from "../i18n.svelte";
import { type Assignment, assignmentText, fits, parseAssignment, sameRegions } from "../regions";
import { errorMessage, toasts } from "../toasts.svelte";
import { paintForm } from "./paint-form.svelte";

/** The settings on which regions depend. */
const RELEVANT_SETTINGS = [
  "preset",
  "size",
  "style_scale",
  "style_weight",
  "engine",
  "objective",
  "wrap",
  "color",
  "color_strength",
  "match",
  "match_by",
  "encoder",
  "pooling",
  "form",
  "device",
  "precision",
] as const;
/** While a slider moves, wait this long for the next change, ms. */
const DEBOUNCE_MS = 400;

class RegionMatching {
  /** The response, with the assignment found automatically. */
  found = $state.raw<api.Regions | null>(null);
  loading = $state(false);
  problem = $state("");
  /** The request that `found` responds to, as JSON. */
  #answered = "";

  readonly available = $derived(
    paintForm.ready &&
      paintForm.value("engine") === "optimizer" &&
      paintForm.value("objective") === "neighbors" &&
      paintForm.number("style_weight", 1) > 0,
  );
  readonly enabled = $derived(this.available && paintForm.value("match") === "regions");
  readonly chosen = $derived(parseAssignment(paintForm.settings["assignment"]));
  readonly assignment = $derived.by((): Assignment => {
    if (!this.found) return [];
    return this.chosen && fits(this.chosen, this.found) ? this.chosen : this.found.assignment;
  });
  /** The chosen assignment may not fit the regions being loaded. */
  readonly stale = $derived(this.enabled && this.loading && this.chosen !== null);
  readonly #request = $derived.by(() => {
    const order = this.enabled ? paintForm.order : null;
    if (!order) return "";
    const settings = Object.fromEntries(RELEVANT_SETTINGS.map((name) => [name, order[name]]));
    const styles = order.styles.map(({ name, sha256, bytes, mask }) => ({ name, sha256, bytes, mask }));
    return JSON.stringify({ work: "stylize", ...settings, content: order.content, styles });
  });

  constructor() {
    $effect.root(() => {
      $effect(() => this.#watch());
      $effect(() => this.#check());
    });
  }

  /** Add a style's region to a region of the photograph, or remove it. Returns false for the last one, which stays. */
  toggle(region: number, style: number): boolean {
    const now = this.assignment[region] ?? [];
    const next = now.includes(style)
      ? now.filter((one) => one !== style)
      : [...now, style].sort((one, other) => one - other);
    if (!next.length) return false;
    const all = assignmentText(this.assignment.map((regions, at) => (at === region ? next : regions)));
    paintForm.set("assignment", all === assignmentText(this.found?.assignment ?? []) ? undefined : all);
    return true;
  }

  clearAssignment(): void {
    paintForm.set("assignment", undefined);
  }

  /** Forget the regions: the form was filled from a recipe, whose assignment belongs to its own regions. */
  invalidate(): void {
    this.found = null;
    this.#answered = "";
  }

  #watch(): (() => void) | undefined {
    const request = this.#request;
    if (!request || request === this.#answered) return undefined;
    const call = new AbortController();
    this.loading = true;
    const wait = setTimeout(() => void this.#fetch(request, call.signal), DEBOUNCE_MS);
    return () => {
      clearTimeout(wait);
      call.abort();
      this.loading = false;
    };
  }

  async #fetch(request: string, signal: AbortSignal): Promise<void> {
    try {
      const found = await api.correspondence(JSON.parse(request) as api.Order, signal);
      const before = this.found;
      this.#answered = request;
      this.found = found;
      this.problem = "";
      if (before && !sameRegions(before, found)) this.#clear();
    } catch (error) {
      if (signal.aborted) return;
      if (api.isApiError(error) && error.status === 429) {
        setTimeout(() => !signal.aborted && void this.#fetch(request, signal), 1000);
        return;
      }
      this.problem = errorMessage(error);
    }
    this.loading = false;
  }

  #check(): void {
    if (!this.chosen) return;
    if (paintForm.schema && paintForm.value("match") !== "regions") untrack(() => this.clearAssignment());
    else if (this.found && !this.loading && !fits(this.chosen, this.found)) untrack(() => this.#clear());
  }

  #clear(): void {
    if (!this.chosen) return;
    this.clearAssignment();
    toasts.show(t("regions.cleared"));
  }
}

export const regionMatching = new RegionMatching();
