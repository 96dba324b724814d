/** How long work takes on this machine, estimated by the server from the jobs that were finished there. */

import * as api from "./api";
import { studio } from "./studio.svelte";

/** While a slider moves, wait this long for the next change, ms. */
const DEBOUNCE_MS = 300;

export class Estimates {
  /** Seconds by name; null where nothing like it was made yet. */
  seconds = $state<Record<string, number | null>>({});

  /** Keep the estimates of some orders up to date. Call it while a component is set up. */
  constructor(orders: () => Record<string, api.Order>) {
    $effect(() => {
      const wanted = $state.snapshot(orders()) as Record<string, api.Order>;
      // Every finished job is one more to estimate from.
      void studio.galleryVersion;
      if (!Object.keys(wanted).length) {
        this.seconds = {};
        return;
      }
      const wait = setTimeout(() => void this.#load(wanted), DEBOUNCE_MS);
      return () => clearTimeout(wait);
    });
  }

  async #load(orders: Record<string, api.Order>): Promise<void> {
    const names = Object.keys(orders);
    // Without an estimate nothing is said; an order that the server refuses is reported where it is started.
    const seconds = await api.estimates(Object.values(orders)).catch(() => []);
    this.seconds = Object.fromEntries(names.map((name, index) => [name, seconds[index] ?? null]));
  }
}

/** The seconds until a waiting job begins, at least; null where that cannot be estimated. */
export function secondsUntil(job: api.Job, pending: readonly api.Job[], atOnce = 1): number | null {
  if (job.position === null) return null;
  const before = pending.filter(
    (other) => other.state === "running" || (other.position !== null && other.position < (job.position ?? 0)),
  );
  const left = before.map((other) =>
    other.state === "running" ? (other.progress?.seconds_left ?? other.estimate) : other.estimate,
  );
  if (left.some((seconds) => seconds == null)) return null;
  return left.reduce<number>((sum, seconds) => sum + (seconds ?? 0), 0) / atOnce;
}
