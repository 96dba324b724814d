/** The thumbnail of a preset: what its settings make of the photograph that was shown. */

/** Longer sides to try, px: the first whose PNG is small enough is taken. */
const SIDES = [160, 112, 80];
const MOST_BYTES = 64 * 1024;

/** Return a picture's thumbnail as a PNG in base64; null where the browser cannot read it. */
export async function thumbnailOf(seen: Blob): Promise<string | null> {
  try {
    const picture = await createImageBitmap(seen);
    for (const side of SIDES) {
      const scale = Math.min(1, side / Math.max(picture.width, picture.height));
      const [width, height] = [picture.width, picture.height].map((one) =>
        Math.max(1, Math.round(one * scale)),
      );
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      if (!context) return null;
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
      if (png && png.size <= MOST_BYTES) return toBase64(await png.arrayBuffer());
    }
  } catch {
    // A preset without a thumbnail is one, too.
  }
  return null;
}

export function toBase64(bytes: ArrayBuffer): string {
  return btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
}
