import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defaultClientConditions } from "vite";
import { defineConfig } from "vitest/config";
import { gzipAssets } from "./vite/gzip.ts";

const STUDIO = "http://127.0.0.1:8420";

export default defineConfig({
  plugins: [svelte(), gzipAssets()],
  // The runtime loads its own files when a network is first run, instead of bundling them.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  worker: { format: "es" },
  build: {
    outDir: "../../src/pinxit/studio/page",
    emptyOutDir: true,
    target: "es2023",
    // One style sheet: a busy machine serves it sooner than fifteen.
    cssCodeSplit: false,
    // For the same reason, what several pages use is one file.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] } } },
    // The polyfill is an inline script, which the server's policy forbids.
    modulePreload: { polyfill: false },
    // Small assets only: the runtime for networks is megabytes, and stays in files.
    assetsInlineLimit: 2048,
  },
  // For `npm run dev` beside a running `pinxit studio`, which accepts its own address only.
  server: { proxy: { "/api": { target: STUDIO, changeOrigin: true, headers: { origin: STUDIO } } } },
  test: {
    environment: "happy-dom",
    isolate: false,
    env: { TZ: "UTC" },
    // The page's logic. Its components are looked at by tests in a browser (tests/studio).
    coverage: {
      include: ["src/lib/**/*.ts"],
      reporter: ["text"],
      thresholds: { lines: 90, branches: 80 },
    },
  },
});
