/** A page's form: the styles, settings and fields of the job it starts, then that job's progress and result. */

import { onMount } from "svelte";
import * as api from "../api";
import { catalogue } from "../catalogue.svelte";
import { changedSettings } from "../settings";
import { readStored, writeStored } from "../storage";
import { studio } from "../studio.svelte";
import { toastErrors } from "../toasts.svelte";
import { takePendingOrder } from "./pending-order";
import { SettingsForm } from "./settings-form.svelte";

export const ACTIVE_STATES: readonly api.JobState[] = ["queued", "running", "paused"];

/** What the browser remembers of a form between visits. */
export interface StoredForm<Own> {
  styles: api.Style[];
  preset: string;
  settings: api.Settings;
  own: Own;
  job: string | null;
}

/** `Own` is the type of a form's own fields: everything besides styles and settings. */
export interface FormOptions<Own> {
  work: api.WorkName;
  /** The own fields before the user fills them in. */
  empty: Own;
  /** The order's part that comes from the own fields; null while something is missing. */
  toOrder: (own: Own, styles: api.Style[]) => Record<string, unknown> | null;
  /** Reads the own fields from an order; the inverse of `toOrder`. */
  fromOrder: (order: api.Order) => Partial<Own>;
  /** False for a kind of work, or own fields, that take no settings. */
  hasSettings?: boolean | ((own: Own) => boolean);
  /** The preset chosen at first. */
  preset?: string;
}

export class JobForm<Own extends object> extends SettingsForm {
  styles = $state<api.Style[]>([]);
  own = $state() as Own;
  /** The id of the job started last. */
  job = $state<string | null>(null);
  result = $state<api.Result | null>(null);
  /** The job's order is being sent. */
  starting = $state(false);

  readonly current = $derived(this.job ? (studio.jobs.get(this.job) ?? null) : null);
  readonly active = $derived(this.current !== null && ACTIVE_STATES.includes(this.current.state));
  /** URL of the job's latest intermediate picture, while it is active. */
  readonly progressPicture = $derived(
    this.current?.progress?.preview && this.active
      ? api.jobPreviewUrl(this.current.id, this.current.progress.preview)
      : null,
  );
  /** What `start` would send; null while something is missing. */
  readonly order = $derived.by((): api.Order | null => {
    const { work, toOrder } = this.options;
    const fields = this.styles.length ? toOrder(this.own, this.styles) : null;
    const settings = this.#hasSettings(this.own) ? { ...this.settings, preset: this.preset } : {};
    return fields && { work, ...settings, styles: this.styles, ...withoutEmpty(fields) };
  });

  constructor(protected readonly options: FormOptions<Own>) {
    super();
    const stored = this.readStored();
    this.styles = stored.styles ?? [];
    this.preset = stored.preset ?? options.preset ?? "standard";
    this.settings = stored.settings ?? {};
    this.own = { ...options.empty, ...stored.own };
    this.job = stored.job ?? null;
  }

  /** Store every change in the browser. Call it while a component or an effect root is set up. */
  rememberChanges(): void {
    $effect(() => this.writeStored());
  }

  /** Load the job's result as soon as there is one. Call it while a component is set up. */
  followJob(): void {
    this.result = null;
    $effect(() => {
      const id = this.current?.result;
      if (!id) this.result = null;
      if (!id || this.result?.id === id) return;
      // When the answer arrives, another job may have been started, or the result been deleted.
      api.result(id).then(
        (result) => this.current?.result === id && (this.result = result),
        () => (this.result = null),
      );
    });
  }

  async start(): Promise<void> {
    const order = this.order;
    if (!order) return;
    this.starting = true;
    const job = await toastErrors(() => studio.startJob($state.snapshot(order) as api.Order));
    this.starting = false;
    if (!job) return;
    this.result = null;
    this.job = job.id;
    this.onStarted(order);
  }

  /** Forget the job, so that the page shows what goes into the next one. */
  clearJob(): void {
    this.job = this.result = null;
  }

  /** Fill the form from an order or a result's recipe. */
  fill(recipe: api.Order): void {
    const { empty, toOrder, fromOrder } = this.options;
    const order = flattened(recipe);
    const own = { ...empty, ...fromOrder(order) };
    // A film's order names a style once for each of its regions.
    const styles = new Map((order.styles ?? []).map((style) => [api.keyOf(style), style]));
    this.styles = [...styles.values()];
    this.preset = typeof order["preset"] === "string" ? order["preset"] : this.preset;
    this.settings =
      this.schema && this.#hasSettings(own) ? changedSettings(this.schema, this.preset, order) : {};
    // A field of the form is no setting, even where the schema has a setting of that name.
    for (const name of Object.keys(toOrder(own, this.styles) ?? {})) delete this.settings[name];
    this.own = own;
    this.clearJob();
  }

  #hasSettings(own: Own): boolean {
    const { hasSettings = true } = this.options;
    return typeof hasSettings === "function" ? hasSettings(own) : hasSettings;
  }

  protected onStarted(_order: api.Order): void {
    this.onUsed();
  }

  /** Remember the styles of a started job among the user's own. */
  protected onUsed(): void {
    for (const style of this.styles) if (style.sha256) catalogue.add(style);
  }

  protected readStored(): Partial<StoredForm<Own>> {
    return readStored(`making.${this.options.work}`, {});
  }

  protected writeStored(): void {
    const { styles, preset, settings, own, job } = this;
    const stored: StoredForm<Own> = { styles, preset, settings, own, job };
    writeStored(`making.${this.options.work}`, $state.snapshot(stored));
  }
}

/** A form for the component being set up; it opens with the order handed over by another page, if there is one. */
export function createJobForm<Own extends object>(options: FormOptions<Own>): JobForm<Own> {
  const form = new JobForm(options);
  form.rememberChanges();
  form.followJob();
  onMount(async () => {
    await form.loadSchema();
    const order = takePendingOrder(options.work);
    if (order) form.fill(order);
  });
  return form;
}

function withoutEmpty(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

/**
 * Recipes nest what orders have side by side: `painted` and `settings`, and styles as `pictures` with `shares`. Patterns that
 * are repeated are chosen as styles are.
 */
function flattened({ painted, settings, pictures, shares, ...rest }: api.Order): api.Order {
  const inner = { ...(painted as object), ...(settings as object) } as Partial<api.Order>;
  const patterns = rest["patterns"] as api.Input[] | undefined;
  const paintings = (pictures as api.Input[] | undefined) ?? (patterns?.length ? patterns : undefined);
  const styles = paintings?.map((picture, index) => ({
    ...picture,
    share: (shares as number[] | undefined)?.[index] ?? 1,
  }));
  return { ...inner, ...rest, ...(styles ? { styles } : {}) } as api.Order;
}

/** The picture that guides a texture or pattern; recipes made without one hold a placeholder, which is left out. */
export function referenceOf(order: api.Order): api.Input | null {
  const reference = (order["like"] ?? order.content ?? null) as api.Input | null;
  return reference && (reference.sha256 || reference.name.includes(":")) ? reference : null;
}
