/** What a stroke of the brush that follows edges covers: a dab every few pixels, drawn on a canvas of its own. */

import { canvasOf, contextOf } from "./canvas";
import { type Colors, grow } from "./edge-growth";

/** The distance between dabs, as a share of their radius. */
const SPACING = 0.25;

export class EdgeStroke {
  /** Opaque where the stroke covers. Its place on the picture is `left` and `top`, px. */
  canvas: HTMLCanvasElement;
  left = 0;
  top = 0;
  readonly #picture: Colors;
  readonly #radius: number;
  #last: [number, number];

  /**
   * @param picture What is painted on.
   * @param point Where it begins, px.
   * @param size The diameter of the brush, px.
   */
  constructor(picture: Colors, point: [number, number], size: number) {
    this.#picture = picture;
    this.#radius = Math.max(1, size / 2);
    this.#last = point;
    this.canvas = canvasOf(picture.width, picture.height);
    this.#dab(point);
  }

  extend(point: [number, number]): void {
    const spacing = Math.max(1, SPACING * this.#radius);
    for (;;) {
      const [x, y] = [point[0] - this.#last[0], point[1] - this.#last[1]];
      const way = Math.hypot(x, y);
      if (way < spacing) return;
      this.#last = [this.#last[0] + (x / way) * spacing, this.#last[1] + (y / way) * spacing];
      this.#dab(this.#last);
    }
  }

  /** Give back the memory of what the stroke does not cover. */
  end(): void {
    const { width, height } = this.canvas;
    const { data } = contextOf(this.canvas).getImageData(0, 0, width, height);
    let [left, top, right, bottom] = [width, height, 0, 0];
    for (let at = 3; at < data.length; at += 4) {
      if (!data[at]) continue;
      const x = ((at - 3) / 4) % width;
      const y = Math.floor((at - 3) / 4 / width);
      [left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x),
        Math.max(bottom, y),
      ];
    }
    const cut = canvasOf(Math.max(1, right - left + 1), Math.max(1, bottom - top + 1));
    contextOf(cut).drawImage(this.canvas, -left, -top);
    [this.canvas, this.left, this.top] = [cut, left, top];
  }

  #dab([x, y]: [number, number]): void {
    const cover = grow(this.#picture, { x, y, radius: this.#radius });
    if (!cover) return;
    const context = contextOf(this.canvas);
    const part = context.getImageData(cover.left, cover.top, cover.width, cover.height);
    cover.data.forEach((covered, at) => {
      if (covered) part.data[4 * at + 3] = covered;
    });
    context.putImageData(part, cover.left, cover.top);
  }
}
