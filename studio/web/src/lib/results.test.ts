import { describe, expect, test } from "vitest";
import type { Order, Result, ResultFile } from "./api";
import { aspectRatioOf, findFile, orderOf, originalOf, pictureOf } from "./results";

const file = (role: string, changes: Partial<ResultFile> = {}): ResultFile => ({
  role,
  id: `id-of-${role}`,
  name: `${role}.png`,
  media: "image/png",
  bytes: 1,
  width: 200,
  height: 100,
  ...changes,
});
const result = (changes: Partial<Result>): Result => ({
  id: "r",
  job: null,
  work: "stylize",
  title: "",
  made: "2026-01-01T00:00:00Z",
  kept: false,
  draft: false,
  styles: [],
  seconds: 1,
  bytes: 1,
  cover: "the-cover",
  files: [],
  recipe: null,
  inputs: [],
  ...changes,
});
const recipe = (content: Partial<Order["content"]>): Order => ({
  work: "stylize",
  content: { name: "photo.jpg", sha256: "", bytes: 0, ...content },
  styles: [],
});

test("a file is found by the first role that there is", () => {
  const films = result({ files: [file("picture"), file("film")] });
  expect(findFile(films, "sheet", "film", "picture")?.role).toBe("film");
  expect(findFile(films, "sheet")).toBeUndefined();
});

describe("the picture shown of a result", () => {
  test("is its picture, even where another file comes first", () => {
    expect(pictureOf(result({ files: [file("original"), file("picture")] }))).toBe(
      "/api/v1/files/id-of-picture",
    );
  });
  test("is a sweep's sheet before its parts", () => {
    expect(pictureOf(result({ files: [file("original"), file("sheet")] }))).toBe("/api/v1/files/id-of-sheet");
  });
  test("is any other image, then its cover", () => {
    expect(pictureOf(result({ files: [file("page", { media: "text/html" }), file("normal")] }))).toBe(
      "/api/v1/files/id-of-normal",
    );
    expect(pictureOf(result({ files: [file("network", { media: "application/zip" })] }))).toBe(
      "/api/v1/files/the-cover",
    );
  });
});

describe("the picture before", () => {
  test("is the original among the files", () => {
    expect(originalOf(result({ files: [file("original")] }))).toBe("/api/v1/files/id-of-original");
  });
  test("is the photograph of a painting's recipe, if the studio has it", () => {
    expect(originalOf(result({ recipe: recipe({ sha256: "abc" }) }))).toBe(
      "/api/v1/files/abc/thumbnail?side=1024",
    );
    expect(originalOf(result({ recipe: recipe({ name: "sample:cat" }) }))).toBe(
      "/api/v1/samples/sample%3Acat/picture?side=1024",
    );
    expect(originalOf(result({ recipe: recipe({}) }))).toBeNull();
  });
  test("is none for other kinds of work", () => {
    expect(originalOf(result({ work: "texture", recipe: recipe({ sha256: "abc" }) }))).toBeNull();
  });
});

test("a recipe becomes an order by the result's kind of work", () => {
  const { work: _, ...bare } = recipe({});
  expect(orderOf(result({ work: "video", recipe: bare as Order }))?.work).toBe("video");
  expect(orderOf(result({}))).toBeNull();
});

test("the aspect ratio is the picture's, or 1 where no file has a size", () => {
  expect(aspectRatioOf(result({ files: [file("original", { width: 1 }), file("picture")] }))).toBe(2);
  expect(aspectRatioOf(result({ files: [file("archive", { width: null, height: null })] }))).toBe(1);
});
