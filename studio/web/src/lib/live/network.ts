/** A network in the browser: on the graphics card where there is one, else on the processor's cores. */

import type { InferenceSession, Tensor } from "onnxruntime-web";
import cardGlue from "onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url";
import cardBinary from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import coreGlue from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import coreBinary from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { Backend } from "./messages";

/** More threads than this wait for each other, as small as the pictures are. */
const MOST_THREADS = 8;

export interface Network {
  backend: Backend;
  threads: number;
  /** Paint planes of red, green and blue in [0, 1]; both sides are multiples of 8. */
  paint: (planes: Float32Array, width: number, height: number) => Promise<Float32Array>;
  close: () => void;
}

/** Open a network where it is preferred; a card that is not there, or cannot, is no reason not to paint. */
export async function open(model: ArrayBuffer, prefer: Backend): Promise<Network> {
  if (prefer === "webgpu" && (await hasCard()))
    try {
      const network = await onCard(model);
      // What a card cannot do shows when it first paints.
      await network.paint(new Float32Array(3 * 64 * 64), 64, 64);
      return network;
    } catch (error) {
      console.warn("The graphics card does not run this network:", error);
    }
  return onCores(model);
}

/** The runtime's part for cards waits for them by suspending WebAssembly, which not every browser can. */
async function hasCard(): Promise<boolean> {
  if (!("gpu" in navigator) || !("Suspending" in WebAssembly)) return false;
  const gpu = navigator.gpu as {
    requestAdapter: () => Promise<{ info?: { isFallbackAdapter?: boolean } } | null>;
  };
  const adapter = await gpu.requestAdapter().catch(() => null);
  // A card that the processor pretends to be is slower than the processor.
  return adapter !== null && !adapter.info?.isFallbackAdapter;
}

async function onCard(model: ArrayBuffer): Promise<Network> {
  const runtime = await import("onnxruntime-web/jspi");
  runtime.env.wasm.wasmPaths = { mjs: cardGlue, wasm: cardBinary };
  runtime.env.wasm.numThreads = 1;
  const session = await runtime.InferenceSession.create(model, { executionProviders: ["webgpu"] });
  return networkOf(session, runtime.Tensor, "webgpu", 1);
}

async function onCores(model: ArrayBuffer): Promise<Network> {
  const runtime = await import("onnxruntime-web/wasm");
  // Without cross-origin isolation there is no shared memory, and thus one thread.
  const threads = crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1) : 1;
  runtime.env.wasm.wasmPaths = { mjs: coreGlue, wasm: coreBinary };
  runtime.env.wasm.numThreads = threads;
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  return networkOf(session, runtime.Tensor, "wasm", threads);
}

function networkOf(
  session: InferenceSession,
  Planes: typeof Tensor,
  backend: Backend,
  threads: number,
): Network {
  const [input, output] = [session.inputNames[0] ?? "picture", session.outputNames[0] ?? "painted"];
  return {
    backend,
    threads,
    async paint(planes, width, height) {
      const found = await session.run({ [input]: new Planes("float32", planes, [1, 3, height, width]) });
      return found[output]?.data as Float32Array;
    },
    close: () => void session.release(),
  };
}
