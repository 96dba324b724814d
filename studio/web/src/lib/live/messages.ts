/** What the page and the worker that paints its frames say to each other. */

/** Where a network runs: on the graphics card or on the processor. */
export type Backend = "webgpu" | "wasm";

/** How frames are shown; may change from one to the next. */
export interface Manner {
  /** 0 is the camera's picture, 1 the style in full. */
  strength: number;
  /** What stands still is kept still. */
  steady: boolean;
}

export type ToWorker =
  | { kind: "network"; model: ArrayBuffer; prefer: Backend }
  | { kind: "manner"; manner: Manner }
  | { kind: "frame"; frame: ImageBitmap };

export type FromWorker =
  | { kind: "ready"; backend: Backend; threads: number }
  | { kind: "painted"; painting: ImageBitmap }
  | { kind: "problem"; message: string };
