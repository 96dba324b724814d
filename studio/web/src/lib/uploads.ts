/** Files that the user drops, pastes or chooses: which of them are taken, and how they reach the studio. */

import { API, isApiError, type StoredFile, upload } from "./api";

/** What a drop holds: files, also those of its folders, and the ids of files that the studio has already. */
export interface Dropped {
  files: File[];
  stored: string[];
  /** There was a folder. */
  folder: boolean;
}

/** Pictures that file dialogs do not offer as `image/*`; the studio reads some of them with more packages. */
const OTHERS = ["heic", "heif", "psd", "psb", "ora", "jxl", "exr"];
const RAW = "dng nef nrw cr2 cr3 crw arw raf orf rw2 pef srw mrw x3f iiq".split(" ");
const PICTURE = new RegExp(
  `\\.(jpe?g|jfif|png|webp|tiff?|avif|bmp|gif|pbm|pgm|ppm|tga|svg|${[...OTHERS, ...RAW].join("|")})$`,
  "i",
);
const HEIC = /\.hei[cf]$/i;
const STORED = new RegExp(`${API}/files/([0-9a-f]{64})`);
const JPEG_QUALITY = 0.95;
/** The server answers 429 to more uploads than it can decode; try again after, ms. */
const RETRY_MS = 1000;

/** What a file input for pictures accepts. On phones, endings would replace the photographs by a list of files. */
export const acceptedPictures = (): string =>
  [
    "image/*",
    ...(matchMedia("(pointer: coarse)").matches ? [] : [...OTHERS, ...RAW].map((ending) => `.${ending}`)),
  ].join(",");

/** Whether something is dragged that a drop zone takes. */
export const isTakeable = (transfer: DataTransfer | null): boolean =>
  transfer !== null && (transfer.types.includes("Files") || transfer.types.includes("text/uri-list"));

/** Read a drop. Folders are searched for pictures; what else they hold is left out. */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped> {
  // The list is emptied when the event ends, so all of it is read before the first wait.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const files = [...transfer.files];
  const stored = STORED.exec(transfer.getData("text/uri-list"))?.[1];
  if (!entries.some((entry) => entry?.isDirectory))
    return { files, stored: stored && !files.length ? [stored] : [], folder: false };
  const found = await Promise.all(entries.map((entry) => (entry ? filesIn(entry, true) : [])));
  return { files: found.flat(), stored: [], folder: true };
}

async function filesIn(entry: FileSystemEntry, named: boolean): Promise<File[]> {
  if (entry.isFile) {
    if (!named && !PICTURE.test(entry.name)) return [];
    return [
      await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // A reader gives a hundred entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (!some.length) return files;
    some.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    for (const one of some) if (!one.name.startsWith(".")) files.push(...(await filesIn(one, false)));
  }
}

/** The pictures of a folder that a file input gave, in the order of their paths. */
export const picturesOf = (files: Iterable<File>): File[] =>
  [...files]
    .filter((file) => PICTURE.test(file.name) && !/(^|\/)\./.test(file.webkitRelativePath))
    .sort((a, b) => a.webkitRelativePath.localeCompare(b.webkitRelativePath, undefined, { numeric: true }));

/** Upload a file. A HEIC that the studio cannot read is sent as JPEG where this browser can read it. */
export async function uploadFile(file: File, onProgress: (fraction: number) => void): Promise<StoredFile> {
  try {
    // The studio may know the same content by another name.
    return { ...(await upload(file, file.name, onProgress)), name: file.name };
  } catch (error) {
    if (!isApiError(error)) throw error;
    if (error.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return uploadFile(file, onProgress);
    }
    if (error.status !== 422 || !(HEIC.test(file.name) || file.type.startsWith("image/hei"))) throw error;
    const jpeg = await asJpeg(file);
    if (!jpeg) throw error;
    return upload(jpeg, file.name.replace(HEIC, ".jpg"), onProgress);
  }
}

/** The picture as JPEG; null where the browser cannot read it. */
async function asJpeg(file: Blob): Promise<Blob | null> {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  const canvas = Object.assign(document.createElement("canvas"), {
    width: picture.width,
    height: picture.height,
  });
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
}
