/** The form of the page Paint: one for the whole visit, with a preview that the network paints as it changes. */

import * as api from "../api";
import { keyOf } from "../api";
import { History } from "../history.svelte";
import { eachMask, PHOTO_MASKS, type PhotoMask } from "../photo-masks";
import { changedSettings } from "../settings";
import { readStored, writeStored } from "../storage";
import { studio } from "../studio.svelte";
import { toastErrors } from "../toasts.svelte";
import { JobForm, type StoredForm } from "./job-form.svelte";
import { OrderPreview } from "./order-preview.svelte";

type Masks = Record<PhotoMask, api.Input | null>;

interface PaintFields extends Masks {
  content: api.Input | null;
  /** A picture to start from. */
  initPicture: api.Input | null;
  /** The photograph's regions where the user changed them. */
  regionMap: api.Input | null;
}

/** What belongs to one photograph alone, while another one is shown. */
interface Aside extends Partial<Masks> {
  initPicture: api.Input | null;
  /** Missing in what earlier versions stored. */
  regionMap?: api.Input | null;
  /** The regions by style. */
  regions: Record<string, api.Input>;
}

/** The job started last for a photograph, and its order as JSON. */
interface StartedJob {
  id: string;
  order: string;
}

/** As stored since version 0.1.0: the own fields beside the others; `begun` is `startedOrder`. */
type StoredPaintForm = Omit<StoredForm<PaintFields>, "own"> &
  PaintFields & {
    begun: string;
    sheet?: boolean;
    photos?: api.Input[];
    aside?: Record<string, Aside>;
    started?: Record<string, StartedJob>;
  };

/** What undo and redo go through. */
type Undoable = Pick<PaintForm, "own" | "styles" | "preset" | "settings" | "photos" | "aside" | "sheet">;

/** One painting of the sheet: a photograph in one style. */
export interface Cell {
  key: string;
  photo: api.Input;
  style: api.Style;
}

const NO_MASKS: Masks = eachMask(() => null);
const NOTHING_ASIDE: Aside = { initPicture: null, regions: {} };

const STORAGE_KEY = "easel";
/** Separates a photograph and a style in a cell's key. */
const IN = "|";

class PaintForm extends JobForm<PaintFields> {
  /** The order of the job started last, as JSON. */
  startedOrder = $state("");

  /** The network's preview; none while a sheet is shown, which has previews of its own. */
  readonly preview = new OrderPreview(api.preview);

  /** Each photograph is painted in each style, instead of in their mixture. */
  sheet = $state(false);
  /** The photographs of the strip, all with the same choices; the shown one, `own.content`, is among them. */
  photos = $state<api.Input[]>([]);
  /** By photograph. */
  aside = $state<Record<string, Aside>>({});
  /** By photograph, and by cell of the sheet. */
  started = $state<Record<string, StartedJob>>({});
  readonly history = new History();

  readonly ready = $derived(this.order !== null);
  /** The paintings of the sheet; empty while none is asked for, or it would have a single one. */
  readonly cells = $derived.by((): Cell[] => {
    if (!this.sheet || !this.order) return [];
    const cells = this.photos.flatMap((photo) =>
      this.styles.map((style) => ({ key: `${keyOf(photo)}${IN}${keyOf(style)}`, photo, style })),
    );
    return cells.length > 1 ? cells : [];
  });
  /** The active job paints exactly what the form says now; a changed form may start another job beside it. */
  readonly startedUnchanged = $derived(this.active && this.startedOrder === JSON.stringify(this.order));

