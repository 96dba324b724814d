/** A mask painted by hand: strokes on a canvas, kept as what was done so that each can be undone. */

export interface Stroke {
  points: [number, number][];
  size: number;
  /** How wide its edge fades, as a share of its size. */
  soft: number;
  erases: boolean;
}

/** No mask needs more detail than this, px of the longer side. */
const LONGEST = 1024;

export function sizeOf(width: number, height: number): { width: number; height: number } {
  const factor = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** A canvas on which what is meant is opaque, in one colour. */
export class Mask {
  readonly strokes: Stroke[] = [];
  readonly #context: CanvasRenderingContext2D;
  #ground: ImageBitmap | null = null;
  /** All but the stroke that is being painted. */
  #settled: ImageBitmap | HTMLCanvasElement;

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly color: string,
  ) {
    this.#context = contextOf(canvas);
    this.#settled = copyOf(canvas);
  }

  get empty(): boolean {
    const { data } = this.#context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 8) return false;
    return true;
  }

  /** Start from a mask file: its brightness is what is meant. */
  async start(from: Blob): Promise<void> {
    const { width, height } = this.canvas;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = contextOf(canvas);
    context.drawImage(await createImageBitmap(from), 0, 0, width, height);
    const picture = context.getImageData(0, 0, width, height);
    for (let at = 0; at < picture.data.length; at += 4) picture.data[at + 3] = picture.data[at] ?? 0;
    context.putImageData(picture, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = this.color;
    context.fillRect(0, 0, width, height);
    this.#ground = await createImageBitmap(canvas);
    this.#redo();
  }

  begin(stroke: Stroke): void {
    this.strokes.push(stroke);
    this.#show(stroke);
  }
  extend(point: [number, number]): void {
    const stroke = this.strokes.at(-1);
    if (!stroke) return;
    stroke.points.push(point);
    this.#show(stroke);
  }
  end(): void {
    this.#settled = copyOf(this.canvas);
  }
  undo(): void {
    this.strokes.pop();
    this.#redo();
  }
  clear(): void {
    this.#ground = null;
    this.strokes.length = 0;
    this.#redo();
  }

  /** As a file: white what is meant, black the rest. */
  async file(): Promise<Blob> {
    const { width, height } = this.canvas;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = contextOf(canvas);
    context.drawImage(this.canvas, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    return new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("The mask could not be written."))),
        "image/png",
      ),
    );
  }

  #redo(): void {
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (this.#ground) this.#context.drawImage(this.#ground, 0, 0);
    for (const stroke of this.strokes) this.#draw(stroke);
    this.#settled = copyOf(this.canvas);
  }
  #show(stroke: Stroke): void {
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.#context.drawImage(this.#settled, 0, 0);
    this.#draw(stroke);
  }
  /** The whole stroke at once: drawn dab by dab, a soft edge would harden where dabs lie over each other. */
  #draw({ points, size, soft, erases }: Stroke): void {
    const context = this.#context;
    const fade = (size * soft) / 4;
    context.save();
    context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    if (fade > 0.5) context.filter = `blur(${fade}px)`;
    context.strokeStyle = this.color;
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = Math.max(1, size - 2 * fade);
    context.beginPath();
    const [first, ...rest] = points;
    if (first) context.moveTo(first[0], first[1]);
    for (const [x, y] of rest.length || !first ? rest : [[first[0] + 0.01, first[1]] as const])
      context.lineTo(x, y);
    context.stroke();
    context.restore();
  }
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser has no canvas to paint masks on.");
  return context;
}

function copyOf(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const copy = Object.assign(document.createElement("canvas"), {
    width: canvas.width,
    height: canvas.height,
  });
  contextOf(copy).drawImage(canvas, 0, 0);
  return copy;
}
