/** The engine of the page Live: takes a frame whenever the last one is painted. Frames are dropped, never queued. */

import * as api from "../api";
import { type Key, t } from "../i18n.svelte";
import { errorMessage } from "../toasts.svelte";
import { frameSides, FrameSizer, SIZES } from "./frame-size";
import type { Backend, FromWorker, LiveSettings, ToWorker } from "./messages";
import { CameraError, cameras, closeVideo, openCamera, openClip } from "./source";

export type Source = "none" | "camera" | "clip" | "picture";

/** The size at which style images are read, px. */
const STYLE_SIZE = 480;
/** The frame rate is averaged over this time, ms. */
const RATE_WINDOW_MS = 2000;

export class LiveEngine {
  source = $state<Source>("none");
  opening = $state(false);
  /** Why nothing is shown, in one sentence. */
  problem = $state("");
  /** The network is being downloaded or initialised. */
  loading = $state(false);
  backend = $state<Backend | null>(null);
  threads = $state(1);
  rate = $state(0);
  size = $state({ width: 0, height: 0 });
  devices = $state<MediaDeviceInfo[]>([]);
  device = $state("");
  /** Mirrored, as a camera facing the user is. */
  mirrored = $state(false);
  /** The longer side of the frames, px; 0 adapts it to the machine. */
  fixed = $state(0);

  #video: HTMLVideoElement;
  #canvas: HTMLCanvasElement;
  #worker: Worker;
  #sizer = new FrameSizer();
  #still: ImageBitmap | null = null;
  #ready = false;
  #busy = false;
  #postedAt = 0;
  #shownAt: number[] = [];
  #call: AbortController | null = null;
  #waiting = 0;

  constructor(video: HTMLVideoElement, canvas: HTMLCanvasElement) {
    this.#video = video;
    this.#canvas = canvas;
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker.onerror = (event) => (this.problem = event.message || t("live.broken"));
    document.addEventListener("visibilitychange", this.#visibilityChanged);
  }

  /** Release everything, above all the camera. */
  close(): void {
    document.removeEventListener("visibilitychange", this.#visibilityChanged);
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
      // The camera may be unplugged, or its permission revoked.
      stream.getVideoTracks()[0]?.addEventListener("ended", () => {
        this.stop();
        this.problem = t("live.gone");
      });
      this.devices = await cameras();
    });
  }

  /** Open a clip or a picture from this machine. It is not uploaded. */
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
    closeVideo(this.#video);
    this.#still?.close();
    this.#still = null;
    this.source = "none";
    this.rate = 0;
    this.#shownAt = [];
  }

  /** Switch to these styles. Until their network is loaded, the last one paints. */
  async loadNetwork(styles: api.Style[], prefer: Backend): Promise<void> {
    this.#call?.abort();
    const call = (this.#call = new AbortController());
    this.loading = true;
    try {
      const model = await api.liveModel(styles, 1, STYLE_SIZE, call.signal);
      this.#send({ kind: "network", model, prefer }, model);
      this.problem = "";
    } catch (error) {
      if (call.signal.aborted) return;
      this.loading = false;
      this.problem = errorMessage(error);
    }
  }

  apply(settings: LiveSettings): void {
    this.#send({ kind: "settings", settings });
    this.#repaintStill();
  }

  /** The painting shown, as a file. */
  painting(): Promise<Blob | null> {
    return new Promise((resolve) => this.#canvas.toBlob(resolve, "image/png"));
  }

  /** The source's current frame, unpainted and in full size. */
  async photograph(): Promise<Blob | null> {
    const from = this.#still ?? this.#video;
    const { width, height } = this.#sourceSize();
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
      this.#requestFrame();
    } catch (error) {
      this.stop();
      this.problem = t(error instanceof CameraError ? error.key : failed);
    }
    this.opening = false;
  }

  #send(message: ToWorker, ...handed: Transferable[]): void {
    this.#worker.postMessage(message, handed);
  }

  #receive(data: FromWorker): void {
    if (data.kind === "ready") {
      this.#ready = true;
      this.loading = false;
      this.backend = data.backend;
      this.threads = data.threads;
      this.#sizer = new FrameSizer();
      this.#requestFrame();
    } else if (data.kind === "painted") {
      this.#busy = false;
      this.#draw(data.painting);
      if (this.source !== "picture") this.#requestFrame();
    } else {
      this.#busy = this.loading = false;
      this.problem = data.message;
    }
  }

  /** Request the next frame. A hidden page paints nothing. */
  #requestFrame(): void {
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
  readonly #visibilityChanged = (): void => this.#requestFrame();

  /** Paint a still picture again after a change. */
  #repaintStill(): void {
    if (this.source === "picture") this.#requestFrame();
  }

  #sourceSize(): { width: number; height: number } {
    if (this.#still) return { width: this.#still.width, height: this.#still.height };
    return { width: this.#video.videoWidth, height: this.#video.videoHeight };
  }

  async #post(from: ImageBitmapSource): Promise<void> {
    if (this.#busy || this.source === "none") return;
    const { width, height } = this.#sourceSize();
    if (!width) return this.#requestFrame();
    this.#busy = true;
    // The time includes reducing the frame.
    this.#postedAt = performance.now();
    const still = SIZES[SIZES.length - 1] ?? STYLE_SIZE;
    const size = frameSides(width, height, this.fixed || (this.#still ? still : this.#sizer.size));
    try {
      const frame = await createImageBitmap(from, {
        resizeWidth: size.width,
        resizeHeight: size.height,
        resizeQuality: "medium",
      });
      this.#send({ kind: "frame", frame }, frame);
    } catch {
      // The camera was closed meanwhile.
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
    this.#sizer.addCost(now - this.#postedAt, now);
    this.#shownAt = [...this.#shownAt.filter((moment) => now - moment < RATE_WINDOW_MS), now];
    const [first] = this.#shownAt;
    if (first !== undefined && this.#shownAt.length > 1)
      this.rate = (1000 * (this.#shownAt.length - 1)) / (now - first);
  }
}
