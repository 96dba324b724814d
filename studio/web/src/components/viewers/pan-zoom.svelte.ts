/** Zooming and moving a picture within its frame, by buttons, keys, wheel, mouse and touch. */

/** One step of a zoom button or key. */
const ZOOM_STEP = 1.5;
/** Zoomed in this far at most, as a factor of one picture pixel per screen pixel. */
const MAX_ZOOM = 16;
/** One step of an arrow key, px. */
const MOVE_STEP = 60;
/** A wheel turned so far doubles the zoom, px. */
const WHEEL_DOUBLES = 120;

interface Point {
  x: number;
  y: number;
}

export class PanZoom {
  /** The frame's size, px. */
  width = $state(0);
  height = $state(0);
  /** 1 fits the picture into its frame. */
  zoom = $state(1);
  x = $state(0);
  y = $state(0);

  /** The zoom at which one pixel of the picture is one of the screen. */
  readonly pixelZoom = $derived.by(() => {
    const pictureWidth = this.pictureWidth();
    return pictureWidth && this.width ? pictureWidth / (devicePixelRatio * this.width) : 1;
  });
  /** Of the picture's own size. */
  readonly percent = $derived(Math.round((this.zoom / this.pixelZoom) * 100));
  readonly transform = $derived(`translate(${this.x}px, ${this.y}px) scale(${this.zoom})`);

  readonly #pointers = new Map<number, Point>();

  /** `pictureWidth` gives the picture's width, px; 0 while there is none. */
  constructor(private readonly pictureWidth: () => number) {}

  zoomIn(): void {
    this.zoomTo(this.zoom * ZOOM_STEP);
  }
  zoomOut(): void {
    this.zoomTo(this.zoom / ZOOM_STEP);
  }
  zoomToPixels(): void {
    this.zoomTo(this.pixelZoom);
  }
  fit(): void {
    this.#place(0, 0, 1);
  }

  /** Zoom, and leave the point (`atX`, `atY`) of the frame where it is. */
  zoomTo(wanted: number, atX = this.width / 2, atY = this.height / 2): void {
    const [least, most] = [Math.min(1, this.pixelZoom), MAX_ZOOM * Math.max(1, this.pixelZoom)];
    const next = Math.min(most, Math.max(least, wanted));
    const factor = next / this.zoom;
    this.#place(atX - (atX - this.x) * factor, atY - (atY - this.y) * factor, next);
  }

  moveBy(x: number, y: number): void {
    this.#place(this.x + x, this.y + y);
  }

  /** A double click zooms in where it is, or fits the picture again. */
  toggle(at: Point): void {
    this.zoomTo(this.zoom === 1 ? Math.max(2, this.pixelZoom) : 1, at.x, at.y);
  }

  /** Zoom by a wheel with Ctrl, which is also what pinching a trackpad sends. A bare wheel scrolls the page, unless `bare`. */
  wheel(event: WheelEvent, bare = false): void {
    if (!bare && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const at = pointIn(event);
    this.zoomTo(this.zoom * 2 ** (-event.deltaY / WHEEL_DOUBLES), at.x, at.y);
  }

  key(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget) return;
    const actions: Record<string, () => void> = {
      "+": () => this.zoomIn(),
      "=": () => this.zoomIn(),
      "-": () => this.zoomOut(),
      "0": () => this.fit(),
      "1": () => this.zoomToPixels(),
      ArrowLeft: () => this.moveBy(MOVE_STEP, 0),
      ArrowRight: () => this.moveBy(-MOVE_STEP, 0),
      ArrowUp: () => this.moveBy(0, MOVE_STEP),
      ArrowDown: () => this.moveBy(0, -MOVE_STEP),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  pointerDown(event: PointerEvent): void {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  /** One finger moves the picture, two zoom it. `slide` takes the place of moving while the picture is fitted. */
  pointerMove(event: PointerEvent, slide?: (event: PointerEvent) => void): void {
    const last = this.#pointers.get(event.pointerId);
    if (!last) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.#pinch(event, last, now, other);
    else if (this.zoom === 1 && slide) slide(event);
    else this.moveBy(now.x - last.x, now.y - last.y);
    this.#pointers.set(event.pointerId, now);
  }

  pointerUp(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
  }

  #pinch(event: PointerEvent, last: Point, now: Point, other: Point): void {
    const distance = (point: Point): number => Math.hypot(point.x - other.x, point.y - other.y);
    const box = (event.currentTarget as Element).getBoundingClientRect();
    this.zoomTo(
      (this.zoom * distance(now)) / Math.max(1, distance(last)),
      (now.x + other.x) / 2 - box.left,
      (now.y + other.y) / 2 - box.top,
    );
  }

  #place(x: number, y: number, zoom = this.zoom): void {
    this.zoom = zoom;
    this.x = this.#within(x, this.width);
    this.y = this.#within(y, this.height);
  }

  /** A picture smaller than its frame is centred, a larger one leaves no gap. */
  #within(position: number, length: number): number {
    const room = length * (1 - this.zoom);
    return room >= 0 ? room / 2 : Math.min(0, Math.max(room, position));
  }
}

/** Where in its element an event happened, px. */
export function pointIn(event: MouseEvent): Point {
  const box = (event.currentTarget as Element).getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}
