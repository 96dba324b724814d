import { expect, test } from "vitest";
import type { Order } from "../../lib/api";
import {
  designCount,
  EMPTY,
  firstCorners,
  fromOrder,
  type GarmentFields,
  isWall,
  toOrder,
} from "./garment-form";

const picture = (name: string) => ({ name, sha256: "a".repeat(64), bytes: 3 });
const batik = { name: "house:batik", sha256: "", bytes: 0, share: 1 };
const own: GarmentFields = { ...EMPTY, photo: picture("photo.png"), mask: picture("mask.png") };

test("nothing is ordered without a photograph and a mask", () => {
  expect(toOrder({ ...own, mask: null }, [batik])).toBeNull();
  expect(toOrder({ ...own, photo: null }, [batik])).toBeNull();
});

test("a pattern is repeated, and a style is painted without scale, angle and corners", () => {
  const laid = toOrder({ ...own, angle: 30 }, [batik]);
  expect(laid).toMatchObject({
    patterns: [{ name: "house:batik", sha256: "", bytes: 0 }],
    styles: [],
    angle: 30,
  });
  const painted = toOrder({ ...own, kind: "style", angle: 30, corners: firstCorners(100, 100) }, [batik]);
  expect(painted).toMatchObject({ patterns: [], angle: null, corners: null, scale: null });
  expect(painted?.["styles"]).toEqual([{ name: "house:batik", sha256: "", bytes: 0 }]);
});

test("several patterns make a sheet", () => {
  expect(designCount(own, [batik])).toBe(0);
  expect(designCount(own, [batik, batik])).toBe(8);
  expect(designCount({ ...own, variations: 12 }, [batik, batik])).toBe(12);
});

test("an order fills the form again", () => {
  const chosen = {
    ...own,
    scale: 0.5,
    angle: 45,
    hue: 60,
    printed: true,
    corners: firstCorners(200, 100),
    variations: 6,
  };
  const order = toOrder(chosen, [batik]) as Order;
  expect({ ...EMPTY, ...fromOrder(order) }).toEqual(chosen);
  expect(fromOrder({ ...order, patterns: [] } as Order).kind).toBe("style");
});

test("corners that cross or go the other way round are no wall", () => {
  const corners = firstCorners(100, 80);
  expect(isWall(corners)).toBe(true);
  expect(isWall([...corners].reverse())).toBe(false);
  expect(isWall([corners[0]!, corners[2]!, corners[1]!, corners[3]!])).toBe(false);
});
