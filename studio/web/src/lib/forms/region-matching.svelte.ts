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
    const map = order["region_map"];
    const styles = order.styles.map(({ name, sha256, bytes, mask }) => ({ name, sha256, bytes, mask }));
    return JSON.stringify({ work: "stylize", ...settings, content: order.content, styles, region_map: map });
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
  /** Return to the regions and the assignment that are found automatically. */
  reset(): void {
    this.clearAssignment();
    paintForm.own.regionMap = null;
  }

  /**
   * Take regions that the user changed.
   *
   * @param map Their map, uploaded.
   * @param assignment The style regions of each.
   */
  redraw(map: api.Input, assignment: Assignment): void {
    paintForm.own.regionMap = map;
    paintForm.set("assignment", assignmentText(assignment));
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
      const redrawn = mapIn(this.#answered) !== mapIn(request);
      this.#answered = request;
      this.found = found;
      this.problem = "";
      // The user knows of the photograph's regions that they have changed.
      const { content, assignment } = found;
      if (before && !sameRegions(redrawn ? { ...before, content, assignment } : before, found)) this.#clear();
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
    if (!this.chosen && !paintForm.own.regionMap) return;
    if (paintForm.schema && paintForm.value("match") !== "regions") untrack(() => this.reset());
    else if (!this.chosen) return;
    else if (this.found && !this.loading && !fits(this.chosen, this.found)) untrack(() => this.#clear());
  }

  #clear(): void {
    if (!this.chosen) return;
    this.clearAssignment();
    toasts.show(t("regions.cleared"));
  }
}

/** The region map in a request, as JSON. */
const mapIn = (request: string): string =>
  request ? JSON.stringify((JSON.parse(request) as api.Order)["region_map"] ?? null) : "";

export const regionMatching = new RegionMatching();
