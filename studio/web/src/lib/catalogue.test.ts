import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Input, StyleCard } from "./api";
import { catalogue } from "./catalogue.svelte";

const NETWORK: StyleCard = {
  name: "mine.pinxit",
  title: "Mine",
  sha256: "n1",
  kind: "network",
  thumbnail: "/api/v1/files/cover",
};
const input = (sha256: string, name = "a.png"): Input => ({ name, sha256, bytes: 1 });
let asked: string[] = [];

beforeEach(() => {
  asked = [];
  localStorage.clear();
  vi.stubGlobal("fetch", (path: string) => {
    // The shelf is loaded once in all tests.
    if (path.endsWith("/shelf")) return Promise.resolve(Response.json({ entries: [] }));
    asked.push(path);
    return Promise.resolve(Response.json(path.endsWith("/styles") ? [NETWORK] : []));
  });
});
afterEach(() => vi.unstubAllGlobals());

test("the catalogue is loaded once, and again when that is asked for", async () => {
  catalogue.reload();
  catalogue.load();
  await vi.waitFor(() => expect(catalogue.styles).toEqual([NETWORK]));
  expect(asked).toEqual(["/api/v1/styles", "/api/v1/samples"]);
  catalogue.reload();
  expect(asked).toHaveLength(4);
});

test("a network has a picture of its own, and other files a thumbnail", async () => {
  catalogue.reload();
  await vi.waitFor(() => expect(catalogue.styles).toEqual([NETWORK]));
  expect(catalogue.picture(input("n1"))).toBe("/api/v1/files/cover");
  expect(catalogue.picture(input("f1"))).toBe("/api/v1/files/f1/thumbnail?side=256");
  expect(catalogue.picture(input("", "house:ink"))).toBe("/api/v1/styles/house%3Aink/picture?side=256");
});
