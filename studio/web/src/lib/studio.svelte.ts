/** What the server knows, kept up to date by its events: every job, and that something in the gallery changed. */

import { SvelteMap } from "svelte/reactivity";
import * as api from "./api";
import { recall, remember } from "./kept";

export interface Point {
  iteration: number;
  size: number;
  losses: Record<string, number>;
}

/** No curve needs more points than a screen has columns. */
const MOST_POINTS = 1200;

class Studio {
  readonly jobs = new SvelteMap<string, api.Job>();
  /** Each running job's losses so far, for the curves. */
  readonly curves = new SvelteMap<string, Point[]>(recall<[string, Point[]][]>("curves", []));
  connected = $state(false);
  /** Grows whenever the gallery may have changed. */
  galleryVersion = $state(0);
  #source: EventSource | null = null;
  /** Jobs of which an event told since they were asked for last. */
  readonly #told = new Set<string>();

  /** The jobs that are still to be done, first in the queue first. */
  readonly pending = $derived(
    [...this.jobs.values()]
      .filter((job) => ["running", "paused", "queued"].includes(job.state))
      .sort((a, b) => rank(a) - rank(b) || a.created.localeCompare(b.created)),
  );
  readonly ended = $derived(
    [...this.jobs.values()]
      .filter((job) => ["succeeded", "failed", "cancelled"].includes(job.state))
      .sort((a, b) => (b.ended ?? b.created).localeCompare(a.ended ?? a.created)),
  );

  constructor() {
    addEventListener("pagehide", () => this.#keepCurves());
  }

  /** Listen from now on. A connection that breaks is taken up where it broke off: the browser and the server see to it. */
  start(): void {
    const source = new EventSource(api.API + "/events");
    const on = <T>(name: string, then: (data: T) => void): void =>
      source.addEventListener(name, (event) => then(JSON.parse((event as MessageEvent<string>).data) as T));
    source.onopen = () => {
      this.connected = true;
      void this.reload();
    };
    source.onerror = () => {
      this.connected = false;
      // A server that answered with an error is not asked again by the browser.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.start(), 3000);
    };
    on<api.Job>("job", (job) => {
      this.#told.add(job.id);
      this.#put(job);
    });
    on<{ job: string } & api.Progress>("progress", ({ job, ...progress }) => this.#progress(job, progress));
    on("result", () => this.galleryVersion++);
    on("removed", () => this.galleryVersion++);
    on("reset", () => void this.reload());
    this.#source?.close();
    this.#source = source;
  }

  /** Ask for all jobs. An answer may be older than what events told while it was on its way: then these hold. */
  async reload(): Promise<void> {
    this.#told.clear();
    const jobs = await api.jobs().catch(() => null);
    if (!jobs) return;
    const known = new Set(jobs.map((job) => job.id));
    for (const id of this.jobs.keys()) if (!known.has(id) && !this.#told.has(id)) this.jobs.delete(id);
    for (const job of jobs) if (!this.#told.has(job.id)) this.#put(job);
    this.galleryVersion++;
  }

  #put(job: api.Job): void {
    const known = this.jobs.get(job.id);
    const going = known?.state === "running" && job.state === "running";
    this.jobs.set(job.id, going ? { ...job, progress: further(known.progress, job.progress) } : job);
  }

  async begin(order: api.Order, title = ""): Promise<api.Job> {
    const job = await api.begin(order, title);
    if (!this.jobs.has(job.id)) this.#put(job);
    return job;
  }

  async tell(id: string, verb: api.Verb): Promise<void> {
    await api.tell(id, verb);
    // What becomes of it, its events tell.
    if (!this.connected) await this.reload();
  }

  async forget(id: string): Promise<void> {
    await api.forget(id);
    this.jobs.delete(id);
    this.curves.delete(id);
  }

  /** Only of what is still being painted: what has ended is in the gallery. */
  #keepCurves(): void {
    const going = new Set(this.pending.map((job) => job.id));
    remember(
      "curves",
      [...this.curves].filter(([id]) => going.has(id)),
    );
  }

  #progress(id: string, progress: api.Progress): void {
    const job = this.jobs.get(id);
    if (!job) return;
    this.jobs.set(id, { ...job, progress: { ...job.progress, ...progress } });
    const iteration = progress.done?.reduce((sum, count) => sum + count, 0);
    if (iteration === undefined || !progress.losses) return;
    const before = (this.curves.get(id) ?? []).filter((point) => point.iteration < iteration);
    const points = [...before, { iteration, size: progress.size ?? 0, losses: progress.losses }];
    this.curves.set(id, points.length > MOST_POINTS ? points.filter((_, index) => index % 2 === 0) : points);
  }
}

function rank(job: api.Job): number {
  return job.state === "running" ? 0 : job.state === "paused" ? 1 : 2 + (job.position ?? 1e6);
}

function further(known: api.Progress | null, told: api.Progress | null): api.Progress | null {
  if (!known || !told) return told ?? known;
  return (told.preview ?? 0) >= (known.preview ?? 0) && (told.fraction ?? 0) >= (known.fraction ?? 0)
    ? told
    : known;
}

export const studio = new Studio();
