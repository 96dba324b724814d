/** The server's HTTP interface, typed. Independent of the user interface. */

export const API = "/api/v1";

/** A picture by content: a stored file by its sha256, or `house:…` and `sample:…` by name. */
export interface Input {
  name: string;
  sha256: string;
  bytes: number;
}

export interface Style extends Input {
  share: number;
  region?: Input | null;
  mask?: Input | null;
  /** In a video, the second at which the style starts. */
  at?: number | null;
  /** In a video, the number of the frame that the region is drawn on, from 1. */
  region_frame?: number;
}

/** The value of a setting. `schema()` lists the settings. */
export type Setting = string | number | boolean | null | number[] | number[][] | Record<string, number>;
export type Settings = Record<string, Setting | undefined>;

export type WorkName =
  | "stylize"
  | "sweep"
  | "video"
  | "texture"
  | "pattern"
  | "panorama"
  | "sprites"
  | "theme"
  | "wear"
  | "grade"
  | "train"
  | "live";

/** What a job makes. Settings lie beside the inputs, as in a recipe. */
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
  /** The recipe, where pinxit made the file. */
  recipe?: Order | null;
}

export interface Progress {
  fraction: number | null;
  phase?: "preparing" | "painting" | "finishing";
  /** Pixels of the longer side: painted now, and in the end. */
  size?: number | null;
  full_size?: number | null;
  /** What the network provides if the job is stopped now: the whole picture, only its detail, or nothing. */
  early_stop?: "network" | "detail" | null;
  done?: number[];
  losses?: Record<string, number>;
  facts?: string;
  seconds?: number;
  seconds_left?: number | null;
  /** Increases with each new intermediate picture. */
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
  /** Seconds that it will take on this machine; null where nothing like it was made there yet. */
  estimate?: number | null;
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

/** JSON schema of one setting, as Pydantic writes it. */
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
  /** The value of every setting by preset. */
  presets: Record<string, Settings>;
  /** The kinds of work that the gallery may hold. */
  works: WorkName[];
  /** The page that orders each kind of work. */
  pages: Partial<Record<WorkName, string>>;
}

/** An error response. `message` is one sentence for the user. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function isApiError(error: unknown): error is ApiError {
  return error instanceof ApiError;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  return errorFrom(response.status, body);
}

function errorFrom(status: number, body: unknown): ApiError {
  const error = (body as { error?: { code?: string; message?: string } } | null)?.error;
  return new ApiError(status, error?.code ?? "unknown", error?.message ?? `The studio answered ${status}.`);
}

interface Call {
  method?: string;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** Send a request. Throws an `ApiError` for an error response, and with status 0 for no response. */
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
    throw new ApiError(0, "unreachable", "The studio does not answer: is it still running?");
  }
  if (!response.ok) throw await errorOf(response);
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

// Schema and styles

export const schema = (): Promise<Schema> => json("/schema");
export const styles = (): Promise<StyleCard[]> => json("/styles");
export const samples = (): Promise<StyleCard[]> => json("/samples");

// The style shelf and saved presets

export interface ShelfEntry {
  picture: Input;
  /** The user added it. */
  own: boolean;
  favourite: boolean;
  tags: string[];
}

export const shelf = (): Promise<{ entries: ShelfEntry[] }> => json("/shelf");
/** Replace what is known of a style; an entry without anything is removed. */
export const putOnShelf = (entry: ShelfEntry): Promise<{ entries: ShelfEntry[] }> =>
  json("/shelf/entries", { method: "PUT", body: { ...entry, picture: plainInput(entry.picture) } });

/** The content of a preset's file. */
export interface PresetFile {
  pinxit_preset: 1;
  name: string;
  settings: Settings;
  /** A PNG in base64. */
  thumbnail?: string | null;
}
export type SavedPreset = PresetFile & { id: string };

export const presets = (): Promise<SavedPreset[]> => json("/presets");
/** Save a preset in place of one of the same name. The studio checks it, so any JSON may be sent. */
export const savePreset = (preset: unknown): Promise<SavedPreset> =>
  json("/presets", { method: "POST", body: preset });
