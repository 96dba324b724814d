/** What follows from a result's files and recipe. */

import { fileUrl, type Input, type Order, pictureUrl, type Result, type ResultFile } from "./api";

/** The roles of files that are the result's picture. */
export const PICTURE_ROLES = ["picture", "sheet", "px", "colorway"];

export function findFile(result: Result, ...roles: string[]): ResultFile | undefined {
  return roles.map((role) => result.files.find((file) => file.role === role)).find(Boolean);
}

/** URL of the picture to show: the result's own, or its cover. */
export function pictureOf(result: Result): string {
  const file =
    findFile(result, ...PICTURE_ROLES) ?? result.files.find((one) => one.media.startsWith("image/"));
  return fileUrl(file?.id ?? result.cover ?? result.files[0]?.id ?? "");
}

export function originalOf(result: Result): string | null {
  const original = findFile(result, "original");
  if (original) return fileUrl(original.id);
  const content = result.work === "stylize" ? result.recipe?.content : undefined;
  return content && (content.sha256 || content.name.includes(":")) ? pictureUrl(content, 1024) : null;
}

/** The order that repeats a result. Recipes of paintings lack the kind of work. */
export function orderOf(result: Result): Order | null {
  return result.recipe ? ({ ...result.recipe, work: result.work } as Order) : null;
}

export function aspectRatioOf(result: Result): number {
  const file =
    findFile(result, ...PICTURE_ROLES, "film") ?? result.files.find((one) => one.width && one.height);
  return file?.width && file.height ? file.width / file.height : 1;
}

/** The shape of a result's picture among others: a very long one is cut. */
export const tileRatioOf = (result: Result): number => Math.min(2.4, Math.max(0.55, aspectRatioOf(result)));

/** The picture by which a result is liked or disliked; null where it has none. */
export function ratedPicture(result: Result): Input | null {
  if (!result.cover) return null;
  const file = result.files.find((one) => one.id === result.cover);
  return { name: file?.name ?? (result.title || result.work), sha256: result.cover, bytes: file?.bytes ?? 0 };
}
