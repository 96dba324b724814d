/** Pictures of different shapes in rows of one width: where each tile lies, and which of them a screen shows. */

export interface Tile {
  left: number;
  top: number;
  /** Of the tile and its picture, px. */
  width: number;
  /** Of the picture, px; the tile's is greater by the caption. */
  height: number;
}

export interface RowOptions {
  /** Of a row, px. */
  width: number;
  /** Between tiles and between rows, px. */
  gap: [number, number];
  /** The least and the greatest height of a picture, px. */
  heights: [number, number];
  /** Height of what stands below each picture, px. */
  caption: number;
}

export interface TileLayout {
  tiles: Tile[];
  /** Of all rows, px. */
  height: number;
}

/** Fill rows with pictures of these shapes (width / height), each row as wide as there is room. */
export function layoutRows(ratios: number[], options: RowOptions): TileLayout {
  const { width, caption } = options;
  const [across, down] = options.gap;
  const [least, most] = options.heights;
  const tiles: Tile[] = [];
  let top = 0;
  let last = least;
  for (let first = 0; first < ratios.length;) {
    let end = first;
    let sum = 0;
    do sum += ratios[end++] ?? 1;
    while (end < ratios.length && (sum + (ratios[end] ?? 1)) * least + (end - first) * across <= width);
    const filled = Math.max(1, width - (end - first - 1) * across) / sum;
    // A last row with few pictures is no higher than the one above it.
    const height = Math.min(filled, most, end === ratios.length && first > 0 ? last : most);
    let left = 0;
    for (; first < end; first++) {
      const tile = { left, top, width: height * (ratios[first] ?? 1), height };
      tiles.push(tile);
      left += tile.width + across;
    }
    last = height;
    top += height + caption + down;
  }
  return { tiles, height: Math.max(0, top - down) };
}

/** The tiles between two heights, px: the first, and the one after the last. */
export function tilesBetween(
  { tiles }: TileLayout,
  from: number,
  to: number,
  caption: number,
): [number, number] {
  const first = lowerBound(tiles, (tile) => tile.top + tile.height + caption >= from);
  return [first, lowerBound(tiles, (tile) => tile.top > to)];
}

/** The index of the first tile for which `holds`, which then holds for all that follow. */
function lowerBound(tiles: Tile[], holds: (tile: Tile) => boolean): number {
  let [low, high] = [0, tiles.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const tile = tiles[middle];
    if (tile && holds(tile)) high = middle;
    else low = middle + 1;
  }
  return low;
}
