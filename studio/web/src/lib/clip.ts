/** Frames of a clip, taken by the browser where it can play it. */

import { inputOf, thumbnailUrl, upload, type Input } from "./api";

/** Enough for a preview, px of the longer side. */
const LONGEST = 768;

export interface Frame {
  seconds: number;
  input: Input;
  /** The frame itself, to be looked at. */
  url: string;
}

/** A frame at a moment, as a file of the studio's. */
export async function frameAt(video: HTMLVideoElement, seconds: number, clip: Input): Promise<Frame> {
  const picture = (await grab(video, seconds)) ?? (await firstFrame(clip));
  const stored = await upload(picture, `${clip.name.replace(/\.\w+$/, "")}-${seconds.toFixed(1)}s.jpg`);
  return { seconds, input: inputOf(stored), url: URL.createObjectURL(picture) };
}

async function grab(video: HTMLVideoElement, seconds: number): Promise<Blob | null> {
  if (!video.videoWidth) return null;
  const sought = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  video.currentTime = seconds;
  await Promise.race([sought, new Promise((resolve) => setTimeout(resolve, 4000))]);
  const factor = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
  const canvas = new OffscreenCanvas(
    Math.round(video.videoWidth * factor),
    Math.round(video.videoHeight * factor),
  );
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}

/** Of a clip that the browser cannot play, the studio knows the first frame. */
async function firstFrame(clip: Input): Promise<Blob> {
  const answer = await fetch(thumbnailUrl(clip.sha256, LONGEST));
  if (!answer.ok) throw new Error("This clip has no frame that could be shown.");
  return answer.blob();
}
