import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PAGES, router } from "./router.svelte";

beforeEach(() => vi.stubGlobal("scrollTo", vi.fn()));
afterEach(() => vi.unstubAllGlobals());

test.each(PAGES)("/%s is a page", (page) => {
  router.go(`/${page}`);
  expect(router.page).toBe(page);
  expect(location.pathname).toBe(`/${page}`);
});

test("any other address is the page Paint", () => {
  router.go("/nowhere");
  expect(router.page).toBe("paint");
});

test("the query is read from the address", () => {
  router.go("/gallery?result=42");
  expect(router.page).toBe("gallery");
  expect(router.query.get("result")).toBe("42");
});

test("another page makes an entry in the history and begins at its top; replacing does neither", () => {
  router.go("/paint", { replace: true });
  const entries = history.length;
  router.go("/gallery?result=1");
  expect(history.length).toBe(entries + 1);
  expect(scrollTo).toHaveBeenCalledOnce();
  router.go("/gallery?result=2", { replace: true });
  expect(history.length).toBe(entries + 1);
  expect(scrollTo).toHaveBeenCalledOnce();
  expect(router.query.get("result")).toBe("2");
  router.go("/gallery?result=3");
  expect(history.length).toBe(entries + 2);
  expect(scrollTo).toHaveBeenCalledOnce();
});

describe("a link", () => {
  function click(options: MouseEventInit = {}): MouseEvent {
    const link = Object.assign(document.createElement("a"), { href: "/jobs?x=1" });
    document.body.append(link);
    const event = new MouseEvent("click", { cancelable: true, ...options });
    link.addEventListener("click", (clicked) => {
      router.follow(clicked);
      if (!clicked.defaultPrevented) clicked.preventDefault = () => {};
    });
    link.dispatchEvent(event);
    link.remove();
    return event;
  }
  beforeEach(() => router.go("/paint"));

  test("is followed within the page", () => {
    expect(click().defaultPrevented).toBe(true);
    expect(router.page).toBe("jobs");
    expect(router.query.get("x")).toBe("1");
  });
  test("is left to the browser where another tab is asked for", () => {
    expect(click({ ctrlKey: true }).defaultPrevented).toBe(false);
    expect(router.page).toBe("paint");
  });
});