  constructor() {
    super({
      work: "stylize",
      empty: { content: null, initPicture: null, regionMap: null, ...NO_MASKS },
      toOrder: ({ content, initPicture, regionMap, ...masks }) =>
        content && { content, init_picture: initPicture, region_map: regionMap, ...masks },
      fromOrder: (order) => ({
        content: order.content ?? null,
        ...eachMask((mask) => (order[mask] ?? null) as api.Input | null),
        initPicture: (order["init_picture"] ?? null) as api.Input | null,
        regionMap: (order["region_map"] ?? null) as api.Input | null,
      }),
    });
    const stored = readStored<Partial<StoredPaintForm>>(STORAGE_KEY, {});
    this.startedOrder = stored.begun ?? "";
    this.sheet = stored.sheet ?? false;
    this.photos = stored.photos ?? (this.own.content ? [this.own.content] : []);
    this.aside = stored.aside ?? {};
    this.started = stored.started ?? {};
    $effect.root(() => {
      this.rememberChanges();
      $effect(() => this.history.record(JSON.stringify(this.#undoable())));
      this.preview.follow(() => (this.cells.length ? null : this.order));
    });
  }

  /** Change the photograph. Masks and pictures made for the last one do not fit this one. */
  setContent(content: api.Input): void {
    const shown = this.own.content && keyOf(this.own.content);
    const place = this.photos.findIndex((photo) => keyOf(photo) === shown);
    const photos = place < 0 ? [...this.photos, content] : this.photos.with(place, content);
    this.photos = photos.filter((photo) => photo === content || keyOf(photo) !== keyOf(content));
    this.#show(content, NOTHING_ASIDE);
  }

  /** Add a photograph to the strip. */
  addPhoto(content: api.Input): void {
    if (!this.own.content) this.setContent(content);
    else if (!this.photos.some((photo) => keyOf(photo) === keyOf(content)))
      this.photos = [...this.photos, content];
  }

  /** Show another photograph of the strip. */
  showPhoto(content: api.Input): void {
    if (this.own.content && keyOf(content) === keyOf(this.own.content)) return;
    this.#putAside();
    this.#show(content, this.aside[keyOf(content)] ?? NOTHING_ASIDE);
  }

  /** Take a photograph away, and show its neighbour if it was shown. */
  removePhoto(content: api.Input): void {
    const index = this.photos.findIndex((photo) => keyOf(photo) === keyOf(content));
    this.photos = this.photos.filter((_, at) => at !== index);
    if (!this.own.content || keyOf(this.own.content) !== keyOf(content)) return;
    const next = this.photos[Math.max(0, Math.min(index, this.photos.length - 1))];
    if (next) this.#show(next, this.aside[keyOf(next)] ?? NOTHING_ASIDE);
    else this.own = { ...this.own, content: null };
  }

  /** What `start` would send for a photograph of the strip; null while something is missing. */
  orderFor(content: api.Input): api.Order | null {
    const order = this.order;
    if (!order || (order.content && keyOf(content) === keyOf(order.content))) return order;
    const { initPicture, regionMap, regions, ...masks } = this.aside[keyOf(content)] ?? NOTHING_ASIDE;
    // The masks, the assignment of regions and the picture to start from belong to the photograph that is shown.
    const { assignment: _, init_picture: __, region_map: ___, ...rest } = order;
    for (const mask of PHOTO_MASKS) delete rest[mask];
    if (rest["init"] === "picture" && !initPicture) delete rest["init"];
    const styles = this.styles.map((style) => ({ ...style, region: regions[keyOf(style)] ?? null }));
    const own = {
      ...Object.fromEntries(Object.entries(masks).filter(([, mask]) => mask)),
      ...(initPicture ? { init_picture: initPicture } : {}),
      ...(regionMap && rest["match"] === "regions" ? { region_map: regionMap } : {}),
    };
    return { ...rest, ...own, styles, content } as api.Order;
  }

  /** What is sent to paint one cell of the sheet. The style has the whole photograph, except its protected area. */
  orderOfCell({ photo, style }: Cell): api.Order | null {
    const order = this.orderFor(photo);
    if (!order) return null;
    const { assignment: _, ...rest } = order;
    return { ...rest, styles: [{ ...style, share: 1, region: null }] } as api.Order;
  }

  /** Start a job for each painting of the sheet or else each photograph of the strip. Returns how many were started. */
  async startAll(): Promise<number> {
    if (this.cells.length) {
      const cells = $state.snapshot(this.cells) as Cell[];
      return this.#startEach(cells.map((cell) => [cell.key, this.orderOfCell(cell)]));
    }
    const photos = $state.snapshot(this.photos);
    const count = await this.#startEach(photos.map((photo) => [keyOf(photo), this.orderFor(photo)]));
    if (count) this.#recallJob();
    return count;
  }

  /** Start the job of one cell. */
  async startCell(cell: Cell): Promise<boolean> {
    return (await this.#startEach([[cell.key, this.orderOfCell(cell)]])) > 0;
  }

  /** Leave the sheet for one of its paintings. */
  openCell({ key, photo, style }: Cell): void {
    this.showPhoto(photo);
    this.sheet = false;
    this.styles = [{ ...style, share: 1, region: null }];
    const known = this.started[key];
    if (!known) return;
    this.started[keyOf(photo)] = known;
    this.#recallJob();
  }

  /** Start those orders that are not being painted just so already. */
  async #startEach(orders: (readonly [string, api.Order | null])[]): Promise<number> {
    let count = 0;
    for (const [key, order] of orders) {
      const known = this.started[key];
      if (!order || (known?.order === JSON.stringify(order) && studio.isActive(known.id))) continue;
      const job = await toastErrors(() => studio.startJob($state.snapshot(order) as api.Order));
      if (!job) break;
      count++;
      this.started[key] = { id: job.id, order: JSON.stringify(order) };
    }
    if (count) this.onUsed();
    return count;
  }

  undo(): void {
    this.#restore(this.history.undo());
  }
  redo(): void {
    this.#restore(this.history.redo());
  }

  #undoable(): Undoable {
    const { own, styles, preset, settings, photos, aside, sheet } = this;
    return { own, styles, preset, settings, photos, aside, sheet };
  }
  #restore(state: string | null): void {
    if (state === null) return;
    const shown = this.own.content;
    Object.assign(this, JSON.parse(state) as Undoable);
    if (!shown || !this.own.content || keyOf(shown) !== keyOf(this.own.content)) this.#recallJob();
  }

  #putAside(): void {
    const { content, ...own } = this.own;
    if (!content) return;
    const regions = this.styles.flatMap((style) =>
      style.region ? [[keyOf(style), style.region] as const] : [],
    );
    this.aside = {
      ...this.aside,
      [keyOf(content)]: { ...own, regions: Object.fromEntries(regions) },
    };
  }
  #show(content: api.Input, { initPicture, regionMap = null, regions, ...masks }: Aside): void {
    this.own = { content, initPicture, regionMap, ...NO_MASKS, ...masks };
    if (this.settings["init"] === "picture" && !initPicture) this.set("init", undefined);
    this.styles = this.styles.map((style) => ({ ...style, region: regions[keyOf(style)] ?? null }));
    this.#recallJob();
  }
  #recallJob(): void {
    const known = this.own.content && this.started[keyOf(this.own.content)];
    this.startedOrder = known?.order ?? "";
    this.job = known?.id ?? null;
  }

  /** Fill the form from a recipe. Files that this studio lacks are left out; their names are the answer. */
  async restore(recipe: api.Order): Promise<string[]> {
    await this.loadSchema();
    const own = this.options.fromOrder(recipe);
    const nameOf = (input: api.Input): string => input.name || input.sha256.slice(0, 8);
    const missing = new Set<string>();
    for (const input of [...Object.values(own), ...recipe.styles])
      if (input?.sha256 && !(await api.hasFile(input.sha256))) missing.add(nameOf(input));
    const available = <T extends api.Input>(input: T | null | undefined): T | null =>
      input && !missing.has(nameOf(input)) ? input : null;

    this.own = {
      content: available(own.content),
      initPicture: available(own.initPicture),
      regionMap: available(own.regionMap),
      ...eachMask((mask) => available(own[mask])),
    };
    this.styles = recipe.styles
      .filter((style) => available(style))
      .map((style) => ({ ...style, region: available(style.region), mask: available(style.mask) }));
    this.preset = typeof recipe["preset"] === "string" ? recipe["preset"] : "standard";
    this.settings = this.schema ? changedSettings(this.schema, this.preset, recipe) : {};
    const { content } = this.own;
    if (content && !this.photos.some((photo) => keyOf(photo) === keyOf(content))) this.photos = [content];
    this.job = null;
    return [...missing];
  }

  protected override onStarted(order: api.Order): void {
    this.startedOrder = JSON.stringify(order);
    if (this.own.content && this.job)
      this.started[keyOf(this.own.content)] = { id: this.job, order: this.startedOrder };
    this.onUsed();
  }

  protected override readStored(): Partial<StoredForm<PaintFields>> {
    const stored = readStored<Partial<StoredPaintForm>>(STORAGE_KEY, {});
    const { content = null, initPicture = null, regionMap = null } = stored;
    const masks = eachMask((mask) => stored[mask] ?? null);
    return { ...stored, own: { content, initPicture, regionMap, ...masks } };
  }

  protected override writeStored(): void {
    const { own, styles, preset, settings, job, startedOrder, photos, aside, sheet } = this;
    const keys = new Set(photos.map(keyOf));
    const started = Object.fromEntries(
      Object.entries(this.started).filter(([key]) => keys.has(key.split(IN)[0] ?? "")),
    );
    const stored: StoredPaintForm = {
      ...own,
      styles,
      preset,
      settings,
      job,
      begun: startedOrder,
      sheet,
      photos,
      aside,
      started,
    };
    writeStored(STORAGE_KEY, $state.snapshot(stored));
  }
}

export const paintForm = new PaintForm();
