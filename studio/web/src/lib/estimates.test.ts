import { describe, expect, it } from "vitest";
import type { Job } from "./api";
import { secondsUntil } from "./estimates.svelte";
import { formatEstimate } from "./format";

const job = (changes: Partial<Job>): Job =>
  ({ state: "queued", position: 0, estimate: 60, progress: null, ...changes }) as Job;

describe("secondsUntil", () => {
  const running = job({ state: "running", position: null, progress: { fraction: 0.5, seconds_left: 30 } });

  it("adds what is left of running jobs and the estimates of those before", () => {
    const first = job({ position: 0 });
    const second = job({ position: 1, estimate: 10 });
    expect(secondsUntil(first, [running, first, second])).toBe(30);
    expect(secondsUntil(second, [running, first, second])).toBe(90);
  });
  it("says nothing where a job before has no estimate", () => {
    const first = job({ position: 0, estimate: null });
    const second = job({ position: 1 });
    expect(secondsUntil(second, [running, first, second])).toBeNull();
    expect(secondsUntil(running, [running])).toBeNull();
  });
});

describe("formatEstimate", () => {
  it("is as precise as an estimate", () => {
    expect([4.4, 23, 95, 4000].map((seconds) => formatEstimate(seconds))).toEqual([
      "4 sec",
      "25 sec",
      "2 min",
      "1.1 hr",
    ]);
  });
});
