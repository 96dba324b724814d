/** The schema of settings and works, loaded from the server once for all pages. */

import * as api from "./api";
import { toastErrors } from "./toasts.svelte";

export const known = $state<{ schema: api.Schema | null }>({ schema: null });

export async function loadSchema(): Promise<void> {
  if (!known.schema) known.schema = (await toastErrors(api.schema)) ?? null;
}
