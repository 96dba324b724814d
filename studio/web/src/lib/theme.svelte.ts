/** The colour scheme: light, dark, or the system's. */

import { readStored, writeStored } from "./storage";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

class Appearance {
  theme = $state<Theme>(readStored<Theme>("theme", "system"));

  apply(): void {
    if (this.theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = this.theme;
  }

  choose(theme: Theme): void {
    this.theme = theme;
    writeStored("theme", theme);
    this.apply();
  }
}

export const appearance = new Appearance();
