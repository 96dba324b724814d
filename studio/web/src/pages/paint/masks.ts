/** The masks painted on the page Paint: where each style goes, and where the photograph stays as it is. */

import type { Input } from "../../lib/api";
import { styleTitle } from "../../lib/format";
import { paintForm } from "../../lib/forms/paint-form.svelte";
import { t } from "../../lib/i18n.svelte";
import { SQUARES, type Tint } from "../../lib/mask";

/** The index of a style, or the mask of what is kept. */
export type MaskTarget = number | "keep";

/** One for each style; they differ in lightness too, so that colour-blind people tell them apart. */
const COLORS = ["#ff5a3c", "#2f7bff", "#ffc531", "#18b26b", "#b05cff", "#12c2d6"] as const;

export const maskTint = (target: MaskTarget): Tint =>
  target === "keep" ? SQUARES : (COLORS[target % COLORS.length] ?? COLORS[0]);

export const maskOf = (target: MaskTarget): Input | null =>
  target === "keep" ? paintForm.own.keep : (paintForm.styles[target]?.region ?? null);

export function setMask(target: MaskTarget, mask: Input | null): void {
  if (target === "keep") paintForm.own.keep = mask;
  else
    paintForm.styles = paintForm.styles.map((style, index) =>
      index === target ? { ...style, region: mask } : style,
    );
}

export const maskTitle = (target: MaskTarget): string =>
  target === "keep" ? t("paint.keep") : styleTitle(paintForm.styles[target]?.name ?? "");

/** Every target that has a mask. */
export const maskedTargets = (): MaskTarget[] =>
  [...paintForm.styles.keys(), "keep" as const].filter((target) => maskOf(target) !== null);
