/** Where the keyboard is, before and after something is open. */

import { onMount } from "svelte";

/** When the component that calls this closes, give the focus back to what had it before. */
export function returnFocus(): void {
  const opener = document.activeElement;
  onMount(() => () => {
    if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  });
}
