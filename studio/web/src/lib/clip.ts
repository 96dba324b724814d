/** Capture frames of a clip in the browser. */

import { type Input, inputOf, thumbnailUrl, upload } from "./api";

/** Size of a captured frame, px of the longer side. */
const MAX_SIDE = 768;

export interface Frame {
  seconds: number;
  input: Input;
  /** Object URL of the frame. */
  url: string;
}

/** Capture the frame at a moment, and upload it. */
export async function captureFrame(video: HTMLVideoElement, seconds: number, clip: Input): Promise<Frame> {
  const picture = (await captureWithCanvas(video, seconds)) ?? (await firstFrame(clip));
  const stored = await upload(picture, `${clip.name.replace(/\.\w+$/, "")}-${seconds.toFixed(1)}s.jpg`);
  return { seconds, input: inputOf(stored), url: URL.createObjectURL(picture) };
}

async function captureWithCanvas(video: HTMLVideoElement, seconds: number): Promise<Blob | null> {
  if (!video.videoWidth) return null;
  const seeked = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  video.currentTime = seconds;
  await Promise.race([seeked, new Promise((resolve) => setTimeout(resolve, 4000))]);
  const factor = Math.min(1, MAX_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = new OffscreenCanvas(
    Math.round(video.videoWidth * factor),
    Math.round(video.videoHeight * factor),
  );
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}

/** The clip's first frame, from the studio: for clips that the browser cannot play. */
async function firstFrame(clip: Input): Promise<Blob> {
  const answer = await fetch(thumbnailUrl(clip.sha256, MAX_SIDE));
  if (!answer.ok) throw new Error("This clip has no frame that could be shown.");
  return answer.blob();
}
