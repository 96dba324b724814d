import { afterEach, describe, expect, test } from "vitest";
import type { Job, Result } from "./api";
import { i18n } from "./i18n.svelte";
import { customTitle, jobTitle, resultTitle } from "./titles";

const result = (title: string, changes: Partial<Result> = {}): Result =>
  ({
    work: "stylize",
    title,
    styles: ["house:swirl"],
    recipe: { work: "stylize", content: { name: "my cat.png", sha256: "a", bytes: 1 }, styles: [] },
    ...changes,
  }) as Result;

afterEach(() => i18n.choose("en"));

describe("a title that the server made from the names", () => {
  test("is written in the reader's language", () => {
    expect(resultTitle(result("my cat-swirl"))).toBe("my cat · Swirl");
    i18n.choose("zh");
    expect(resultTitle(result("my cat-swirl"))).toBe("my cat · 漩涡");
  });
  test("is no title of somebody's own", () => {
    expect(customTitle(result("my cat-swirl"))).toBe("");
    expect(customTitle(result("my cat-waves"))).toBe("my cat-waves");
  });
  test("names the first two styles only", () => {
    const styles = ["house:swirl", "sample:coffee", "house:waves"];
    expect(customTitle(result("my cat-swirl-coffee", { styles }))).toBe("");
  });
});

test("a title that somebody gave stays", () => {
  expect(resultTitle(result("For Anna"))).toBe("For Anna");
});

test("what has no source is called by its kind of work", () => {
  expect(resultTitle(result("swirl", { work: "texture", recipe: null }))).toBe("Texture · Swirl");
});

test("a job is called as its result will be", () => {
  const order = {
    work: "video",
    clip: { name: "holiday.mp4", sha256: "b", bytes: 1 },
    styles: [{ name: "house:waves", sha256: "", bytes: 0, share: 1 }],
  };
  expect(jobTitle({ work: "video", title: "holiday-waves", order } as unknown as Job)).toBe(
    "holiday · Waves",
  );
});

test("a dressed photograph is called by its pattern, and a set of sprites not by one of them", () => {
  const picture = (name: string) => ({ name, sha256: "c", bytes: 1 });
  const recipe = { work: "wear", photo: picture("room.jpg"), patterns: [picture("house:batik")], styles: [] };
  const worn = result("room-batik", {
    work: "wear",
    styles: [],
    recipe: recipe as unknown as Result["recipe"],
  });
  expect(resultTitle(worn)).toBe("room · Batik");
  const members = [picture("coin.png"), picture("gem.png")];
  const set = { work: "sprites", content: picture("coin.png"), members, styles: [] };
  expect(resultTitle(result("swirl", { work: "sprites", recipe: set as unknown as Result["recipe"] }))).toBe(
    "Set of sprites · Swirl",
  );
});
