import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { History } from "./history.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const state = (strength: number, ...styles: string[]): string => JSON.stringify({ strength, styles });

test("states are undone and redone in order", () => {
  const history = new History();
  const states = [state(1), state(1, "swirl"), state(1, "swirl", "mosaic")];
  for (const one of states) history.record(one);
  expect([history.undo(), history.undo(), history.undo()]).toEqual([states[1], states[0], null]);
  expect(history.canUndo).toBe(false);
  expect([history.redo(), history.redo(), history.redo()]).toEqual([states[1], states[2], null]);
});

test("a state that is set by undoing is no new step", () => {
  const history = new History();
  history.record(state(1));
  history.record(state(1, "swirl"));
  history.record(history.undo()!);
  expect(history.canRedo).toBe(true);
});

test("a change after undoing ends what could be redone", () => {
  const history = new History();
  history.record(state(1));
  history.record(state(1, "swirl"));
  history.undo();
  history.record(state(1, "mosaic"));
  expect(history.redo()).toBeNull();
  expect(history.undo()).toBe(state(1));
});

test("a slider that moves is one step, and two sliders or two moves are two", () => {
  const history = new History();
  history.record(state(1));
  for (const strength of [0.9, 0.8, 0.7]) history.record(state(strength));
  vi.advanceTimersByTime(2000);
  history.record(state(0.2));
  expect([history.undo(), history.undo(), history.undo()]).toEqual([state(0.7), state(1), null]);
});

test("styles chosen at once are steps of their own", () => {
  const history = new History();
  for (const one of [state(1), state(1, "a"), state(1, "a", "b")]) history.record(one);
  expect(history.undo()).toBe(state(1, "a"));
});

test("a hundred steps are remembered", () => {
  const history = new History();
  for (let step = 0; step < 150; step++) history.record(state(1, `${step}`));
  let steps = 0;
  while (history.undo()) steps++;
  expect(steps).toBe(100);
});
