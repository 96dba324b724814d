/** Whether the wheel alone zooms pictures. Otherwise it scrolls the page, and zooms with Ctrl. */

import { readStored, writeStored } from "./storage";

class Wheel {
  zooms = $state(readStored("wheel", false));

  choose(zooms: boolean): void {
    this.zooms = zooms;
    writeStored("wheel", zooms);
  }
}

export const wheel = new Wheel();
