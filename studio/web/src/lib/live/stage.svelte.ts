/** The live page's engine: takes a frame whenever the last one is painted, and shows what came of it. Frames are never queued. */

import * as api from "../api";
import { t, type Key } from "../i18n.svelte";
import { sentence } from "../notices.svelte";
import type { Backend, FromWorker, Manner, ToWorker } from "./messages";
import { Pace, sides, SIZES } from "./pace";
import { cameras, NoCamera, openCamera, openClip, shut } from "./source";

export type Source = "none" | "camera" | "clip" | "picture";

/** Style images are read at this size for a network of the page, px. */
const READ_AT = 480;
/** The frame rate is that of so long a time, ms. */
const SPAN = 2000;

export class Stage {
  source = $state<Source>("none");
  opening = $state(false);
  /** One sentence on why nothing is seen. */
  problem = $state("");
  /** The network is being fetched or made ready. */
  learning = $state(false);
  backend = $state<Backend | null>(null);
  threads = $state(1);
  rate = $state(0);
  size = $state({ width: 0, height: 0 });
  devices = $state<MediaDeviceInfo[]>([]);
  device = $state("");
  /** As in a mirror; what cameras show of the person before them. */
  mirrored = $state(false);
  /** The longer side of the frames, px; 0 adapts it to the machine. */
  fixed = $state(0);

  #video: HTMLVideoElement;
  #canvas: HTMLCanvasElement;
  #worker: Worker;
  #pace = new Pace();
  #still: ImageBitmap | null = null;
  #ready = false;
  #busy = false;
  #posted = 0;
  #shown: number[] = [];
  #call: AbortController | null = null;
  #waiting = 0;

