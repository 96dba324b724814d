/** The messages between the page and the worker that paints its frames. */

/** Where a network runs: on the GPU or on the CPU. */
export type Backend = "webgpu" | "wasm";

/** How frames are painted; may change between any two. */
export interface LiveSettings {
  /** 0 is the camera's picture, 1 the style in full. */
  strength: number;
  /** Smooth what does not move from frame to frame. */
  steady: boolean;
}

export type ToWorker =
  | { kind: "network"; model: ArrayBuffer; prefer: Backend }
  | { kind: "settings"; settings: LiveSettings }
  | { kind: "frame"; frame: ImageBitmap };

export type FromWorker =
  | { kind: "ready"; backend: Backend; threads: number }
  | { kind: "painted"; painting: ImageBitmap }
  | { kind: "problem"; message: string };
