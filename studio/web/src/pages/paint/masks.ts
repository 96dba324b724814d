/** The masks painted on the page Paint: where each style goes, and how the photograph's parts are painted. */

import type { Input } from "../../lib/api";
import { paintForm } from "../../lib/forms/paint-form.svelte";
import { SQUARES, styleTint, type Tint } from "../../lib/mask";
import { PHOTO_MASKS, type PhotoMask } from "../../lib/photo-masks";

/** The index of a style, or a mask of the photograph. */
export type MaskTarget = number | PhotoMask;

/** What is kept is seen best: on any ground. */
const TINTS: Record<PhotoMask, Tint> = {
  keep: SQUARES,
  finer: "#ff4fa3",
  broader: "#00b3a4",
  detailed: "#d7e000",
};

export const maskTint = (target: MaskTarget): Tint =>
  typeof target === "number" ? styleTint(target) : TINTS[target];

export const maskOf = (target: MaskTarget): Input | null =>
  typeof target === "number" ? (paintForm.styles[target]?.region ?? null) : paintForm.own[target];

export function setMask(target: MaskTarget, mask: Input | null): void {
  if (typeof target !== "number") paintForm.own[target] = mask;
  else
    paintForm.styles = paintForm.styles.map((style, index) =>
      index === target ? { ...style, region: mask } : style,
    );
}

/** Every target that has a mask. */
export const maskedTargets = (): MaskTarget[] =>
  [...paintForm.styles.keys(), ...PHOTO_MASKS].filter((target) => maskOf(target) !== null);
