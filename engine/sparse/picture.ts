// A pattern as something to look at: characters in a grid.

import type { Pattern } from './matrix.ts';

/** Characters across and down, at most. */
const most = 40;
/** From no entries in a cell to nothing but entries. */
const ramp = ' .:+#';

/**
 * One string for each row of cells. A cell is one entry, or a rectangle of them where the matrix is large: a blank has none,
 * '#' only entries, and between are '.', ':' and '+' for the share of a third each.
 */
export function pictureOf({ rows, width, starts, columns }: Pattern): string[] {
  const [down, across] = [Math.min(rows, most), Math.min(width, most)];
  const counts = new Float64Array(down * across);
  for (let i = 0; i < rows; i++) {
    const row = Math.floor((i * down) / rows) * across;
    for (let e = starts[i]; e < starts[i + 1]; e++) counts[row + Math.floor((columns[e] * across) / width)]++;
  }
  // How many indices fall into each cell of an axis.
  const extent = (cell: number, cells: number, n: number): number =>
    Math.ceil(((cell + 1) * n) / cells) - Math.ceil((cell * n) / cells);
  return Array.from({ length: down }, (_r, i) =>
    Array.from({ length: across }, (_c, j) => {
      const share = counts[i * across + j] / (extent(i, down, rows) * extent(j, across, width));
      return share === 0 ? ramp[0] : share === 1 ? ramp[4] : ramp[1 + Math.min(2, Math.floor(3 * share))];
    }).join(''),
  );
}
