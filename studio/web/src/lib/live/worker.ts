/** Paints frames, aside from the page, which goes on answering. One frame is in hand at a time. */

/// <reference lib="webworker" />
import { mix, planesOf, Steady } from "./frames";
import type { FromWorker, Manner, ToWorker } from "./messages";
import { open, type Network } from "./network";

const here = self as unknown as DedicatedWorkerGlobalScope;
const canvas = new OffscreenCanvas(8, 8);
const context = canvas.getContext("2d", { willReadFrequently: true });
const steady = new Steady();
let network: Network | null = null;
let manner: Manner = { strength: 1, steady: true };
/** What is under way: a network is not exchanged while it paints. */
let turn: Promise<void> = Promise.resolve();

here.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  turn = turn.then(() => answer(data)).catch(tellProblem);
};

function tell(message: FromWorker, ...handed: Transferable[]): void {
  here.postMessage(message, handed);
}

function tellProblem(error: unknown): void {
  tell({ kind: "problem", message: error instanceof Error ? error.message : String(error) });
}

async function answer(data: ToWorker): Promise<void> {
  if (data.kind === "manner") manner = data.manner;
  else if (data.kind === "frame") await paint(data.frame);
  else {
    const opened = await open(data.model, data.prefer);
    network?.close();
    network = opened;
    steady.forget();
    tell({ kind: "ready", backend: opened.backend, threads: opened.threads });
  }
}

async function paint(frame: ImageBitmap): Promise<void> {
  if (!network || !context) throw new Error("There is no network to paint with.");
  const { width, height } = frame;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.drawImage(frame, 0, 0);
  frame.close();
  const picture = context.getImageData(0, 0, width, height);
  const painted = await network.paint(planesOf(picture.data), width, height);
  if (!manner.steady) steady.forget();
  mix(manner.steady ? steady.follow(picture.data, painted) : painted, picture.data, manner.strength);
  context.putImageData(picture, 0, 0);
  const painting = canvas.transferToImageBitmap();
  tell({ kind: "painted", painting }, painting);
}
