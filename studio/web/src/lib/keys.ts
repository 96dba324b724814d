/** Keys that work on a whole page. */

/** Whether a key belongs to what has the focus: a text being typed, or an open dialog that `within` is not in. */
export function isTaken(event: KeyboardEvent, within?: Element): boolean {
  if (event.defaultPrevented) return true;
  const target = event.target instanceof Element ? event.target : null;
  const typed = target?.closest(
    "textarea, select, [contenteditable], input:not([type=range], [type=radio], [type=checkbox], [type=file])",
  );
  if (typed) return true;
  const dialog = document.querySelector("dialog[open]");
  return dialog !== null && !(within && dialog.contains(within));
}

/** What Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y ask for. */
export function editOf(event: KeyboardEvent): "undo" | "redo" | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" ? "redo" : null;
}

/** Whether a key is pressed without Ctrl, Alt or the like. */
export const isPlain = (event: KeyboardEvent): boolean => !event.ctrlKey && !event.metaKey && !event.altKey;