  constructor(video: HTMLVideoElement, canvas: HTMLCanvasElement) {
    this.#video = video;
    this.#canvas = canvas;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#told(data);
    this.#worker.onerror = (event) => (this.problem = event.message || t("live.broken"));
    document.addEventListener("visibilitychange", this.#seen);
  }

  /** Let go of everything: the camera above all. */
  close(): void {
    document.removeEventListener("visibilitychange", this.#seen);
    this.#call?.abort();
    this.stop();
    this.#worker.terminate();
  }

  async camera(device = this.device): Promise<void> {
    await this.#open("camera", async () => {
      const stream = await openCamera(this.#video, device);
      const settings = stream.getVideoTracks()[0]?.getSettings();
      this.device = settings?.deviceId ?? device;
      this.mirrored = settings?.facingMode !== "environment";
      // A camera that is unplugged, or taken away by the browser, is told of.
      stream.getVideoTracks()[0]?.addEventListener("ended", () => {
        this.stop();
        this.problem = t("live.gone");
      });
      this.devices = await cameras();
    });
  }

  /** A clip or a picture from this machine; it is not sent anywhere. */
  async file(file: File): Promise<void> {
    this.mirrored = false;
    if (!file.type.startsWith("image/") || file.type === "image/gif") {
      await this.#open("clip", () => openClip(this.#video, file), "live.clip");
      if (this.source !== "none" || !file.type.startsWith("image/")) return;
    }
    await this.#open(
      "picture",
      async () => void (this.#still = await createImageBitmap(file)),
      "live.picture",
    );
  }

  stop(): void {
    shut(this.#video);
    this.#still?.close();
    this.#still = null;
    this.source = "none";
    this.rate = 0;
    this.#shown = [];
  }

  /** Paint in the manner of these styles from now on; until the network is there, in that of the last ones. */
  async learn(styles: api.Style[], prefer: Backend): Promise<void> {
    this.#call?.abort();
    const call = (this.#call = new AbortController());
    this.learning = true;
    try {
      const model = await api.liveModel(styles, 1, READ_AT, call.signal);
      this.#tell({ kind: "network", model, prefer }, model);
      this.problem = "";
    } catch (error) {
      if (call.signal.aborted) return;
      this.learning = false;
      this.problem = sentence(error);
    }
  }

  show(manner: Manner): void {
    this.#tell({ kind: "manner", manner });
    this.#again();
  }

  /** The painting on show, as a file. */
  painting(): Promise<Blob | null> {
    return new Promise((resolve) => this.#canvas.toBlob(resolve, "image/png"));
  }

  /** What the camera sees, unpainted and as large as it is. */
  async photograph(): Promise<Blob | null> {
    const from = this.#still ?? this.#video;
    const { width, height } = this.#extent();
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (this.mirrored) context?.setTransform(-1, 0, 0, 1, width, 0);
    context?.drawImage(from, 0, 0, width, height);
    return width ? canvas.convertToBlob({ type: "image/jpeg", quality: 0.95 }) : null;
  }

  async #open(source: Source, begin: () => Promise<void>, failed: Key = "live.busy"): Promise<void> {
    this.stop();
    this.opening = true;
    this.problem = "";
    try {
      await begin();
      this.source = source;
      this.#next();
    } catch (error) {
      this.stop();
      this.problem = t(error instanceof NoCamera ? error.key : failed);
    }
    this.opening = false;
  }

  #tell(message: ToWorker, ...handed: Transferable[]): void {
    this.#worker.postMessage(message, handed);
  }

  #told(data: FromWorker): void {
    if (data.kind === "ready") {
      this.#ready = true;
      this.learning = false;
      this.backend = data.backend;
      this.threads = data.threads;
      this.#pace = new Pace();
      this.#next();
    } else if (data.kind === "painted") {
      this.#busy = false;
      this.#draw(data.painting);
      if (this.source !== "picture") this.#next();
    } else {
      this.#busy = this.learning = false;
      this.problem = data.message;
    }
  }

  /** Take the next frame that is shown. A hidden page paints nothing. */
  #next(): void {
    if (!this.#ready || this.#busy || this.source === "none" || document.hidden) return;
    if (this.#still) {
      void this.#post(this.#still);
    } else if ("requestVideoFrameCallback" in this.#video) {
      this.#video.cancelVideoFrameCallback(this.#waiting);
      this.#waiting = this.#video.requestVideoFrameCallback(() => void this.#post(this.#video));
    } else {
      requestAnimationFrame(() => void this.#post(this.#video));
    }
  }
  readonly #seen = (): void => this.#next();

  /** A still picture is painted anew when something about it changes. */
  #again(): void {
    if (this.source === "picture") this.#next();
  }

  #extent(): { width: number; height: number } {
    if (this.#still) return { width: this.#still.width, height: this.#still.height };
    return { width: this.#video.videoWidth, height: this.#video.videoHeight };
  }

  async #post(from: ImageBitmapSource): Promise<void> {
    if (this.#busy || this.source === "none") return;
    const { width, height } = this.#extent();
    if (!width) return this.#next();
    this.#busy = true;
    // Reducing a large frame is part of what it costs.
    this.#posted = performance.now();
    const still = SIZES[SIZES.length - 1] ?? READ_AT;
    const size = sides(width, height, this.fixed || (this.#still ? still : this.#pace.size));
    try {
      const frame = await createImageBitmap(from, {
        resizeWidth: size.width,
        resizeHeight: size.height,
        resizeQuality: "medium",
      });
      this.#tell({ kind: "frame", frame }, frame);
    } catch {
      // A camera that was shut in the meantime has no frames.
      this.#busy = false;
    }
    return undefined;
  }

  #draw(painting: ImageBitmap): void {
    const now = performance.now();
    const { width, height } = painting;
    if (this.#canvas.width !== width || this.#canvas.height !== height)
      Object.assign(this.#canvas, { width, height });
    const context = this.#canvas.getContext("2d");
    if (this.mirrored) context?.setTransform(-1, 0, 0, 1, width, 0);
    else context?.resetTransform();
    context?.drawImage(painting, 0, 0);
    painting.close();
    this.size = { width, height };
    this.#pace.told(now - this.#posted, now);
    this.#shown = [...this.#shown.filter((moment) => now - moment < SPAN), now];
    const [first] = this.#shown;
    if (first !== undefined && this.#shown.length > 1)
      this.rate = (1000 * (this.#shown.length - 1)) / (now - first);
  }
}
