/** What has to be said in passing: it worked, or it did not and why. */

import { isRefusal } from "./api";
import { refused } from "./i18n.svelte";

export interface Notice {
  id: number;
  text: string;
  kind: "said" | "problem";
}

class Notices {
  all = $state<Notice[]>([]);
  #last = 0;

  say(text: string, kind: Notice["kind"] = "said"): void {
    const id = ++this.#last;
    this.all = [...this.all.filter((notice) => notice.text !== text), { id, text, kind }].slice(-3);
    setTimeout(() => this.drop(id), kind === "problem" ? 12000 : 5000);
  }

  drop(id: number): void {
    this.all = this.all.filter((notice) => notice.id !== id);
  }
}

export const notices = new Notices();

/** One sentence on what went wrong. */
export function sentence(error: unknown): string {
  if (isRefusal(error)) return refused(error.code, error.message);
  return error instanceof Error ? error.message : String(error);
}

/** Do something that may fail; if it does, say why. */
export async function trying<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError"))
      notices.say(sentence(error), "problem");
    return undefined;
  }
}