export const deletePreset = (id: string): Promise<Response> => send(`/presets/${id}`, { method: "DELETE" });
export const presetFile = (id: string): Promise<Response> => send(`/presets/${id}/file`);

// Files

/** Upload a file. `onProgress` gets fractions from 0 to 1, which `fetch` does not report; hence XMLHttpRequest. */
export function upload(
  file: Blob,
  name: string,
  onProgress: (fraction: number) => void = () => {},
  signal?: AbortSignal,
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", API + "/files" + query({ name: name.slice(-200) }));
    request.responseType = "json";
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () =>
      request.status < 300
        ? resolve(request.response as StoredFile)
        : reject(errorFrom(request.status, request.response));
    request.onerror = () =>
      reject(new ApiError(0, "unreachable", "The studio broke off the upload: is it still running?"));
    request.onabort = () => reject(new DOMException("The upload was called off.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

export const fileUrl = (id: string): string => `${API}/files/${id}`;
export const thumbnailUrl = (id: string, side = 256): string => `${API}/files/${id}/thumbnail?side=${side}`;

/** The sizes in which the studio keeps small copies, px of the longer side. */
const THUMBNAIL_SIDES = [256, 512];
const LARGEST_THUMBNAIL = 1024;
/** A copy may be enlarged so much on the screen, which hardly shows. */
const ENLARGED = 1.25;
/** The size of the small copy for a picture that is so long on the screen, CSS px. */
export const thumbnailSide = (length: number, pixels = devicePixelRatio): number =>
  THUMBNAIL_SIDES.find((side) => side * ENLARGED >= length * pixels) ?? LARGEST_THUMBNAIL;

/** A picture as another kind of file, its longest side at most `side` px. */
export const exportFile = (id: string, kind: string, side: number | null): Promise<Response> =>
  send(`/files/${id}/export${query({ kind, side })}`);

/** A painting with its layers, as PSD or OpenRaster. */
export const exportLayers = (result: string, kind: string): Promise<Response> =>
  send(`/results/${result}/layers${query({ kind })}`);

/** Describe a file that the studio has. */
export const storedFile = (id: string): Promise<StoredFile> => json(`/files/${id}/about`);

/** Check whether the studio has a file. */
export async function hasFile(id: string): Promise<boolean> {
  const response = await fetch(`${fileUrl(id)}/about`).catch(() => null);
  return response?.status !== 404;
}

/** URL of an input's picture, at most `side` px; without `side`, of the file itself. */
export function pictureUrl(input: Pick<Input, "name" | "sha256">, side?: number): string {
  if (input.sha256) return side ? thumbnailUrl(input.sha256, side) : fileUrl(input.sha256);
  const kind = input.name.startsWith("sample:") ? "samples" : "styles";
  return `${API}/${kind}/${encodeURIComponent(input.name)}/picture?side=${side ?? 1024}`;
}

/** The content of a stored file. */
export const fileContent = async (id: string): Promise<Blob> => {
  const response = await fetch(fileUrl(id));
  if (!response.ok) throw await errorOf(response);
  return response.blob();
};

export const inputOf = (file: StoredFile): Input => ({
  name: file.name,
  sha256: file.id,
  bytes: file.bytes,
});

// Jobs

export interface Preview {
  picture: Blob;
  /** How long the studio took for it, s. */
  seconds: number;
}

/** Have the network paint a preview. */
export const preview = (order: Order, signal?: AbortSignal): Promise<Preview> =>
  previewAt("/preview", order, signal);

async function previewAt(path: string, order: Order, signal?: AbortSignal): Promise<Preview> {
  const response = await send(path, { method: "POST", body: order, signal });
  return { picture: await response.blob(), seconds: Number(response.headers.get("X-Seconds") ?? 0) };
}

/** A frame of a film by its number, from 1; `picture` is a WebP in Base64. */
export interface FilmFrame {
  number: number;
  picture: string;
}
export interface StripFrame extends FilmFrame {
  /** In the clip, s. */
  seconds: number;
}

/** Frames of the part of a clip that an order paints, spread evenly, and those of some numbers. */
export const filmStrip = (
  order: Order,
  count: number,
  side: number,
  also: number[],
): Promise<{ count: number; frames: StripFrame[] }> =>
  json("/films/strip", { method: "POST", body: { order, count, side, also } });

/** Frames around a key, painted small by the network as the order's keys make them. */
export const filmEffect = (order: Order, number: number, signal?: AbortSignal): Promise<FilmFrame[]> =>
  json("/films/effect", { method: "POST", body: { order, number }, signal });

/** Frames around one that a region is drawn on, painted by the network, with the regions followed. */
export const filmRegions = (order: Order, number: number, signal?: AbortSignal): Promise<FilmFrame[]> =>
  json("/films/regions", { method: "POST", body: { order, number }, signal });

/** Paint a frame by the network, at the film's size, and store it. */
export const filmKey = (order: Order, number: number): Promise<StoredFile> =>
  json("/films/key", { method: "POST", body: { order, number } });

/** Dress a small copy of a photograph, styles by the network. */
export const wearPreview = (order: Order, signal?: AbortSignal): Promise<Preview> =>
  previewAt("/wear/preview", order, signal);

/** Grade a small copy of a photograph. */
export const gradePreview = (order: Order, signal?: AbortSignal): Promise<Preview> =>
  previewAt("/grade/preview", order, signal);

/** Find the garment, wall or sofa on which marks lie; the answer is its mask. */
export const findMask = (photo: Input, marks: Input): Promise<StoredFile> =>
  json("/wear/mask", { method: "POST", body: { photo, marks } });

/** Rows of cells, each with the number of its region. Numbers continue from one style image to the next. */
export interface Regions {
  content: number[][];
  styles: number[][][];
  /** For each region of the content image, the style regions it is matched with. */
  assignment: number[][];
}

/** Find the regions of an order's pictures, and match them. */
export const correspondence = (order: Order, signal?: AbortSignal): Promise<Regions> =>
  json("/correspondence", { method: "POST", body: order, signal });

/** A random id. `crypto.randomUUID` needs a secure context, which a network address over HTTP is not. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );

/** Start a job. The client chooses the id, so that a repeated request starts it only once. */
export async function startJob(order: Order, title = "", priority = 0): Promise<Job> {
  const path = `/jobs/${newId()}`;
  const call: Call = { method: "PUT", body: { order, priority, title } };
  try {
    return await json<Job>(path, call);
  } catch (error) {
    if (isApiError(error) && error.status === 0) return json<Job>(path, call);
    throw error;
  }
}

/** How many seconds orders would take on the studio's machine; null where nothing like them was made there yet. */
export const estimates = async (orders: Order[]): Promise<(number | null)[]> =>
  (await json<{ seconds: (number | null)[] }>("/estimates", { method: "POST", body: { orders } })).seconds;

export type JobAction = "cancel" | "stop" | "pause" | "resume" | "retry" | "next";

export async function jobs(state?: JobState, limit = 100): Promise<Job[]> {
  const answer = await json<Job[] | { jobs: Job[] }>("/jobs" + query({ state, limit }));
  return Array.isArray(answer) ? answer : answer.jobs;
}
export const job = (id: string): Promise<Job> => json(`/jobs/${id}`);
export const controlJob = (id: string, action: JobAction): Promise<Response> =>
  send(`/jobs/${id}/${action}`, { method: "POST" });
export const deleteJob = (id: string): Promise<Response> => send(`/jobs/${id}`, { method: "DELETE" });
export const jobPreviewUrl = (id: string, number: number): string => `${API}/jobs/${id}/preview?n=${number}`;

// The gallery

export interface ResultQuery {
  q?: string;
  style?: string;
  work?: string;
  kept?: boolean;
  draft?: boolean;
  before?: string | null;
  limit?: number;
  /** The SHA-256 of a content image, or its name where it is a sample. */
  content?: string;
}

export const results = (wanted: ResultQuery = {}): Promise<{ results: Result[]; next: string | null }> =>
  json("/results" + query({ ...wanted }));
export const result = (id: string): Promise<Result> => json(`/results/${id}`);
export const updateResult = (id: string, changes: { kept?: boolean; title?: string }): Promise<Result> =>
  json(`/results/${id}`, { method: "PATCH", body: changes });
/** Hide results, and delete them half a minute later unless they are restored. */
export const discardResults = (ids: string[]): Promise<Response> =>
  send("/results/discard", { method: "POST", body: { ids } });
export const restoreResults = (ids: string[]): Promise<Response> =>
  send("/results/restore", { method: "POST", body: { ids } });
export const recipeUrl = (id: string): string => `${API}/results/${id}/recipe`;
export const shareUrl = (id: string): string => `${API}/results/${id}/share`;
/** URL of a ZIP with the files of results, at most 200. */
export const archiveUrl = (ids: string[]): string =>
  `${API}/results/archive?${new URLSearchParams(ids.map((id) => ["id", id])).toString()}`;
export const pageUrl = (id: string): string => `${API}/results/${id}/page`;

// Blind comparison

export type BlindChoice = "a" | "b" | "same";

/** Two results of the same photograph and style in random order, without their settings. */
export interface BlindPair {
  content: Input;
  styles: Input[];
  a: { id: string; picture: string };
  b: { id: string; picture: string };
}

export interface BlindCounts {
  answered: number;
  counts: { setting: string; values: [string, string]; wins: [number, number]; same: number }[];
}

export const blindPairs = (): Promise<{ pairs: BlindPair[]; left: number }> => json("/blind/pairs");
export const blindAnswer = ({ a, b }: BlindPair, answer: BlindChoice): Promise<Response> =>
  send("/blind/answers", { method: "POST", body: { a: a.id, b: b.id, answer } });
export const blindCounts = (): Promise<BlindCounts> => json("/blind/counts");

// Taste

export type Rating = "like" | "dislike" | null;

export interface TasteProfile {
  liked: Input[];
  disliked: Input[];
}

export interface Ranking {
  /** Of each picture; higher is better, null is unknown. */
  scores: (number | null)[];
  /** The pictures to mix, the best first. */
  mixture: { index: number; share: number }[];
  /** How many pictures are still to be measured: ask again. */
  left: number;
}

/** Tells pictures apart. */
export const keyOf = (input: Pick<Input, "name" | "sha256">): string => input.sha256 || input.name;

export const plainInput = ({ name, sha256, bytes }: Input): Input => ({ name, sha256, bytes });

export const tasteProfile = (): Promise<TasteProfile> => json("/taste");
export const ratePicture = (picture: Input, rating: Rating): Promise<TasteProfile> =>
  json("/taste/ratings", { method: "PUT", body: { picture: plainInput(picture), rating } });
export const forgetTaste = (): Promise<Response> => send("/taste", { method: "DELETE" });
export const rankPictures = (pictures: Input[]): Promise<Ranking> =>
  json("/taste/rank", { method: "POST", body: { pictures: pictures.map(plainInput) } });

/** Save a picture of the page Live in the gallery. */
export async function snapshot(picture: Blob, styles: string[]): Promise<Result> {
  const named = new URLSearchParams(styles.map((style) => ["style", style]));
  const response = await fetch(`${API}/snapshots?${named}`, {
    method: "POST",
    headers: { "Content-Type": picture.type },
    body: picture,
  });
  if (!response.ok) throw await errorOf(response);
  return response.json() as Promise<Result>;
}

/** The network for these styles as an ONNX model, for the browser to run. */
export async function liveModel(
  styles: Style[],
  strength = 1,
  size = 480,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  const body = { styles, strength, size };
  return (await send("/live/model", { method: "POST", body, signal })).arrayBuffer();
}
