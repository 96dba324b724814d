/** Canvases to draw on that are not shown: made, read, and turned into files. */

export const canvasOf = (width: number, height: number): HTMLCanvasElement =>
  Object.assign(document.createElement("canvas"), { width, height });

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser has no canvas to draw on.");
  return context;
}

/** The pixels of a picture's file at a size, px. */
export async function pixelsOf(file: Blob, width: number, height: number): Promise<ImageData> {
  return drawnPixels(await createImageBitmap(file), width, height);
}

/** The pixels of a decoded picture at a size, px. */
export function drawnPixels(picture: CanvasImageSource, width: number, height: number): ImageData {
  const context = contextOf(canvasOf(width, height));
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

export const pngOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be written."))),
      "image/png",
    ),
  );
