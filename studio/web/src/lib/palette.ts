/** Extract a picture's main colours in the browser: k-means in OKLab. */

type Lab = [number, number, number];

/** Side to which the picture is reduced first, px. */
const SIDE = 72;
const ROUNDS = 12;

export async function extractPalette(file: Blob, count = 5): Promise<string[]> {
  const image = await createImageBitmap(file, { resizeWidth: SIDE, resizeHeight: SIDE });
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d");
  if (!context) throw new Error("This browser has no canvas to read colours from.");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  const colors: Lab[] = [];
  for (let at = 0; at < data.length; at += 4)
    if ((data[at + 3] ?? 0) > 127) colors.push(labOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0));
  if (!colors.length) throw new Error("This picture is all transparent.");
  return means(colors, count)
    .sort((a, b) => a[0] - b[0])
    .map(hexOf);
}

function means(colors: Lab[], count: number): Lab[] {
  // Start from the mean, then add the colour furthest from all centres so far, so that rare accents are found.
  let centres: Lab[] = [mean(colors)];
  while (centres.length < count) {
    const distances = colors.map((color) => Math.min(...centres.map((centre) => distance(color, centre))));
    centres.push(colors[distances.indexOf(Math.max(...distances))] ?? mean(colors));
  }
  for (let round = 0; round < ROUNDS; round++) {
    const groups: Lab[][] = centres.map(() => []);
    for (const color of colors) {
      const distances = centres.map((centre) => distance(color, centre));
      groups[distances.indexOf(Math.min(...distances))]?.push(color);
    }
    centres = centres.map((centre, index) => (groups[index]?.length ? mean(groups[index]) : centre));
  }
  return centres;
}

function mean(colors: Lab[]): Lab {
  const sum: Lab = [0, 0, 0];
  for (const color of colors) for (const at of [0, 1, 2] as const) sum[at] += color[at] / colors.length;
  return sum;
}

const distance = (a: Lab, b: Lab): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;

/** Björn Ottosson's OKLab, 2020. */
function labOf(red: number, green: number, blue: number): Lab {
  const linear = (byte: number): number =>
    byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function hexOf([light, a, b]: Lab): string {
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const byte = (linear: number): string => {
    const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, value)))
      .toString(16)
      .padStart(2, "0");
  };
  return `#${byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)}${byte(
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
  )}${byte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)}`;
}
