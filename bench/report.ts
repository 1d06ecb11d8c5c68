// Rows of the comparison as lines on the terminal and as the table of docs/performance.md.

/** One case against one peer. A row without a ratio says in its note why there is none. */
export interface Row {
  readonly case: string;
  readonly peer: string;
  /** Median seconds of a call. */
  readonly ours?: number;
  readonly theirs?: number;
  /** The shortest of either. */
  readonly least?: readonly [number, number];
  /** Median of the rounds' ratios, and its quartiles. */
  readonly ratio?: number;
  readonly spread?: readonly [number, number];
  readonly target?: number;
  /** `most` where the ratio is a number that should be small. */
  readonly bound?: 'least' | 'most';
  readonly note?: string;
}

export function met({ ratio, target, bound }: Row): boolean | undefined {
  if (ratio === undefined || target === undefined) return undefined;
  return bound === 'most' ? ratio <= target : ratio >= target;
}

/** Seconds in the unit in which they are short: 0.38 µs, 12.5 ms. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  const [scale, unit] = seconds < 1e-3 ? [1e6, 'µs'] : seconds < 1 ? [1e3, 'ms'] : [1, 's'];
  return `${digits(seconds * scale)} ${unit}`;
}

const digits = (x: number): string => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(x >= 0.1 ? 2 : 4));

function cells(row: Row): string[] {
  const { ratio, spread, target, bound, note } = row;
  const verdict = met(row);
  return [
    row.case,
    row.peer,
    duration(row.ours),
    duration(row.theirs),
    ratio === undefined ? '' : digits(ratio),
    spread === undefined ? '' : `${digits(spread[0])}–${digits(spread[1])}`,
    target === undefined ? '' : `${bound === 'most' ? '≤ ' : ''}${target}`,
    verdict === undefined ? (target === undefined ? '' : 'no') : verdict ? 'yes' : 'no',
    note ?? '',
  ];
}

const headings = ['case', 'peer', 'Cotangent', 'peer takes', 'ratio', 'quartiles', 'target', 'met', ''];
const widths = [56, 26, 10, 10, 8, 13, 7, 4];
const line = (row: readonly string[]): string =>
  row
    .map((cell, i) => cell.padEnd(widths[i] ?? 0))
    .join('  ')
    .trimEnd();

export const terminalHead = (): string => line(headings);
export const terminalLine = (row: Row): string => line(cells(row));

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${cells(row).join(' | ')} |`);
  return [`| ${headings.join(' | ')} |`, `|${' --- |'.repeat(headings.length)}`, ...lines].join('\n');
}

/** What a bench writes into docs/performance.md: the name of the part, and the script that writes it. */
export interface Part {
  readonly name: string;
  readonly script: string;
}

const engine: Part = { name: 'results', script: 'bench' };

/** A page with what stands between the two marks of a part replaced. */
export function withResults(page: string, results: string, { name, script }: Part = engine): string {
  const begin = `<!-- ${name}: written by npm run ${script} -- --write -->`;
  const [from, to] = [page.indexOf(begin), page.indexOf(`<!-- end of ${name} -->`)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has lost the marks between which its ${name} stand.`);
  return `${page.slice(0, from)}${begin}\n\n${results}\n\n${page.slice(to)}`;
}
