// What the servers did under load, as lines on the terminal and as the table of docs/performance.md.

import type { Measured } from './drive.ts';
import type { OverloadRow } from './overload.ts';
import { overloadTargets } from './overload.ts';

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
const line = (row: readonly string[], widths: readonly number[]): string =>
  row
    .map((cell, i) => cell.slice(0, widths[i]).padEnd(widths[i]))
    .join(' ')
    .trimEnd();

const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string =>
  [headings, headings.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

export const terminalHead = (): string => line(headings, widths);
export const terminalLine = (row: Row): string => line(cells(row), widths);
export const markdown = (rows: readonly Row[]): string => table(headings, rows.map(cells));

/** Whether what is beyond capacity keeps its goodput and its health. */
export const overloadMet = ({ over, part, healthMost }: OverloadRow): boolean | undefined =>
  over ? part >= overloadTargets.part && healthMost < overloadTargets.healthMs : undefined;

const overloadHeadings = [
  'requests',
  'offered',
  'answers/s',
  'of the peak',
  '503s/s',
  'p50 ms',
  'p99 ms',
  'health p50 ms',
  'most',
  'MB',
  'failed',
  'target',
  'met',
];

function overloadCells(row: OverloadRow): string[] {
  const verdict = overloadMet(row);
  return [
    row.work,
    row.offer,
    digits(row.perSecond),
    digits(row.part),
    row.refused === 0 ? '' : digits(row.refused),
    digits(row.p50),
    digits(row.p99),
    digits(row.health),
    digits(row.healthMost),
    row.memory.toFixed(0),
    row.failed === 0 ? '' : String(row.failed),
    verdict === undefined ? '' : `≥ ${overloadTargets.part}, health < ${overloadTargets.healthMs} ms`,
    verdict === undefined ? '' : verdict ? 'yes' : 'no',
  ];
}

const overloadWidths = [16, 26, 9, 11, 8, 7, 7, 13, 7, 6, 6, 24, 3];
export const overloadHead = (): string => line(overloadHeadings, overloadWidths);
export const overloadLine = (row: OverloadRow): string => line(overloadCells(row), overloadWidths);
export const overloadMarkdown = (rows: readonly OverloadRow[]): string =>
  `Beyond capacity:\n\n${table(overloadHeadings, rows.map(overloadCells))}`;
