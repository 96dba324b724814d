/** A few frames of the clip painted by the network: what the settings do, before a job is started. */

import { onMount, untrack } from "svelte";
import * as api from "../../lib/api";
import { captureFrame, type Frame } from "../../lib/clip";
import { errorMessage } from "../../lib/toasts.svelte";
import { drawnFrame, endOf, frameOrder, placed, type VideoForm } from "./video-form";

/** Where the frames are taken, as shares of the part that is painted. */
const MOMENTS = [0.15, 0.6];
/** While a slider moves, wait this long for the next change, ms. */
const DEBOUNCE_MS = 300;
/** A frame is captured again only where its moment differs by more, s. */
const SAME_MOMENT = 0.05;

interface PaintedFrame extends Frame {
  /** Object URL of the painted frame. */
  painted: string;
}

class FramePreviews {
  frames = $state<PaintedFrame[]>([]);
  /** The index of the frame on show. */
  shown = $state(0);
  loading = $state(false);
  problem = $state("");
  /** The browser cannot play the clip; the studio knows its first frame. */
  unplayable = $state(false);
  /** The element that plays the clip, while it is on the page. */
  video = $state<HTMLVideoElement>();

  readonly #form: VideoForm;
  #call: AbortController | null = null;

  constructor(form: VideoForm) {
    this.#form = form;
    /** Everything that changes how frames look. */
    const look = $derived(
      JSON.stringify([
        placed(form.styles, form.own),
        form.settings,
        form.preset,
        form.own.start,
        form.own.end,
      ]),
    );
    $effect(() => {
      void look;
      const wait = setTimeout(() => untrack(() => void this.paint()), DEBOUNCE_MS);
      return () => clearTimeout(wait);
    });
    onMount(() => () => this.#call?.abort());
  }

  /** Forget the frames: there is another clip. */
  clear(): void {
    this.unplayable = false;
    this.frames = [];
  }

  async paint(): Promise<void> {
    const form = this.#form;
    const { clip, start } = form.own;
    if (!clip || !form.styles.length || (!this.video?.videoWidth && !this.unplayable)) return;
    this.#call?.abort();
    // With regions, frames are painted by the server, which follows them.
    if (drawnFrame(form.styles, form.own) !== null) return;
    const { signal } = (this.#call = new AbortController());
    this.loading = true;
    try {
      const length = endOf(form.own) - start;
      const moments = this.unplayable ? [0] : MOMENTS.map((share) => start + length * share);
      for (const [index, seconds] of moments.entries()) {
        const frame = await this.#capture(index, seconds, clip);
        const { picture } = await api.preview(frameOrder(form, frame.input, frame.seconds), signal);
        if (signal.aborted) return;
        const painted = { ...frame, painted: URL.createObjectURL(picture) };
        this.frames = Object.assign([...this.frames], { [index]: painted }).slice(0, moments.length);
      }
      this.problem = "";
    } catch (error) {
      if (signal.aborted) return;
      this.problem = errorMessage(error);
    }
    this.loading = false;
  }

  async #capture(index: number, seconds: number, clip: api.Input): Promise<Frame> {
    const last = this.frames[index];
    if (last && Math.abs(last.seconds - seconds) < SAME_MOMENT) return last;
    return captureFrame(this.video as HTMLVideoElement, seconds, clip);
  }
}
export type { FramePreviews };

/** Call it while the page's component is set up. */
export const createFramePreviews = (form: VideoForm): FramePreviews => new FramePreviews(form);
