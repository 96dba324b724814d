import { afterEach, expect, test, vi } from "vitest";
import { ApiError, type StoredFile } from "./api";
import * as api from "./api";
import { droppedFiles, isTakeable, picturesOf, uploadFile } from "./uploads";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const entryOf = (name: string, inside?: unknown[]): unknown => ({
  name,
  isFile: !inside,
  isDirectory: Boolean(inside),
  file: (done: (file: File) => void) => done(new File(["x"], name)),
  createReader: () => {
    // A hundred entries at a time, as browsers give them.
    const left = [...(inside ?? [])];
    return { readEntries: (done: (some: unknown[]) => void) => done(left.splice(0, 100)) };
  },
});
const transferOf = (entries: unknown[], files: File[] = [], uri = ""): DataTransfer =>
  ({
    items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })),
    files,
    types: files.length || entries.length ? ["Files"] : uri ? ["text/uri-list"] : [],
    getData: () => uri,
  }) as unknown as DataTransfer;

test("a folder is searched for pictures, and a file named by itself is taken as it is", async () => {
  const many = Array.from({ length: 150 }, (_, number) => entryOf(`${number}.JPG`));
  const folder = entryOf("holiday", [
    entryOf("notes.txt"),
    entryOf(".hidden.png"),
    entryOf("day two", [entryOf("b.heic")]),
    ...many,
  ]);
  const { files } = await droppedFiles(transferOf([folder, entryOf("style.pinxit")]));
  const names = files.map((file) => file.name);
  expect(names).toHaveLength(152);
  expect(names.slice(0, 3)).toEqual(["0.JPG", "1.JPG", "2.JPG"]);
  expect(names).toContain("b.heic");
  expect(names.at(-1)).toBe("style.pinxit");
});

test("a folder that was chosen gives its pictures, in order, and nothing hidden", () => {
  const files = ["trip/10.jpg", "trip/9.jpg", "trip/notes.txt", "trip/.thumbs/1.jpg", "trip/a/1.png"].map(
    (path) =>
      Object.defineProperty(new File(["x"], path.split("/").at(-1) ?? ""), "webkitRelativePath", {
        value: path,
      }),
  );
  expect(picturesOf(files).map((file) => file.webkitRelativePath)).toEqual([
    "trip/9.jpg",
    "trip/10.jpg",
    "trip/a/1.png",
  ]);
});

test("what is dragged from the gallery is a file that the studio has", async () => {
  const id = "a".repeat(64);
  const dragged = transferOf([], [], `http://127.0.0.1:8420/api/v1/files/${id}`);
  expect(isTakeable(dragged)).toBe(true);
  expect(await droppedFiles(dragged)).toEqual({ files: [], stored: [id], folder: false });
  expect(await droppedFiles(transferOf([], [], "https://example.org/cat.jpg"))).toEqual({
    files: [],
    stored: [],
    folder: false,
  });
});

const refusal = new ApiError(422, "image_corrupt", "a HEIC picture, which pinxit does not read.");

test("a HEIC that the studio refuses is sent as JPEG where the browser reads it", async () => {
  const sent: string[] = [];
  vi.spyOn(api, "upload").mockImplementation((_, name) => {
    sent.push(name);
    return name.endsWith(".heic") ? Promise.reject(refusal) : Promise.resolve({ name } as StoredFile);
  });
  vi.stubGlobal("createImageBitmap", () => Promise.resolve({ width: 4, height: 3 }));
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue({ drawImage: () => {} } as never);
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation((done, type) =>
    done(new Blob([], { type: type! })),
  );
  const stored = await uploadFile(new File([], "IMG_1.heic"), () => {});
  expect(stored.name).toBe("IMG_1.jpg");
  expect(sent).toEqual(["IMG_1.heic", "IMG_1.jpg"]);
});

test("where the browser does not read it either, the studio's sentence is shown", async () => {
  vi.spyOn(api, "upload").mockRejectedValue(refusal);
  vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("no decoder")));
  await expect(uploadFile(new File([], "IMG_1.heic"), () => {})).rejects.toBe(refusal);
});

test("an upload that comes too soon is tried again", async () => {
  vi.useFakeTimers();
  const upload = vi.spyOn(api, "upload");
  upload.mockRejectedValueOnce(new ApiError(429, "busy", "too many requests"));
  upload.mockResolvedValueOnce({ name: "a.png" } as StoredFile);
  const stored = uploadFile(new File([], "a.png"), () => {});
  await vi.advanceTimersByTimeAsync(1000);
  expect((await stored).name).toBe("a.png");
  vi.useRealTimers();
});
