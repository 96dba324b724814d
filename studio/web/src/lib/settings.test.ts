import { describe, expect, test } from "vitest";
import type { Schema } from "./api";
import { changedSettings, fieldKind, presetValue, settingGroups, settingText } from "./settings";

const SCHEMA: Schema = {
  settings: {
    properties: {
      preset: { type: "string", group: "Options", default: "standard" },
      size: { type: "integer", group: "Options", default: 512 },
      strength: { type: "number", group: "Style", default: 1 },
      memory: { type: "number", group: "Options", default: null },
      device: { type: "string", group: "Machine", default: "auto" },
      hidden: { type: "string", default: "" },
    },
  },
  works: ["stylize"],
  pages: { stylize: "paint" },
  presets: { standard: { size: 512 }, draft: { size: 256 } },
};

describe("a setting's value by a preset", () => {
  test("is the preset's, else the schema's default, else none", () => {
    expect(presetValue(SCHEMA, "draft", "size")).toBe(256);
    expect(presetValue(SCHEMA, "draft", "strength")).toBe(1);
    expect(presetValue(SCHEMA, "unknown", "size")).toBe(512);
    expect(presetValue(SCHEMA, "draft", "unknown")).toBeNull();
    expect(presetValue(null, "draft", "size")).toBeNull();
  });
});

test.each([
  [null, ""],
  [undefined, ""],
  [0.5, "0.5"],
  [true, "true"],
  [[512, 1024], "512,1024"],
  [[[2], [0, 1]], "2,0+1"],
  [{ conv1_1: 1, conv2_1: 0.5 }, "conv1_1,conv2_1=0.5"],
])("%j is written as %j", (value, text) => {
  expect(settingText(value)).toBe(text);
});

test("a field's kind follows from the schema", () => {
  expect(fieldKind({ type: "integer" })).toBe("whole");
  expect(fieldKind({ type: "number" })).toBe("number");
  expect(fieldKind({ type: "string" })).toBe("text");
  expect(fieldKind({ enum: ["a", "b"] })).toBe("choice");
  expect(fieldKind({ anyOf: [{ type: "number" }, { type: "null" }] })).toBe("number");
  expect(fieldKind({ anyOf: [{ enum: ["a"] }, { type: "null" }] })).toBe("choice");
  expect(fieldKind({ anyOf: [{ type: "number" }, { type: "string" }] })).toBe("text");
});

test("groups keep the schema's order, without the preset and what has no group", () => {
  const groups = settingGroups(SCHEMA).map(({ name, fields }) => [name, fields.map(([field]) => field)]);
  expect(groups).toEqual([
    ["Options", ["size", "memory"]],
    ["Style", ["strength"]],
    ["Machine", ["device"]],
  ]);
});

test("changed settings are those that differ from the preset", () => {
  const recipe = { preset: "draft", size: 512, strength: 1, memory: 8, device: null, unknown: 3 };
  expect(changedSettings(SCHEMA, "draft", recipe)).toEqual({ size: 512 });
  expect(changedSettings(SCHEMA, "standard", recipe)).toEqual({});
});
