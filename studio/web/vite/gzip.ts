/**
 * Compress the page's files once, when it is built. The server sends them as they are. Of the runtime for networks, which is
 * most of the page, only the compressed form is kept: the server unpacks it for the rare client that takes no other.
 */

import { readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(css|html|js|mjs|svg|wasm)$/;
/** For smaller files a header costs as much as compression saves, bytes. */
const MIN_BYTES = 1024;

export function gzipAssets(): Plugin {
  let folder = "";
  return {
    name: "gzip-assets",
    apply: "build",
    configResolved: (config) => void (folder = resolve(config.root, config.build.outDir)),
    async closeBundle() {
      const names = await readdir(folder, { recursive: true });
      const compressible = names.filter((name) => COMPRESSIBLE.test(name));
      await Promise.all(compressible.map((name) => compress(join(folder, name))));
    },
  };
}

async function compress(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length < MIN_BYTES) return;
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
  if (path.endsWith(".wasm")) await unlink(path);
}
