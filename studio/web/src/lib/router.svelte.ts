/** Which page is shown: the address is the truth, so that back, forward and bookmarks work. */

export const PAGES = [
  "paint",
  "video",
  "live",
  "panoramas",
  "textures",
  "patterns",
  "themes",
  "train",
  "gallery",
  "jobs",
] as const;
export type PageName = (typeof PAGES)[number];

class Router {
  #address = $state(new URL(location.href));
  readonly page = $derived(pageOf(this.#address.pathname));
  readonly query = $derived(this.#address.searchParams);

  constructor() {
    addEventListener("popstate", () => (this.#address = new URL(location.href)));
  }

  go(path: string, { replace = false } = {}): void {
    history[replace ? "replaceState" : "pushState"](null, "", path);
    this.#address = new URL(location.href);
    if (!replace) scrollTo(0, 0);
  }

  /** For a link: follow it within the page, unless another tab was asked for. */
  readonly follow = (event: MouseEvent): void => {
    const link = (event.currentTarget as Element).closest("a");
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  };
}

function pageOf(path: string): PageName {
  return PAGES.find((page) => path === `/${page}`) ?? "paint";
}

export const router = new Router();
