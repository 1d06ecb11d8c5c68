// The places of a sparse matrix, row by row.

/** Row i has entries in the columns columns[starts[i]] … columns[starts[i + 1] − 1], ascending. */
export interface Pattern {
  readonly rows: number;
  readonly width: number;
  readonly starts: Int32Array;
  readonly columns: Int32Array;
}

/** How many entries there are. */
export const entriesOf = ({ starts, rows }: Pattern): number => starts[rows];

/** The pattern of the transposed matrix. */
export function transposed({ rows, width, starts, columns }: Pattern): Pattern {
  const turned = new Int32Array(width + 1);
  for (const j of columns) turned[j + 1]++;
  for (let j = 0; j < width; j++) turned[j + 1] += turned[j];
  const next = turned.slice(0, width);
  const places = new Int32Array(columns.length);
  for (let i = 0; i < rows; i++) for (let e = starts[i]; e < starts[i + 1]; e++) places[next[columns[e]]++] = i;
  return { rows: width, width: rows, starts: turned, columns: places };
}

/** The most entries of a row. */
export function widest({ rows, starts }: Pattern): number {
  let most = 0;
  for (let i = 0; i < rows; i++) most = Math.max(most, starts[i + 1] - starts[i]);
  return most;
}

/** Whether (i, j) is an entry exactly where (j, i) is. */
export function isSymmetric(pattern: Pattern): boolean {
  if (pattern.rows !== pattern.width) return false;
  const other = transposed(pattern);
  return (
    other.starts.every((s, i) => s === pattern.starts[i]) && other.columns.every((j, e) => j === pattern.columns[e])
  );
}
