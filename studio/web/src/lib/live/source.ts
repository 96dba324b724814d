/** Where frames come from: a camera, a clip or a still picture. */

import type { Key } from "../i18n.svelte";

/** Cameras are asked for no more than is painted, px. */
const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Why there is no picture from a camera: one of the dictionary's sentences. */
export class NoCamera extends Error {
  constructor(readonly key: Key) {
    super(key);
  }
}

const REASONS: Record<string, Key> = {
  NotAllowedError: "live.denied",
  SecurityError: "live.denied",
  NotFoundError: "live.none",
  OverconstrainedError: "live.none",
  NotReadableError: "live.busy",
  AbortError: "live.busy",
};

/** Have a video element show a camera. */
export async function openCamera(video: HTMLVideoElement, device: string): Promise<MediaStream> {
  // Browsers hand out cameras to this machine's own pages, and to others over HTTPS only.
  if (!isSecureContext || !navigator.mediaDevices) throw new NoCamera("live.insecure");
  const which = device ? { deviceId: { exact: device } } : { facingMode: "user" };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { ...WANTED, ...which },
      audio: false,
    });
    video.srcObject = stream;
    await video.play();
    return stream;
  } catch (error) {
    throw new NoCamera(REASONS[(error as DOMException).name] ?? "live.busy");
  }
}

/** The cameras there are; their names are known once one was allowed. */
export async function cameras(): Promise<MediaDeviceInfo[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return devices.filter((device) => device.kind === "videoinput" && device.deviceId);
}

/** Have a video element play a file, again and again. */
export async function openClip(video: HTMLVideoElement, file: Blob): Promise<void> {
  video.src = URL.createObjectURL(file);
  video.loop = true;
  await video.play();
}

export function shut(video: HTMLVideoElement): void {
  const stream = video.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  video.pause();
  if (video.src) URL.revokeObjectURL(video.src);
  video.srcObject = null;
  video.removeAttribute("src");
}
