/** The server's HTTP interface, typed. Nothing here knows how anything looks. */

export const API = "/api/v1";

/** A picture by its content: a file in the store by its sha256, or `house:…` and `sample:…` by name. */
export interface Input {
  name: string;
  sha256: string;
  bytes: number;
}

export interface Style extends Input {
  share: number;
  region?: Input | null;
  mask?: Input | null;
  /** Of a video: the second from which it holds. */
  at?: number | null;
}

/** A field of the settings; which there are is told by `schema()`. */
export type Setting = string | number | boolean | null | number[] | Record<string, number>;
export type Settings = Record<string, Setting | undefined>;

export type WorkName =
  "stylize" | "sweep" | "video" | "texture" | "pattern" | "panorama" | "theme" | "train" | "live";

/** What is to be made. Settings stand beside what they are applied to, as they do in a recipe. */
export type Order = { work: WorkName; content?: Input; styles: Style[] } & Record<string, unknown>;

export interface StoredFile {
  id: string;
  name: string;
  kind: string;
  media: string;
  bytes: number;
  width: number | null;
  height: number | null;
  seconds: number | null;
  frames: number | null;
  /** When pinxit made it: what it was made by. */
  recipe?: Order | null;
}

export interface Progress {
  fraction: number | null;
  size?: number | null;
  done?: number[];
  losses?: Record<string, number>;
  facts?: string;
  seconds?: number;
  seconds_left?: number | null;
  /** Grows with each new picture of the work so far. */
  preview?: number | null;
  frame?: number | null;
  frames?: number | null;
}

export type JobState = "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";

export interface Job {
  id: string;
  work: WorkName;
  title: string;
  state: JobState;
  priority: number;
  position: number | null;
  created: string;
  started: string | null;
  ended: string | null;
  attempts: number;
  progress: Progress | null;
  error: { code: string; message: string } | null;
  result: string | null;
  order: Order;
}

export interface ResultFile {
  role: string;
  id: string;
  name: string;
  media: string;
  bytes: number;
  width: number | null;
  height: number | null;
}

export interface Result {
  id: string;
  job: string | null;
  work: WorkName;
  title: string;
  made: string;
  kept: boolean;
  draft: boolean;
  styles: string[];
  seconds: number;
  bytes: number;
  cover: string | null;
  files: ResultFile[];
  recipe: (Order & Record<string, unknown>) | null;
  inputs: Input[];
  notes?: string[];
}

export interface StyleCard {
  name: string;
  title: string;
  sha256: string;
  kind: "house" | "sample" | "network";
  thumbnail: string;
}

