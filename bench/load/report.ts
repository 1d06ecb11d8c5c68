// What the servers did under load, as lines on the terminal and as the table of docs/performance.md.

import type { Measured } from './drive.ts';

/** One server at one load. */
export interface Row {
  readonly workload: string;
  readonly connections: number;
  readonly server: string;
  readonly measured: Measured;
  /** Our answers a second over the server's: median of the rounds. Absent for ours. */
  readonly ratio?: number;
  readonly target?: number;
}

export const met = ({ ratio, target }: Row): boolean | undefined =>
  ratio === undefined || target === undefined ? undefined : ratio >= target;

const headings = [
  'requests',
  'connections',
  'server',
  'answers/s',
  'p50 ms',
  'p99 ms',
  'p99.9 ms',
  'CPU s per 1,000',
  'MB',
  'failed',
  'Cotangent over it',
  'target',
  'met',
];

const digits = (x: number): string =>
  Number.isNaN(x) ? '' : x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x >= 1 ? x.toFixed(2) : x.toFixed(3);

function cells(row: Row): string[] {
  const { workload, connections, server, measured, ratio, target } = row;
  const verdict = met(row);
  return [
    workload,
    String(connections),
    server,
    digits(measured.perSecond),
    digits(measured.p50),
    digits(measured.p99),
    digits(measured.p999),
    digits(measured.cpu),
    measured.memory.toFixed(0),
    measured.failed === 0 ? '' : String(measured.failed),
    ratio === undefined ? '' : digits(ratio),
    target === undefined ? '' : String(target),
    verdict === undefined ? '' : verdict ? 'yes' : 'no',
  ];
}

const widths = [28, 11, 36, 9, 7, 7, 8, 15, 6, 6, 17, 6, 3];
const line = (row: readonly string[]): string =>
  row
    .map((cell, i) => cell.slice(0, widths[i]).padEnd(widths[i]))
    .join(' ')
    .trimEnd();

export const terminalHead = (): string => line(headings);
export const terminalLine = (row: Row): string => line(cells(row));

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${cells(row).join(' | ')} |`);
  return [`| ${headings.join(' | ')} |`, `|${' --- |'.repeat(headings.length)}`, ...lines].join('\n');
}
