// The Jacobians a request asks for: forward or reverse, whole or only where they are not zero, by as few runs as will do.

import { located } from '../errors.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { JacobianRequest } from '../request.ts';
import type { Coloring } from '../sparse/coloring.ts';
import { allDifferent, colorColumns } from '../sparse/coloring.ts';
import type { Block } from '../sparse/layout.ts';
import { blockOf } from '../sparse/layout.ts';
import type { Pattern } from '../sparse/matrix.ts';
import { transposed } from '../sparse/matrix.ts';
import type { LinearProgram } from '../sparse/program.ts';
import { costOfRun, runColors } from '../sparse/program.ts';
import { linearize } from '../transform/linearize.ts';
import { isRunnable } from '../transform/runnable.ts';
import { transpose } from '../transform/transpose.ts';
import { emitBlock } from './blocks.ts';
import type { Compilation } from './compilation.ts';
import { emit, found } from './compilation.ts';
import { disconnected, lookupOf, lookupWrt } from './derivatives.ts';
import {
  chunksFor,
  coloringSteps,
  formatOf,
  offsetsOf,
  refuseUncompressed,
  seekPattern,
  variablesUsed,
} from './structure.ts';

export function addJacobians(c: Compilation): void {
  c.request.jacobians?.forEach((asked, at) => {
    located({ pointer: `/jacobians/${at}` }, () => addJacobian(c, asked, at));
  });
}

/** A program that is run once for each colour of its variables' elements. */
interface Runs {
  readonly program: LinearProgram;
  readonly coloring: Coloring;
}

/** A way to the Jacobian, and what it takes: operations, and elements computed or moved. */
interface Way {
  readonly mode: 'forward' | 'reverse';
  readonly runs: readonly Runs[];
  readonly work: number;
}

/** Both ways, where both are allowed; the other one is null. */
interface Ways {
  readonly forward: Way | null;
  readonly reverse: Way | null;
}

function wayOf(mode: Way['mode'], runs: readonly Runs[]): Way {
  const work = runs.reduce((sum, { program, coloring }) => {
    const { flops, elements } = costOfRun(program);
    return sum + coloring.count * (flops + elements);
  }, 0);
  return { mode, runs, work };
}

/** The way with less work; forward where there is no difference. */
const better = ({ forward, reverse }: Ways): Way =>
  reverse === null || (forward !== null && forward.work <= reverse.work) ? forward! : reverse;

/** What is differentiated, and its linearisation in both directions. */
interface Subject {
  readonly of: Value;
  readonly wrt: readonly Value[];
  readonly rows: number;
  /** Where the columns of each wrt begin, and where the last ones end. */
  readonly offsets: readonly number[];
  readonly forward: LinearProgram;
  /** Null where only the forward mode is asked for. */
  readonly reverse: LinearProgram | null;
}

function tangentsOf(c: Compilation, of: Value, wrt: readonly Value[]): LinearProgram & Pick<Tape, 'tape'> {
  const variables = wrt.map((x) => c.builder.placeholder(x.aval));
  const seeds = wrt.map((value, i) => ({ value, tangent: variables[i] }));
  const { tangents, tape } = linearize(c.builder, [of], seeds);
  return { variables, results: tangents, tape };
}
type Tape = ReturnType<typeof linearize>;

function subjectOf(c: Compilation, asked: JacobianRequest, at: number): Subject {
  const of = lookupOf(c, asked.of, `/jacobians/${at}/of`);
  const wrt = lookupWrt(c, asked.wrt, `/jacobians/${at}/wrt`);
  const { tape, ...forward } = tangentsOf(c, of, wrt);
  const ct = c.builder.placeholder(of.aval);
  const reverse = (): LinearProgram => ({
    variables: [ct],
    results: transpose(c.builder, tape, forward.variables, forward.results, [ct]),
  });
  return {
    of,
    wrt,
    rows: sizeOf(of.aval.shape),
    offsets: offsetsOf(wrt),
    forward,
    reverse: asked.mode === 'forward' ? null : reverse(),
  };
}

/** Whether forward mode is a way: where it is asked for, and, unless that is refused, where either will do. */
const goesForward = ({ results }: LinearProgram, mode: JacobianRequest['mode']): boolean =>
  mode === 'forward' || (mode !== 'reverse' && isRunnable(results));

