/** Tells elsewhere how jobs fare: in the title of the tab, and by a notification where the user allowed that. */

import type { Job } from "./api";
import { t } from "./i18n.svelte";
import { readStored, writeStored } from "./storage";
import { studio } from "./studio.svelte";
import { jobTitle } from "./titles";
import { toasts } from "./toasts.svelte";

const STORAGE_KEY = "notify";
const ACTIVE = ["queued", "running", "paused"];

class Announcements {
  /** What stands before the page's name in the tab: `42 % · `, or `✓ Cat · Swirl · `. */
  readonly prefix = $derived.by(() => {
    const painting = studio.pending.find((job) => job.state === "running");
    if (painting) {
      const share = painting.progress?.fraction;
      return share == null ? "… · " : `${Math.floor(share * 100)} % · `;
    }
    return this.#finished ? `✓ ${this.#finished} · ` : "";
  });
  /** The user wants notifications, and the browser may show them. */
  wanted = $state(false);
  /** The title of what was finished while nobody looked. */
  #finished = $state("");
  #known = new Map<string, Job["state"]>();

  readonly possible = typeof Notification !== "undefined";

  constructor() {
    this.wanted =
      this.possible && Notification.permission === "granted" && readStored<boolean>(STORAGE_KEY, false);
  }

  /** Watch the jobs. Call it while the application is set up. */
  start(): void {
    $effect(() => {
      for (const job of studio.jobs.values()) this.#see(job);
    });
    addEventListener("focus", () => (this.#finished = ""));
    document.addEventListener("visibilitychange", () => !document.hidden && (this.#finished = ""));
  }

  /** Ask for the permission, on the user's click only, or do without notifications from now on. */
  async toggle(): Promise<void> {
    const asked = !this.wanted;
    this.wanted = asked && (await Notification.requestPermission()) === "granted";
    if (asked && !this.wanted) toasts.show(t("notify.denied"), "problem");
    writeStored(STORAGE_KEY, this.wanted);
  }

  #see(job: Job): void {
    const before = this.#known.get(job.id);
    this.#known.set(job.id, job.state);
    if (!before || !ACTIVE.includes(before) || (document.hasFocus() && !document.hidden)) return;
    if (job.state === "succeeded") this.#finished = jobTitle(job);
    if (this.wanted && (job.state === "succeeded" || job.state === "failed")) {
      const body = t(job.state === "succeeded" ? "notify.done" : "notify.failed");
      const shown = new Notification(jobTitle(job), { body, tag: job.id });
      shown.onclick = () => (focus(), shown.close());
    }
  }
}

export const announcements = new Announcements();
