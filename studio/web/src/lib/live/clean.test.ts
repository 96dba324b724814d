import { expect, test } from "vitest";
import { cleanViewPath, findCamera, readCleanView } from "./clean";

test("an address and what it asks for", () => {
  const view = { styles: ["house:ink", "house:waves"], camera: "Cam & Co", strength: 0.5 };
  const path = cleanViewPath(view);
  expect(path).toMatch(/^\/live\?clean=1&/);
  expect(readCleanView(new URL(path, "http://studio").searchParams)).toEqual(view);
});

test("what is left out or wrong has a default", () => {
  const read = (query: string) => readCleanView(new URLSearchParams(query));
  expect(read("style=house:ink")).toBeNull();
  expect(read("clean=1")).toEqual({ styles: ["house:swirl"], camera: "", strength: 1 });
  expect(read("clean=1&strength=much")?.strength).toBe(1);
  expect(read("clean=1&strength=7")?.strength).toBe(1);
});

test("a camera by a part of its name", () => {
  const devices = [{ label: "Front" }, { label: "USB Video (046d)" }];
  expect(findCamera(devices, "usb")).toBe(devices[1]);
  expect(findCamera(devices, "none")).toBeUndefined();
});
