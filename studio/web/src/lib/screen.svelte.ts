/** What the page must know about the screen beside what CSS does. */

import { MediaQuery } from "svelte/reactivity";

/** One column: the options are below the picture. */
export const narrow = new MediaQuery("max-width: 52rem");
/** Too short for a picture that stays in view. */
export const short = new MediaQuery("max-height: 34rem");
/** Used by fingers. */
export const touch = new MediaQuery("pointer: coarse");
const calm = new MediaQuery("prefers-reduced-motion: reduce");

/** Scroll an element to the top of what is visible. */
export function scrollToTop(element: Element | null): void {
  element?.scrollIntoView({ block: "start", behavior: calm.current ? "auto" : "smooth" });
}
