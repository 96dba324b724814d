/** A mask painted by hand. Its steps are stored, so that each can be undone and redone. */

import { canvasOf, contextOf, pixelsOf, pngOf } from "./canvas";
import type { Colors } from "./edge-growth";
import { EdgeStroke } from "./edge-stroke";

export interface Stroke {
  points: [number, number][];
  size: number;
  /** Softness of the edge, 0 to 1. */
  soft: number;
  erases: boolean;
  /** How strongly the area is masked afterwards, 0 to 1. */
  level: number;
  /** The points are the outline of what is filled. */
  lasso?: boolean;
  /** The stroke follows the edges of this picture, which is as large as the mask. */
  edges?: Colors | null;
}

/** Steps of the edge of a stroke that follows edges are smoothed by so many px. */
const SMOOTHED = 0.7;

/** Everything masked at one level. */
interface Fill {
  fill: number;
}
type Painted = Stroke & { cover?: EdgeStroke };
type Step = Painted | Fill;

/** How a mask is shown: a colour, or light and dark squares, which are seen on any picture. */
export type Tint = string;
export const SQUARES: Tint = "squares";
/** One for each style; they differ in lightness too, so that colour-blind people tell them apart. */
const COLORS = ["#ff5a3c", "#2f7bff", "#ffc531", "#18b26b", "#b05cff", "#12c2d6"] as const;
export const styleTint = (index: number): Tint => COLORS[index % COLORS.length] ?? COLORS[0];
/** The side of such a square, px. */
const SQUARE = 8;

/** Largest size of a mask, px of the longer side. */
const MAX_SIDE = 1024;

