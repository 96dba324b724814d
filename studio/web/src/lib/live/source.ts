/** Sources of frames: a camera or a clip, played by a video element. */

import type { Key } from "../i18n.svelte";

/** Requested from cameras: no more than is painted, px. */
const CONSTRAINTS = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Why the camera could not be opened; `key` is the text for the user. */
export class CameraError extends Error {
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

/** Show a camera in a video element. */
export async function openCamera(video: HTMLVideoElement, device: string): Promise<MediaStream> {
  // Browsers allow cameras in secure contexts only: pages of this machine, or over HTTPS.
  if (!isSecureContext || !navigator.mediaDevices) throw new CameraError("live.insecure");
  const which = device ? { deviceId: { exact: device } } : { facingMode: "user" };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { ...CONSTRAINTS, ...which },
      audio: false,
    });
    video.srcObject = stream;
    await video.play();
    return stream;
  } catch (error) {
    throw new CameraError(REASONS[(error as DOMException).name] ?? "live.busy");
  }
}

/** The cameras. Their names are known once the user has allowed one. */
export async function cameras(): Promise<MediaDeviceInfo[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return devices.filter((device) => device.kind === "videoinput" && device.deviceId);
}

/** Play a file in a loop in a video element. */
export async function openClip(video: HTMLVideoElement, file: Blob): Promise<void> {
  video.src = URL.createObjectURL(file);
  video.loop = true;
  await video.play();
}

export function closeVideo(video: HTMLVideoElement): void {
  const stream = video.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  video.pause();
  if (video.src) URL.revokeObjectURL(video.src);
  video.srcObject = null;
  video.removeAttribute("src");
}
