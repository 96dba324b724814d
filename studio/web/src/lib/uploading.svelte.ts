/** The upload at work, which outlives the drop zone that began it: the first file may replace the zone by a picture. */

export interface Sending {
  /** 0 to 1. */
  fraction: number;
  /** Which of the files that came together, from 1. */
  number: number;
  count: number;
}

class Uploading {
  current = $state.raw<Sending | null>(null);
}

export const uploading = new Uploading();