export function sizeOf(width: number, height: number): { width: number; height: number } {
  const factor = Math.min(1, MAX_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** A canvas on which the masked area is opaque, in one tint. */
export class Mask {
  readonly #steps: Step[] = [];
  readonly #undone: Step[] = [];
  readonly #ink: string | CanvasPattern;
  readonly #context: CanvasRenderingContext2D;
  #base: ImageBitmap | null = null;
  /** Where a stroke that follows edges is cut out. */
  #layer: HTMLCanvasElement | null = null;
  /** Everything but the current stroke. */
  #finished: ImageBitmap | HTMLCanvasElement;

  constructor(
    readonly canvas: HTMLCanvasElement,
    tint: Tint,
  ) {
    this.#context = contextOf(canvas);
    this.#ink = tint === SQUARES ? squares() : tint;
    this.#finished = copyOf(canvas);
  }

  get empty(): boolean {
    const { data } = this.#context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 8) return false;
    return true;
  }

  /** Start from a mask file, in which the masked area is bright. */
  async start(from: Blob): Promise<void> {
    const { width, height } = this.canvas;
    const picture = await pixelsOf(from, width, height);
    const canvas = canvasOf(width, height);
    const context = contextOf(canvas);
    for (let at = 0; at < picture.data.length; at += 4) picture.data[at + 3] = picture.data[at] ?? 0;
    context.putImageData(picture, 0, 0);
    fillWithin(context, this.#ink);
    this.#base = await createImageBitmap(canvas);
    this.#drawAll();
  }

  begin({ edges, ...stroke }: Stroke): void {
    const [first] = stroke.points;
    const follows = edges && !stroke.lasso && first;
    const painted: Painted = follows
      ? { ...stroke, cover: new EdgeStroke(edges, first, stroke.size) }
      : stroke;
    this.#add(painted);
    this.#show(painted);
  }
  extend(point: [number, number]): void {
    const stroke = this.#steps.at(-1);
    if (!stroke || "fill" in stroke) return;
    stroke.points.push(point);
    stroke.cover?.extend(point);
    this.#show(stroke);
  }
  end(): void {
    const stroke = this.#steps.at(-1);
    if (stroke && !("fill" in stroke)) stroke.cover?.end();
    this.#finished = copyOf(this.canvas);
  }
  undo(): void {
    const step = this.#steps.pop();
    if (step) this.#undone.push(step);
    this.#drawAll();
  }
  redo(): void {
    const step = this.#undone.pop();
    if (step) this.#steps.push(step);
    this.#drawAll();
  }
  /** Mask everything at one level, 0 to 1; 0 clears the mask. */
  fill(level: number): void {
    this.#add({ fill: level });
    this.#drawAll();
  }

  /** As a file: the masked area is white, the rest black. */
  async file(): Promise<Blob> {
    const { width, height } = this.canvas;
    const canvas = canvasOf(width, height);
    const context = contextOf(canvas);
    context.drawImage(this.canvas, 0, 0);
    fillWithin(context, "#fff");
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    return pngOf(canvas);
  }

  #add(step: Step): void {
    this.#steps.push(step);
    this.#undone.length = 0;
  }
  #drawAll(): void {
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const filled = this.#steps.findLastIndex((step) => "fill" in step);
    if (this.#base && filled < 0) this.#context.drawImage(this.#base, 0, 0);
    for (const step of this.#steps.slice(Math.max(0, filled)))
      if ("fill" in step) this.#fill(step.fill);
      else this.#draw(step);
    this.#finished = copyOf(this.canvas);
  }
  #show(stroke: Painted): void {
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.#context.drawImage(this.#finished, 0, 0);
    this.#draw(stroke);
  }
  #fill(level: number): void {
    if (level === 0) return;
    const context = this.#context;
    context.save();
    context.globalAlpha = level;
    context.fillStyle = this.#ink;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.restore();
  }
  /** Draw the stroke as one path: overlapping dabs would harden a soft edge. Its level replaces what was there. */
  #draw(stroke: Painted): void {
    if (!stroke.erases && stroke.level === 1) this.#trace(stroke, "source-over", 1);
    else {
      this.#trace(stroke, "destination-out", 1);
      // Added to what the soft edge left, so that the mask changes evenly from one level to the other.
      if (!stroke.erases) this.#trace(stroke, "lighter", stroke.level);
    }
    // A blurred stroke would blur the squares, too.
    if (typeof this.#ink !== "string") fillWithin(this.#context, this.#ink);
  }
  #trace(stroke: Painted, operation: GlobalCompositeOperation, alpha: number): void {
    const context = this.#context;
    context.save();
    context.globalCompositeOperation = operation;
    context.globalAlpha = alpha;
    if (stroke.cover) context.drawImage(this.#limited(stroke, stroke.cover), 0, 0);
    else drawStroke(context, stroke, this.#ink);
    context.restore();
  }
  /** The stroke within what it covers: its own edge stays soft, and the picture's edges stay sharp. */
  #limited(stroke: Painted, cover: EdgeStroke): HTMLCanvasElement {
    const { width, height } = this.canvas;
    this.#layer ??= canvasOf(width, height);
    const context = contextOf(this.#layer);
    context.clearRect(0, 0, width, height);
    drawStroke(context, stroke, this.#ink);
    context.save();
    context.globalCompositeOperation = "destination-in";
    context.filter = `blur(${SMOOTHED}px)`;
    context.drawImage(cover.canvas, cover.left, cover.top);
    context.restore();
    return this.#layer;
  }
}

function drawStroke(
  context: CanvasRenderingContext2D,
  { points, size, soft, lasso }: Stroke,
  ink: string | CanvasPattern,
): void {
  const fade = (size * soft) / 4;
  context.save();
  if (fade > 0.5) context.filter = `blur(${fade}px)`;
  context.strokeStyle = ink;
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = Math.max(1, size - 2 * fade);
  context.beginPath();
  const [first, ...rest] = points;
  if (first) context.moveTo(first[0], first[1]);
  for (const [x, y] of rest.length || !first ? rest : [[first[0] + 0.01, first[1]] as const])
    context.lineTo(x, y);
  if (lasso) {
    context.fillStyle = ink;
    context.fill();
  } else context.stroke();
  context.restore();
}

/** Give what is on a canvas another colour, and leave its transparency. */
function fillWithin(context: CanvasRenderingContext2D, ink: string | CanvasPattern): void {
  context.save();
  context.globalCompositeOperation = "source-in";
  context.fillStyle = ink;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.restore();
}

function squares(): CanvasPattern {
  const canvas = canvasOf(2 * SQUARE, 2 * SQUARE);
  const context = contextOf(canvas);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, 2 * SQUARE, 2 * SQUARE);
  context.fillStyle = "#222";
  context.fillRect(0, 0, SQUARE, SQUARE);
  context.fillRect(SQUARE, SQUARE, SQUARE, SQUARE);
  const pattern = context.createPattern(canvas, "repeat");
  if (!pattern) throw new Error("This browser has no canvas to paint masks on.");
  return pattern;
}

function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = canvasOf(canvas.width, canvas.height);
  contextOf(copy).drawImage(canvas, 0, 0);
  return copy;
}
