/** The router. The address is the only state, so that back, forward and bookmarks work. */

export const PAGES = [
  "paint",
  "grade",
  "video",
  "live",
  "panoramas",
  "textures",
  "patterns",
  "garments",
  "sprites",
  "themes",
  "train",
  "gallery",
  "taste",
  "blind",
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
    const before = this.page;
    history[replace ? "replaceState" : "pushState"](null, "", path);
    this.#address = new URL(location.href);
    // A result opens over the gallery, which stays where it is.
    if (!replace && this.page !== before) scrollTo(0, 0);
  }

  /** Click handler for links: navigate without reloading, unless the user asks for another tab. */
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
