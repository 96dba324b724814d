import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defaultClientConditions, defineConfig } from "vite";
import { packed } from "./vite/packed.ts";

const STUDIO = "http://127.0.0.1:8420";

export default defineConfig({
  plugins: [svelte(), packed()],
  // The runtime's own files are fetched when a network is first run, and not copied into its script.
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  worker: { format: "es" },
  build: {
    outDir: "../../src/pinxit/studio/page",
    emptyOutDir: true,
    target: "es2023",
    // The polyfill would be an inline script, which the server's policy forbids.
    modulePreload: { polyfill: false },
    // The browser's runtime for networks is megabytes: kept as files, never inlined.
    assetsInlineLimit: 2048,
  },
  // `npm run dev` beside a running `pinxit studio`, which answers its own address only.
  server: { proxy: { "/api": { target: STUDIO, changeOrigin: true, headers: { origin: STUDIO } } } },
});
