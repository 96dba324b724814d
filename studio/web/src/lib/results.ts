/** What can be known about a result from its files and its recipe. */

import { fileUrl, pictureUrl, type Order, type Result, type ResultFile } from "./api";

const PICTURES = ["picture", "sheet", "px", "colorway"];

export function fileOf(result: Result, ...roles: string[]): ResultFile | undefined {
  return roles.map((role) => result.files.find((file) => file.role === role)).find(Boolean);
}

/** The file that is looked at; what is no picture has its cover. */
export function pictureOf(result: Result): string {
  const file = fileOf(result, ...PICTURES) ?? result.files.find((one) => one.media.startsWith("image/"));
  return fileUrl(file?.id ?? result.cover ?? result.files[0]?.id ?? "");
}

export function originalOf(result: Result): string | null {
  const original = fileOf(result, "original");
  if (original) return fileUrl(original.id);
  const content = result.work === "stylize" ? result.recipe?.content : undefined;
  return content && (content.sha256 || content.name.includes(":")) ? pictureUrl(content, 1024) : null;
}

/** The order that makes it again. A painting's recipe does not say that it is one. */
export function orderOf(result: Result): Order | null {
  return result.recipe ? ({ ...result.recipe, work: result.work } as Order) : null;
}

export function shapeOf(result: Result): number {
  const file = fileOf(result, ...PICTURES, "film") ?? result.files.find((one) => one.width && one.height);
  return file?.width && file.height ? file.width / file.height : 1;
}
