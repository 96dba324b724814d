/** Frames of one size for a few pictures beside each other. */

export interface Grid {
  columns: number;
  /** Of each frame, px. */
  width: number;
}

/**
 * The grid whose frames are the largest.
 *
 * `ratio` is the frames' width / height; `room` is the width and the height there is, `gap` the distance between frames
 * across and down, px.
 */
export function largestGrid(
  count: number,
  ratio: number,
  room: [number, number],
  gap: [number, number],
): Grid {
  let best: Grid = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const across = (room[0] - (columns - 1) * gap[0]) / columns;
    const down = (room[1] - rows * gap[1]) / rows;
    const width = Math.max(0, Math.min(across, down * ratio));
    if (width > best.width) best = { columns, width };
  }
  return best;
}
