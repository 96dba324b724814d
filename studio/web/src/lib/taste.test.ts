import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as api from "./api";
import { taste } from "./taste.svelte";

vi.mock("./api", { spy: true });

const input = (name: string, sha256 = "") => ({ name, sha256, bytes: 0 });
const waves = input("house:waves");
const photo = input("photo.png", "a".repeat(64));

beforeEach(() => {
  taste.liked = [];
  taste.disliked = [];
  taste.scores.clear();
});
afterEach(() => vi.resetAllMocks());

test("a rating is shown at once, replaced by the other one, and taken back by the same one", async () => {
  const sent: unknown[] = [];
  vi.mocked(api.ratePicture).mockImplementation(async (picture, rating) => {
    sent.push([picture.name, rating]);
    return { liked: taste.liked, disliked: taste.disliked };
  });
  const done = taste.rate(waves, "like");
  expect(taste.rating(waves)).toBe("like");
  await done;
  await taste.rate(waves, "dislike");
  expect([taste.liked.length, taste.rating(waves)]).toEqual([0, "dislike"]);
  await taste.rate(waves, "dislike");
  expect(taste.rating(waves)).toBeNull();
  expect(sent).toEqual([
    ["house:waves", "like"],
    ["house:waves", "dislike"],
    ["house:waves", null],
  ]);
});

test("a rating that the studio refuses is taken back", async () => {
  vi.mocked(api.ratePicture).mockRejectedValue(new api.ApiError(507, "no_space", "The disk is full."));
  await taste.rate(photo, "like");
  expect(taste.rating(photo)).toBeNull();
});

test("a picture is the same under another name", () => {
  taste.liked = [photo];
  expect(taste.rating({ ...photo, name: "renamed.png" })).toBe("like");
  expect(taste.rating(input("photo.png", "b".repeat(64)))).toBeNull();
});

test("it asks until everything is measured, and sorts the best first and the unknown last", async () => {
  taste.liked = [waves];
  const ink = input("house:ink");
  vi.mocked(api.rankPictures)
    .mockResolvedValueOnce({ scores: [null, 0.1, null], mixture: [], left: 1 })
    .mockResolvedValueOnce({ scores: [null, 0.1, 0.9], mixture: [{ index: 2, share: 1 }], left: 0 });
  const gone = input("gone.png", "c".repeat(64));
  expect(await taste.rank([gone, ink, waves])).toEqual([{ ...waves, share: 1 }]);
  expect(taste.sort([gone, ink, waves], (one) => one)).toEqual([waves, ink, gone]);
});

test("it stops asking when nothing more can be measured", async () => {
  taste.liked = [waves];
  const asked = vi
    .mocked(api.rankPictures)
    .mockResolvedValue({ scores: [null, 0.5], mixture: [{ index: 1, share: 1 }], left: 1 });
  await taste.rank([photo, waves]);
  expect(asked).toHaveBeenCalledTimes(2);
  expect(taste.sort([photo, waves], (one) => one)).toEqual([waves, photo]);
});
