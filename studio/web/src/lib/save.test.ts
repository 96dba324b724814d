import { expect, test } from "vitest";
import { nameIn } from "./save";

test("a file is named as the server says", () => {
  expect(nameIn("attachment; filename*=utf-8''my%20%E7%8C%AB.jpg")).toBe("my 猫.jpg");
  expect(nameIn('attachment; filename="pinxit-results.zip"')).toBe("pinxit-results.zip");
  expect(nameIn("")).toBe("pinxit");
});
