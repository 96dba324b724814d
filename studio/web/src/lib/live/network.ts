/** Run a network in the browser: on the GPU where possible, otherwise on the CPU. */

import type { InferenceSession, Tensor } from "onnxruntime-web";
import gpuGlue from "onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url";
import gpuBinary from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import cpuGlue from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import cpuBinary from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { Backend } from "./messages";

/** With pictures this small, more threads do not help. */
const MAX_THREADS = 8;

export interface Network {
  backend: Backend;
  threads: number;
  /** Paint planes of red, green and blue in [0, 1]. Both sides must be multiples of 8. */
  paint: (planes: Float32Array, width: number, height: number) => Promise<Float32Array>;
  close: () => void;
}

/** Open a network on the preferred backend, and on the CPU if the GPU cannot run it. */
export async function openNetwork(model: ArrayBuffer, prefer: Backend): Promise<Network> {
  if (prefer === "webgpu" && (await hasGpu()))
    try {
      const network = await onGpu(model);
      // Unsupported operations fail on the first run only.
      await network.paint(new Float32Array(3 * 64 * 64), 64, 64);
      return network;
    } catch (error) {
      console.warn("The graphics card does not run this network:", error);
    }
  return onCpu(model);
}

/** The runtime's GPU build needs WebAssembly suspension (JSPI), which not every browser has. */
async function hasGpu(): Promise<boolean> {
  if (!("gpu" in navigator) || !("Suspending" in WebAssembly)) return false;
  const gpu = navigator.gpu as {
    requestAdapter: () => Promise<{ info?: { isFallbackAdapter?: boolean } } | null>;
  };
  const adapter = await gpu.requestAdapter().catch(() => null);
  // A software adapter is slower than the CPU backend.
  return adapter !== null && !adapter.info?.isFallbackAdapter;
}

async function onGpu(model: ArrayBuffer): Promise<Network> {
  const runtime = await import("onnxruntime-web/jspi");
  runtime.env.wasm.wasmPaths = { mjs: gpuGlue, wasm: gpuBinary };
  runtime.env.wasm.numThreads = 1;
  const session = await runtime.InferenceSession.create(model, {
    executionProviders: ["webgpu"],
    // Errors only: that shapes are computed on the CPU is no warning to a visitor.
    logSeverityLevel: 3,
  });
  return networkOf(session, runtime.Tensor, "webgpu", 1);
}

async function onCpu(model: ArrayBuffer): Promise<Network> {
  const runtime = await import("onnxruntime-web/wasm");
  // Without cross-origin isolation there is no shared memory, hence one thread.
  const threads = crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1) : 1;
  runtime.env.wasm.wasmPaths = { mjs: cpuGlue, wasm: cpuBinary };
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
