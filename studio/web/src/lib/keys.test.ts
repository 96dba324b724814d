import { afterEach, expect, test } from "vitest";
import { editOf, isTaken } from "./keys";

afterEach(() => document.body.replaceChildren());

const pressed = (key: string, init: KeyboardEventInit = {}): KeyboardEvent =>
  new KeyboardEvent("keydown", { key, bubbles: true, ...init });

test("undo and redo have the keys of every editor", () => {
  expect(editOf(pressed("z", { ctrlKey: true }))).toBe("undo");
  expect(editOf(pressed("Z", { ctrlKey: true, shiftKey: true }))).toBe("redo");
  expect(editOf(pressed("z", { metaKey: true, shiftKey: true }))).toBe("redo");
  expect(editOf(pressed("y", { ctrlKey: true }))).toBe("redo");
  expect(editOf(pressed("z"))).toBeNull();
  expect(editOf(pressed("z", { ctrlKey: true, altKey: true }))).toBeNull();
});

function takenIn(html: string, selector: string): boolean {
  document.body.innerHTML = html;
  let taken = false;
  document.body.addEventListener("keydown", (event) => (taken = isTaken(event)), { once: true });
  document.querySelector(selector)?.dispatchEvent(pressed("f"));
  return taken;
}

test("a text field keeps its keys, a slider and a button do not", () => {
  expect(takenIn("<input type=text>", "input")).toBe(true);
  expect(takenIn("<textarea></textarea>", "textarea")).toBe(true);
  expect(takenIn("<input type=range>", "input")).toBe(false);
  expect(takenIn("<button></button>", "button")).toBe(false);
});

test("behind an open dialog no key works, within it they do", () => {
  document.body.innerHTML = "<dialog open><figure></figure></dialog><p></p>";
  const event = pressed("f");
  expect(isTaken(event)).toBe(true);
  expect(isTaken(event, document.querySelector("figure")!)).toBe(false);
  expect(isTaken(event, document.querySelector("p")!)).toBe(true);
});
