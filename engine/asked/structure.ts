// What a Jacobian or Hessian is made by: its pattern where that is worth finding, how many runs, in how many parts.

import { EngineError } from '../errors.ts';
import { isFloat, sizeOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { reachable } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import { KnownTensors } from '../sparse/known.ts';
import type { SparseFormat } from '../sparse/layout.ts';
import type { Pattern } from '../sparse/matrix.ts';
import { patternOf } from '../sparse/pattern.ts';
import type { LinearProgram } from '../sparse/program.ts';
import { costOfRun } from '../sparse/program.ts';
import type { Compilation } from './compilation.ts';

/** Steps that finding a pattern may take: seconds, and a part of the memory, of which each takes some bytes. */
const stepsFor = (c: Compilation): number => Math.min(3e8, c.limits.bytes / 16);
/** The same where the pattern is only a shortcut: milliseconds. */
const mostShortcutSteps = 4e6;
/** Steps that colouring may take; past them every column has a colour of its own. */
export const coloringSteps = (format: SparseFormat | null): number => (format === null ? 2e7 : 5e8);

/** A whole matrix of fewer elements is computed as it is. */
const smallest = 256;
/** Parts that a run over many vectors is cut into at most. */
const mostChunks = 256;

/** How a sparse answer is asked for; null where it is not. */
export const formatOf = (sparse: boolean | SparseFormat | undefined): SparseFormat | null =>
  sparse === undefined || sparse === false ? null : sparse === true ? 'coo' : sparse;

/** Where the elements of each value begin when they stand one value after another, and where the last ones end. */
export function offsetsOf(values: readonly Value[]): number[] {
  const offsets = [0];
  for (const { aval } of values) offsets.push(offsets[offsets.length - 1] + sizeOf(aval.shape));
  return offsets;
}

/** Where results depend on variables. `rank` is how many indices an entry has. */
export interface Sought {
  readonly program: LinearProgram;
  /** Elements of each result. */
  readonly sizes: readonly number[];
  readonly rank: number;
  readonly format: SparseFormat | null;
  /** What the whole matrix would take, in operations and elements moved; only read where no format is asked for. */
  readonly work: number;
}

/**
 * The pattern of a program's matrix. Where the answer is sparse, integer inputs are looked at and a pattern that cannot be
 * had is refused; where it is whole, the pattern is a shortcut, sought if it may pay.
 */
export function seekPattern(c: Compilation, { program, sizes, rank, format, work }: Sought): Pattern | null {
  const rows = sizes.reduce((n, size) => n + size, 0);
  const columns = program.variables.reduce((n, x) => n + sizeOf(x.aval.shape), 0);
  if (format === null) {
    const { elements } = costOfRun(program);
    const steps = Math.min(mostShortcutSteps, work / 8);
    if (rows * columns < smallest || elements + columns > steps) return null;
    const budget = { steps, entries: (rows * columns) / 4 };
    const found = patternOf(program, sizes, new KnownTensors(new Map()), budget);
    return typeof found === 'string' ? null : found;
  }
  const known = new KnownTensors(integerInputs(c));
  const bytes = (format === 'coo' ? 4 * rank : 4) + 8;
  const entries = Math.floor(c.limits.output_bytes / bytes / (c.batch?.size ?? 1));
  const found = patternOf(program, sizes, known, { steps: stepsFor(c), entries });
  if (typeof found === 'string') {
    throw new EngineError('E_LIMIT', {
      message:
        found === 'entries'
          ? `The ${rows} × ${columns} matrix has more than ${entries} entries that may be other than zero, too many to return.`
          : `Finding where the ${rows} × ${columns} matrix is zero would take too long.`,
      hint: 'Jacobian-vector products ("jvps", batched gradients, "hvps") need no matrix.',
    });
  }
  for (const value of known.used) c.assumed.set(value, c.tensors.get(value)!);
  return found;
}

/** Inputs that decide which elements are read, and have no derivatives: indices and masks. */
function integerInputs(c: Compilation): ReadonlyMap<Value, Tensor> {
  const given = new Map<Value, Tensor>();
  for (const { value } of c.posted) {
    const tensor = c.tensors.get(value);
    if (tensor !== undefined && !isFloat(tensor.dtype)) given.set(value, tensor);
  }
  return given;
}

/** In how many parts so many runs of a program are made, for half of the memory to suffice. */
export function chunksFor(c: Compilation, program: LinearProgram, runs: number): number {
  const bytes = runs * costOfRun(program).peak_bytes * (c.batch?.size ?? 1);
  return Math.min(Math.max(1, runs), mostChunks, Math.max(1, Math.ceil((2 * bytes) / c.limits.bytes)));
}

/** Refuses a sparse matrix whose structure saves too little: its products alone would be larger than a tensor may be. */
export function refuseUncompressed(
  c: Compilation,
  rows: number,
  columns: number,
  vectors: number,
  elements: number,
): void {
  const total = vectors * elements * (c.batch?.size ?? 1);
  if (total <= c.limits.tensor_elements) return;
  throw new EngineError('E_LIMIT', {
    message:
      `The ${rows} × ${columns} matrix takes ${vectors} products of ${elements} elements: ${total} elements, and the limit ` +
      `is ${c.limits.tensor_elements}.`,
    hint: 'Fewer products would do if fewer entries shared a row or a column.',
  });
}

/** The variables that a program's results depend on. */
export function variablesUsed({ variables, results }: LinearProgram): ReadonlySet<Value> {
  const live = results.flatMap((y) => y ?? []);
  const used = new Set<Value>([...live, ...reachable(live).flatMap((node) => node.inputs)]);
  return new Set(variables.filter((x) => used.has(x)));
}
