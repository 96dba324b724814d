/** The server's state, kept up to date by its events: every job, and a version number of the gallery. */

import { SvelteMap } from "svelte/reactivity";
import * as api from "./api";
import { readStored, writeStored } from "./storage";

export interface Point {
  iteration: number;
  size: number;
  losses: Record<string, number>;
}

/** What happened in the gallery: a result is new or changed, or was removed; or anything may have changed. */
export type GalleryEvent = { result: api.Result } | { removed: string } | { reloaded: true };

/** More points than a screen has columns would not be visible. */
const MAX_POINTS = 1200;

class Studio {
  readonly jobs = new SvelteMap<string, api.Job>();
  /** The losses of each running job so far, for the chart. */
  readonly curves = new SvelteMap<string, Point[]>(readStored<[string, Point[]][]>("curves", []));
  connected = $state(false);
  /** Grows whenever the gallery may have changed. */
  galleryVersion = $state(0);
  #source: EventSource | null = null;
  readonly #galleryFollowers = new Set<(event: GalleryEvent) => void>();
  /** The jobs updated by an event since the last reload was requested. */
  readonly #updated = new Set<string>();

  /** The jobs not yet ended, in the order of the queue. */
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
    addEventListener("pagehide", () => this.#storeCurves());
  }

  /** Start listening. The browser and the server resume a broken connection where it broke off. */
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
      // The browser does not retry after an error response.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.start(), 3000);
    };
    on<api.Job>("job", (job) => {
      this.#updated.add(job.id);
      this.#shift(this.jobs.get(job.id)?.position ?? null, job.position);
      this.#put(job);
    });
    on<{ job: string } & api.Progress>("progress", ({ job, ...progress }) => this.#progress(job, progress));
    on<api.Result>("result", (result) => this.#galleryChanged({ result }));
    on<{ result: string }>("removed", ({ result }) => this.#galleryChanged({ removed: result }));
    on("reset", () => void this.reload());
    this.#source?.close();
    this.#source = source;
  }

  /** Load all jobs. Events that arrive meanwhile are newer than the response and take precedence. */
  async reload(): Promise<void> {
    this.#updated.clear();
    const jobs = await api.jobs().catch(() => null);
    if (!jobs) return;
    const known = new Set(jobs.map((job) => job.id));
    for (const id of this.jobs.keys()) if (!known.has(id) && !this.#updated.has(id)) this.jobs.delete(id);
    for (const job of jobs) if (!this.#updated.has(job.id)) this.#put(job);
    this.#galleryChanged({ reloaded: true });
  }

  /** Call a function at each change of the gallery; returns how to stop that. */
  followGallery(follower: (event: GalleryEvent) => void): () => void {
    this.#galleryFollowers.add(follower);
    return () => this.#galleryFollowers.delete(follower);
  }

  #galleryChanged(event: GalleryEvent): void {
    this.galleryVersion++;
    for (const follower of this.#galleryFollowers) follower(event);
  }

  #put(job: api.Job): void {
    const known = this.jobs.get(job.id);
    const active = known?.state === "running" && job.state === "running";
    this.jobs.set(job.id, active ? { ...job, progress: newer(known.progress, job.progress) } : job);
  }

  /** The server sends the position of the job that moved; those behind it close up or make room. */
  #shift(from: number | null, to: number | null): void {
    if (from === to) return;
    for (const other of this.jobs.values()) {
      if (other.position === null || other.position === from) continue;
      let position = other.position;
      if (from !== null && position > from) position--;
      if (to !== null && position >= to) position++;
      if (position !== other.position) this.jobs.set(other.id, { ...other, position });
    }
  }

  async startJob(order: api.Order, title = ""): Promise<api.Job> {
    const job = await api.startJob(order, title);
    if (!this.jobs.has(job.id)) this.#put(job);
    return job;
  }

  /** Whether a job waits, runs or pauses. */
  isActive(id: string): boolean {
    return this.pending.some((job) => job.id === id);
  }

  async controlJob(id: string, action: api.JobAction): Promise<void> {
    await api.controlJob(id, action);
    // Otherwise an event reports the change.
    if (!this.connected) await this.reload();
  }

  async removeJob(id: string): Promise<void> {
    await api.deleteJob(id);
    this.jobs.delete(id);
    this.curves.delete(id);
  }

  /** Store the curves of active jobs only; ended jobs are in the gallery. */
  #storeCurves(): void {
    const active = new Set(this.pending.map((job) => job.id));
    writeStored(
      "curves",
      [...this.curves].filter(([id]) => active.has(id)),
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
    this.curves.set(id, points.length > MAX_POINTS ? points.filter((_, index) => index % 2 === 0) : points);
  }
}

function rank(job: api.Job): number {
  return job.state === "running" ? 0 : job.state === "paused" ? 1 : 2 + (job.position ?? 1e6);
}

function newer(known: api.Progress | null, sent: api.Progress | null): api.Progress | null {
  if (!known || !sent) return sent ?? known;
  return (sent.preview ?? 0) >= (known.preview ?? 0) && (sent.fraction ?? 0) >= (known.fraction ?? 0)
    ? sent
    : known;
}

export const studio = new Studio();