/** JSON schema of one setting, as pydantic writes it. */
export interface Property {
  type?: string;
  title?: string;
  description?: string;
  group?: string;
  default?: Setting;
  enum?: string[];
  anyOf?: Property[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

export interface Schema {
  settings: { properties: Record<string, Property> };
  /** What each preset makes of all settings. */
  presets: Record<string, Settings>;
}

/** What the server answered when it would not: `message` is one sentence for a person. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Refusal;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const body: unknown = await response.json().catch(() => null);
  return refusalFrom(response.status, body);
}

function refusalFrom(status: number, body: unknown): Refusal {
  const told = (body as { error?: { code?: string; message?: string } } | null)?.error;
  return new Refusal(status, told?.code ?? "unknown", told?.message ?? `The studio answered ${status}.`);
}

interface Call {
  method?: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** Send and receive; throws a `Refusal` for every answer that is none, and for no answer at all (status 0). */
async function send(path: string, { method = "GET", body, signal }: Call = {}): Promise<Response> {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.headers = { "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(API + path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal(0, "unreachable", "The studio does not answer: is it still running?");
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function json<T>(path: string, call?: Call): Promise<T> {
  return (await send(path, call)).json() as Promise<T>;
}

function query(parameters: Record<string, string | number | boolean | null | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value != null && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

// What there is

export const schema = (): Promise<Schema> => json("/schema");
export const styles = (): Promise<StyleCard[]> => json("/styles");
export const samples = (): Promise<StyleCard[]> => json("/samples");

// Files

/** Send a file, told how far it is (0 to 1) as it goes. `fetch` cannot tell; the older interface can. */
export function upload(
  file: Blob,
  name: string,
  told: (fraction: number) => void = () => {},
  signal?: AbortSignal,
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", API + "/files" + query({ name: name.slice(-200) }));
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onload = () =>
      request.status < 300
        ? resolve(request.response as StoredFile)
        : reject(refusalFrom(request.status, request.response));
    request.onerror = () =>
      reject(new Refusal(0, "unreachable", "The studio broke off the upload: is it still running?"));
    request.onabort = () => reject(new DOMException("The upload was called off.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

export const fileUrl = (id: string): string => `${API}/files/${id}`;
export const thumbnailUrl = (id: string, side = 256): string => `${API}/files/${id}/thumbnail?side=${side}`;

/** Whether the studio has a file. */
export async function has(id: string): Promise<boolean> {
  const response = await fetch(`${fileUrl(id)}/about`).catch(() => null);
  return response?.status !== 404;
}

/** Where an input's picture can be seen, `side` px at most when given, else the file itself. */
export function pictureUrl(input: Pick<Input, "name" | "sha256">, side?: number): string {
  if (input.sha256) return side ? thumbnailUrl(input.sha256, side) : fileUrl(input.sha256);
  const kind = input.name.startsWith("sample:") ? "samples" : "styles";
  return `${API}/${kind}/${encodeURIComponent(input.name)}/picture?side=${side ?? 1024}`;
}

export const inputOf = (file: StoredFile): Input => ({
  name: file.name,
  sha256: file.id,
  bytes: file.bytes,
});

// Work

/** What the network paints at once, as a picture. */
export async function preview(
  order: Order,
  signal?: AbortSignal,
): Promise<{ picture: Blob; seconds: number }> {
  const response = await send("/preview", { method: "POST", body: order, signal });
  return { picture: await response.blob(), seconds: Number(response.headers.get("X-Seconds") ?? 0) };
}

/** A number of one's own: `crypto.randomUUID` is there on this machine only, not by a network address. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );

/** Begin a job. The page chooses the id, so that an order sent twice is begun once. */
export async function begin(order: Order, title = "", priority = 0): Promise<Job> {
  const path = `/jobs/${newId()}`;
  const call: Call = { method: "PUT", body: { order, priority, title } };
  try {
    return await json<Job>(path, call);
  } catch (error) {
    if (isRefusal(error) && error.status === 0) return json<Job>(path, call);
    throw error;
  }
}

export type Verb = "cancel" | "stop" | "pause" | "resume" | "retry";

export async function jobs(state?: JobState, limit = 100): Promise<Job[]> {
  const answer = await json<Job[] | { jobs: Job[] }>("/jobs" + query({ state, limit }));
  return Array.isArray(answer) ? answer : answer.jobs;
}
export const job = (id: string): Promise<Job> => json(`/jobs/${id}`);
export const tell = (id: string, verb: Verb): Promise<Response> =>
  send(`/jobs/${id}/${verb}`, { method: "POST" });
export const forget = (id: string): Promise<Response> => send(`/jobs/${id}`, { method: "DELETE" });
export const jobPreviewUrl = (id: string, number: number): string => `${API}/jobs/${id}/preview?n=${number}`;

// The gallery

export interface Wanted {
  q?: string;
  style?: string;
  work?: string;
  kept?: boolean;
  draft?: boolean;
  before?: string | null;
  limit?: number;
}

export const results = (wanted: Wanted = {}): Promise<{ results: Result[]; next: string | null }> =>
  json("/results" + query({ ...wanted }));
export const result = (id: string): Promise<Result> => json(`/results/${id}`);
export const change = (id: string, changes: { kept?: boolean; title?: string }): Promise<Result> =>
  json(`/results/${id}`, { method: "PATCH", body: changes });
export const remove = (id: string): Promise<Response> => send(`/results/${id}`, { method: "DELETE" });
export const recipeUrl = (id: string): string => `${API}/results/${id}/recipe`;
export const shareUrl = (id: string): string => `${API}/results/${id}/share`;
export const pageUrl = (id: string): string => `${API}/results/${id}/page`;

/** Keep a picture of the live page in the gallery. */
export async function snapshot(picture: Blob, styles: string[]): Promise<Result> {
  const named = new URLSearchParams(styles.map((style) => ["style", style]));
  const response = await fetch(`${API}/snapshots?${named}`, {
    method: "POST",
    headers: { "Content-Type": picture.type },
    body: picture,
  });
  if (!response.ok) throw await refusalOf(response);
  return response.json() as Promise<Result>;
}

/** The network that paints these styles, for the browser to run. */
export async function liveModel(
  styles: Style[],
  strength = 1,
  size = 480,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const body = { styles, strength, size };
  return (await send("/live/model", { method: "POST", body, signal })).arrayBuffer();
}