/** Every column by itself, or every row. Forward, each wrt has a program of its own: the others' tangents are no work then. */
function wholeWays(c: Compilation, { of, wrt, rows, forward, reverse }: Subject, mode: JacobianRequest['mode']): Ways {
  const programs = wrt.length === 1 ? [forward] : wrt.map((x) => tangentsOf(c, of, [x]));
  return {
    forward: !goesForward(forward, mode)
      ? null
      : wayOf(
          'forward',
          programs.map((program, k) => ({ program, coloring: allDifferent(sizeOf(wrt[k].aval.shape)) })),
        ),
    reverse: reverse === null ? null : wayOf('reverse', [{ program: reverse, coloring: allDifferent(rows) }]),
  };
}

const coloredWays = (
  pattern: Pattern,
  { forward, reverse }: Subject,
  mode: JacobianRequest['mode'],
  steps: number,
): Ways => ({
  forward: goesForward(forward, mode)
    ? wayOf('forward', [{ program: forward, coloring: colorColumns(pattern, steps) }])
    : null,
  reverse:
    reverse === null
      ? null
      : wayOf('reverse', [{ program: reverse, coloring: colorColumns(transposed(pattern), steps) }]),
});

function addJacobian(c: Compilation, asked: JacobianRequest, at: number): void {
  const subject = subjectOf(c, asked, at);
  const { of, wrt, rows, offsets, forward } = subject;
  const { mode } = asked;
  const format = formatOf(asked.sparse);
  const whole = format === null ? wholeWays(c, subject, mode) : null;
  const pattern = seekPattern(c, {
    program: forward,
    sizes: [rows],
    rank: of.aval.shape.length + Math.max(...wrt.map((x) => x.aval.shape.length)),
    format,
    work: whole === null ? 0 : better(whole).work,
  });
  const colored = pattern === null ? null : coloredWays(pattern, subject, mode, coloringSteps(format));
  const useColors = colored !== null && (whole === null || 2 * better(colored).work < better(whole).work);
  const ways = useColors ? colored : whole!;
  const way = better(ways);
  if (format !== null) {
    const elements = way.mode === 'forward' ? rows : offsets[wrt.length];
    refuseUncompressed(c, rows, offsets[wrt.length], way.runs[0].coloring.count, elements);
  }
  const chunks = way.runs.map(({ program, coloring }) => chunksFor(c, program, coloring.count));
  const images = way.runs.map(({ program, coloring }, k) => runColors(c.builder, program, coloring, chunks[k]));

  const used = variablesUsed(forward);
  wrt.forEach((x, k) => {
    const slot = { kind: 'jacobians', at, name: asked.wrt[k] } as const;
    if (!used.has(forward.variables[k])) disconnected(c, asked.of, asked.wrt[k]);
    if (useColors) {
      const block = blockOf(pattern!, [0, rows], [offsets[k], offsets[k + 1]]);
      const image = images[0][way.mode === 'forward' ? 0 : k];
      const places = placesIn(way, block, rows, offsets[k], sizeOf(x.aval.shape));
      emitBlock(c, slot, { block, image, places, above: of.aval.shape, beside: x.aval, format });
    } else if (way.mode === 'reverse') emit(c, slot, rowsOf(c, images[0][k], of, x));
    else emit(c, slot, columnsOf(c, images[k][0], of, x));
  });
  c.structures.push({
    kind: 'jacobians',
    at,
    mode: way.mode,
    rows,
    columns: offsets[wrt.length],
    vectors: way.runs.reduce((n, { coloring }) => n + coloring.count, 0),
    chunks: Math.max(...chunks),
    work: { forward: ways.forward?.work, reverse: ways.reverse?.work },
    ...(useColors ? found(c, pattern!, way.runs[0].coloring) : {}),
  });
}

/** Where the entries of a block lie in what the colours' runs have given. */
function placesIn(way: Way, block: Block, rows: number, offset: number, width: number): Int32Array {
  const { colors } = way.runs[0].coloring;
  const { rows: i, columns: j } = block;
  return way.mode === 'forward'
    ? j.map((column, e) => colors[offset + column] * rows + i[e])
    : i.map((row, e) => colors[row] * width + j[e]);
}

function rowsOf(c: Compilation, image: Value | null, of: Value, x: Value): Value {
  const shape = [...of.aval.shape, ...x.aval.shape];
  return image === null ? c.builder.zeros({ dtype: x.aval.dtype, shape }) : c.builder.reshape(image, { shape });
}

function columnsOf(c: Compilation, image: Value | null, of: Value, x: Value): Value {
  const b = c.builder;
  const shape = [...of.aval.shape, ...x.aval.shape];
  if (image === null) return b.zeros({ dtype: x.aval.dtype, shape });
  return b.cast(b.reshape(b.permute_dims(image, { axes: [1, 0] }), { shape }), x.aval.dtype);
}
