/** What the browser remembers of the page Live. */

import type { Style } from "../../lib/api";
import type { Backend } from "../../lib/live/messages";
import { readStored, writeStored } from "../../lib/storage";

/** The longer side of the frames, px; "0" adapts it to the machine. */
export const SIZES = ["0", "240", "320", "480", "640"] as const;

export interface StoredSettings {
  styles: Style[];
  /** 0 is the camera's picture, 1 the style in full. */
  strength: number;
  /** Smooth what does not move from frame to frame. */
  steady: boolean;
  size: (typeof SIZES)[number];
  prefer: Backend;
}

const DEFAULTS: StoredSettings = {
  styles: [{ name: "house:swirl", sha256: "", bytes: 0, share: 1 }],
  strength: 1,
  steady: true,
  size: "0",
  prefer: "webgpu",
};
const STORAGE_KEY = "live";

export const readSettings = (): StoredSettings => ({
  ...DEFAULTS,
  ...readStored<Partial<StoredSettings>>(STORAGE_KEY, {}),
});
export const writeSettings = (settings: StoredSettings): void => writeStored(STORAGE_KEY, settings);
