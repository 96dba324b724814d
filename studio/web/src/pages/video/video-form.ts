/** The form of the page Video: a clip, the part of it to paint, and whether its styles are mixed or take turns. */

import type { Input, Order, Style } from "../../lib/api";
import { createJobForm, type JobForm } from "../../lib/forms/job-form.svelte";

/** In an order, instead of the keyframes' numbers: pinxit chooses them. */
const AUTO = "auto";

/** A keyframe: a frame's number, from 1, and the picture that stands for it; null: the engine paints it. */
export interface FilmKey {
  number: number;
  file: Input | null;
}

export interface VideoFields {
  clip: Input | null;
  /** Of the clip, s; 0 while unknown. */
  length: number;
  start: number;
  /** 0: to the end. */
  end: number;
  /** Keep frames temporally consistent. */
  steady: boolean;
  /** Lay strokes on keyframes that pinxit chooses, and keep them on what they were painted on. */
  strokes: boolean;
  /** Styles follow each other instead of being mixed. */
  turns: boolean;
  keys: FilmKey[];
}
export type VideoForm = JobForm<VideoFields>;

export const createVideoForm = (): VideoForm =>
  createJobForm<VideoFields>({
    work: "video",
    empty: { clip: null, length: 0, start: 0, end: 0, steady: true, strokes: false, turns: false, keys: [] },
    toOrder: (own, styles) =>
      own.clip && {
        clip: own.clip,
        start: own.start || null,
        end: own.end || null,
        consistency: own.steady ? null : "off",
        styles: timed(styles, own.turns),
        ...(own.steady ? keyFields(own.keys, own.strokes) : {}),
      },
    fromOrder: (order) => ({
      clip: (order["clip"] ?? order.content ?? null) as Input | null,
      start: Number(order["start"] ?? 0),
      end: Number(order["end"] ?? 0),
      steady: order["consistency"] !== "off",
      strokes: order["keys"] === AUTO,
      turns: (order.styles ?? []).some((style) => style.at != null),
      keys: keysOf(order),
    }),
    preset: "instant",
  });

/** The order's fields of keyframes. */
export function keyFields(keys: FilmKey[], strokes = false): Record<string, unknown> {
  const given = keys.flatMap(({ number, file }) => (file ? [{ ...file, number }] : []));
  const painted = keys.flatMap(({ number, file }) => (file ? [] : [number]));
  return { keys: painted.length ? painted : strokes ? AUTO : null, keyframes: given.length ? given : null };
}

/** The keyframes of an order; the inverse of `keyFields`. */
export function keysOf(order: Order): FilmKey[] {
  const named = order["keys"] === AUTO ? [] : ((order["keys"] ?? []) as number[]);
  const painted = named.map((number) => ({ number, file: null }));
  const given = ((order["keyframes"] ?? []) as (Input & { number: number })[]).map(({ number, ...file }) => ({
    number,
    file,
  }));
  return [...painted, ...given].sort((a, b) => a.number - b.number);
}

/** Keys with one more, which takes the place of another of the same frame. */
export const withKey = (keys: FilmKey[], key: FilmKey): FilmKey[] =>
  [...keys.filter(({ number }) => number !== key.number), key].sort((a, b) => a.number - b.number);

/** Where the part that is painted ends, s. */
export const endOf = ({ end, length }: VideoFields): number => end || length;

/** Styles that take turns have the second at which they begin; styles that are mixed have none. */
export function timed(styles: Style[], turns: boolean): Style[] {
  return styles.map(({ at, ...style }) => (turns && styles.length > 1 ? { ...style, at: at ?? 0 } : style));
}

/** Give new styles a beginning, evenly spread over the part that is painted. */
export function spread(styles: Style[], own: VideoFields): Style[] {
  const length = endOf(own) - own.start;
  return styles.map((style, index) => ({
    ...style,
    at: style.at ?? Number((own.start + (length * index) / styles.length).toFixed(1)),
  }));
}

/** The order that paints one frame, taken at `seconds`. */
export function frameOrder(form: VideoForm, frame: Input, seconds: number): Order {
  const all = timed(form.styles, form.own.turns);
  const turn = all.filter((style) => (style.at ?? 0) <= seconds).at(-1) ?? all[0];
  const styles = (form.own.turns && turn ? [turn] : all).map(({ at: _, ...style }) => style);
  return { work: "stylize", ...form.settings, preset: form.preset, content: frame, styles };
}
