/** The worker that paints frames, one at a time, so that the page stays responsive. */

/// <reference lib="webworker" />
import { mix, planesOf, TemporalSmoother } from "./frames";
import type { FromWorker, LiveSettings, ToWorker } from "./messages";
import { type Network, openNetwork } from "./network";

const here = self as unknown as DedicatedWorkerGlobalScope;
const canvas = new OffscreenCanvas(8, 8);
const context = canvas.getContext("2d", { willReadFrequently: true });
const smoother = new TemporalSmoother();
let network: Network | null = null;
let settings: LiveSettings = { strength: 1, steady: true };
/** Messages are handled one after another: a network is never replaced while it paints. */
let turn: Promise<void> = Promise.resolve();

here.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  turn = turn.then(() => answer(data)).catch(sendProblem);
};

function send(message: FromWorker, ...handed: Transferable[]): void {
  here.postMessage(message, handed);
}

function sendProblem(error: unknown): void {
  send({ kind: "problem", message: error instanceof Error ? error.message : String(error) });
}

async function answer(data: ToWorker): Promise<void> {
  if (data.kind === "settings") settings = data.settings;
  else if (data.kind === "frame") await paint(data.frame);
  else {
    const opened = await openNetwork(data.model, data.prefer);
    network?.close();
    network = opened;
    smoother.reset();
    send({ kind: "ready", backend: opened.backend, threads: opened.threads });
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
  if (!settings.steady) smoother.reset();
  mix(settings.steady ? smoother.smooth(picture.data, painted) : painted, picture.data, settings.strength);
  context.putImageData(picture, 0, 0);
  const painting = canvas.transferToImageBitmap();
  send({ kind: "painted", painting }, painting);
}
