/** The form of the page Video: a clip, the part of it to paint, and whether its styles are mixed or take turns. */

import { type FilmFrame, type Input, keyOf, type Order, type Style } from "../../lib/api";
import { createJobForm, type JobForm } from "../../lib/forms/job-form.svelte";

/** In an order, instead of the keyframes' numbers: pinxit chooses them. */
const AUTO = "auto";

/** A keyframe: a frame's number, from 1, and the picture that stands for it; null: the engine paints it. */
export interface FilmKey {
  number: number;
  file: Input | null;
}

/** Where a style goes: a mask drawn on a frame, from which it follows the picture. */
export interface FilmRegion {
  /** The style's key. */
  style: string;
  /** The frame's number, from 1. */
  number: number;
  mask: Input;
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
  /** A style without any has the rest of the picture. */
  regions: FilmRegion[];
}
export type VideoForm = JobForm<VideoFields>;

export const createVideoForm = (): VideoForm =>
  createJobForm<VideoFields>({
    work: "video",
    empty: {
      clip: null,
      length: 0,
      start: 0,
      end: 0,
      steady: true,
      strokes: false,
      turns: false,
      keys: [],
      regions: [],
    },
    toOrder: (own, styles) =>
      own.clip && {
        clip: own.clip,
        start: own.start || null,
        end: own.end || null,
        consistency: own.steady ? null : "off",
        styles: placed(styles, own),
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
      regions: regionsOf(order),
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

/** The styles as an order names them: one that has regions once for each of them. Styles that take turns have none. */
export function placed(styles: Style[], { turns, regions }: Pick<VideoFields, "turns" | "regions">): Style[] {
  const whole = styles.map(({ region: _, region_frame: __, ...style }) => style);
  if (turns && styles.length > 1) return timed(whole, true);
  return timed(whole, false).flatMap((style) => {
    const own = regions.filter((region) => region.style === keyOf(style));
    return own.length
      ? own.map(({ mask, number }) => ({ ...style, region: mask, region_frame: number }))
      : [style];
  });
}

/** The regions of an order; the inverse of `placed`. A style that also has the rest needs none. */
export function regionsOf({ styles = [] }: Pick<Order, "styles">): FilmRegion[] {
  const whole = new Set(styles.filter((style) => !style.region).map(keyOf));
  return styles.flatMap((style) =>
    style.region && !whole.has(keyOf(style))
      ? [{ style: keyOf(style), number: style.region_frame ?? 1, mask: style.region }]
      : [],
  );
}

/** Regions with another mask of a style on a frame; null takes it away. */
export const withRegion = (
  regions: FilmRegion[],
  style: string,
  number: number,
  mask: Input | null,
): FilmRegion[] => [
  ...regions.filter((region) => region.style !== style || region.number !== number),
  ...(mask ? [{ style, number, mask }] : []),
];

/** The number of the frame that a region was drawn on last; null while no style has one. */
export const drawnFrame = (styles: Style[], own: VideoFields): number | null =>
  placed(styles, own).some((style) => style.region) ? (own.regions.at(-1)?.number ?? null) : null;

/** The address of a frame's picture. */
export const frameUrl = ({ picture }: FilmFrame): string => `data:image/webp;base64,${picture}`;

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
