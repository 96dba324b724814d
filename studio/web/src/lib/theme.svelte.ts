/** Light, dark, or as the system has it. */

import { recall, remember } from "./kept";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

class Appearance {
  theme = $state<Theme>(recall<Theme>("theme", "system"));

  apply(): void {
    if (this.theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = this.theme;
  }

  choose(theme: Theme): void {
    this.theme = theme;
    remember("theme", theme);
    this.apply();
  }
}

export const appearance = new Appearance();
