/**
 * Opens the page when the studio does not run: it says so then, and connects as soon as the studio is back.
 *
 * The page itself always comes from the studio where that answers, so an upgrade is never hidden by what is stored. Only files
 * whose names change with their content are taken from the store. Nothing of the API is stored.
 */

const PAGE = "page";
const ASSETS = "assets";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && !pathname.startsWith("/api/")) event.respondWith(page(request));
  else if (/^\/assets\/.*\.(js|css|svg)$/.test(pathname)) event.respondWith(asset(request));
});

/** All addresses of the page are answered by the same document. */
async function page(request) {
  const cache = await caches.open(PAGE);
  try {
    const response = await fetch(request);
    if (response.ok && !response.redirected && isPage(response)) await store(cache, response.clone());
    return response;
  } catch (error) {
    const stored = await cache.match("/");
    if (stored) return stored;
    throw error;
  }
}

const isPage = (response) => response.headers.get("Content-Type")?.startsWith("text/html");

async function store(cache, response) {
  const before = await (await cache.match("/"))?.text();
  const now = await response.clone().text();
  if (before === now) return;
  // The files of another version are of no use any more.
  if (before !== undefined) await caches.delete(ASSETS);
  await cache.put("/", response);
}

async function asset(request) {
  const cache = await caches.open(ASSETS);
  const stored = await cache.match(request);
  if (stored) return stored;
  const response = await fetch(request);
  // What cannot be stored, on a full disk or while the page is left, is asked for again next time.
  if (response.ok) await cache.put(request, response.clone()).catch(() => undefined);
  return response;
}
