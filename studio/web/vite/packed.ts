/** Everything that compresses is compressed once, when the page is built, and served so. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

const WORTH_IT = /\.(css|html|js|mjs|svg|wasm)$/;
/** Below this a header costs as much as it saves, bytes. */
const LEAST = 1024;

export function packed(): Plugin {
  let folder = "";
  return {
    name: "packed",
    apply: "build",
    configResolved: (config) => void (folder = resolve(config.root, config.build.outDir)),
    async closeBundle() {
      const names = await readdir(folder, { recursive: true });
      await Promise.all(names.filter((name) => WORTH_IT.test(name)).map((name) => pack(join(folder, name))));
    },
  };
}

async function pack(path: string): Promise<void> {
  const bytes = await readFile(path);
  if (bytes.length >= LEAST) await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }));
}
