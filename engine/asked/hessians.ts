// The Hessians a request asks for, and their products with vectors: those of all columns, or of as many as there are colours.

import { escapePointer } from '../codec/decode.ts';
import { EngineError, located } from '../errors.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import type { HessianRequest } from '../request.ts';
import type { Coloring } from '../sparse/coloring.ts';
import { allDifferent, colorColumns, colorStars, columnPlaces, starPlaces } from '../sparse/coloring.ts';
import { blockOf } from '../sparse/layout.ts';
import type { Pattern } from '../sparse/matrix.ts';
import { isSymmetric } from '../sparse/matrix.ts';
import type { LinearProgram } from '../sparse/program.ts';
import { costOfRun, runColors } from '../sparse/program.ts';
import { hessianProducts, hvp, vjp } from '../transform/derivatives.ts';
import { emitBlock } from './blocks.ts';
import type { Compilation } from './compilation.ts';
import { emit, fieldOf, found } from './compilation.ts';
import { lookupOf, lookupVariable, lookupWrt, orZeros, summed, vector } from './derivatives.ts';
import { chunksFor, coloringSteps, formatOf, offsetsOf, refuseUncompressed, seekPattern } from './structure.ts';

export function addHessians(c: Compilation): void {
  c.request.hessians?.forEach((asked, at) => {
    located({ pointer: `/hessians/${at}` }, () => addHessian(c, asked, at));
  });
}

const everyOne = (list: readonly unknown[]): number[] => list.map((_x, k) => k);

export function addHvps(c: Compilation): void {
  const b = c.builder;
  c.request.hvps?.forEach((asked, at) => {
    const pointer = `/hvps/${at}`;
    const of = summed(c, lookupOf(c, asked.of, `${pointer}/of`), asked.of);
    const names = Object.keys(asked.vectors);
    if (names.length === 0) {
      throw new EngineError('E_WRT_EMPTY', { pointer: `${pointer}/vectors`, message: 'vectors names nothing.' });
    }
    const place = (name: string): string => `${pointer}/vectors/${escapePointer(name)}`;
    const wrt = names.map((name) => lookupVariable(c, name, place(name), 'vector of'));
    const vectors = names.map((name, k) =>
      vector(c, fieldOf(asked.vectors, name), place(name), wrt[k].aval, 'vector', false),
    );
    hvp(b, of, wrt, vectors).forEach((h, k) => emit(c, { kind: 'hvps', at, name: names[k] }, h));
  });
}

/** Products with vectors of one wrt alone. */
function columnsOfHessian(b: Builder, gradients: readonly Value[], wrt: readonly Value[], k: number): LinearProgram {
  const variables = [b.placeholder(wrt[k].aval)];
  return { variables, results: hessianProducts(b, gradients, wrt, [k], variables).results };
}

const workOf = (program: LinearProgram, vectors: number): number => {
  const { flops, elements } = costOfRun(program);
  return vectors * (flops + elements);
};

/** How the entries of a pattern are told apart: by a star colouring, or, where the pattern is not symmetric, by columns. */
function colored(pattern: Pattern, steps: number): { readonly coloring: Coloring; readonly places: () => Int32Array } {
  if (!isSymmetric(pattern)) {
    const coloring = colorColumns(pattern, steps);
    return { coloring, places: () => columnPlaces(pattern, coloring) };
  }
  const coloring = colorStars(pattern, steps);
  return { coloring, places: () => starPlaces(pattern, coloring) };
}

function addHessian(c: Compilation, asked: HessianRequest, at: number): void {
  const b = c.builder;
  const of = summed(c, lookupOf(c, asked.of, `/hessians/${at}/of`), asked.of);
  const wrt = lookupWrt(c, asked.wrt, `/hessians/${at}/wrt`);
  const format = formatOf(asked.sparse);
  const offsets = offsetsOf(wrt);
  const width = offsets[wrt.length];
  const gradients = vjp(b, [of], wrt, [b.fill(of.aval, 1)]).map((g, k) =>
    orZeros(c, g, wrt[k].aval, asked.of, asked.wrt[k]),
  );
  const variables = wrt.map((x) => b.placeholder(x.aval));
  const { mode, results } = hessianProducts(b, gradients, wrt, everyOne(wrt), variables);
  const product: LinearProgram = { variables, results };

  // Column by column each wrt has a program of its own: the others' tangents are no work then.
  const whole =
    format !== null ? null : wrt.length === 1 ? [product] : wrt.map((_x, k) => columnsOfHessian(b, gradients, wrt, k));
  const wholeWork = whole?.reduce((sum, p, k) => sum + workOf(p, sizeOf(wrt[k].aval.shape)), 0) ?? Infinity;
  const pattern = seekPattern(c, {
    program: product,
    sizes: wrt.map((x) => sizeOf(x.aval.shape)),
    rank: 2 * Math.max(...wrt.map((x) => x.aval.shape.length)),
    format,
    work: wholeWork,
  });
  const sparse = pattern === null ? null : colored(pattern, coloringSteps(format));
  const structure = { kind: 'hessians', at, mode, rows: width, columns: width } as const;
  const took = (work: number) => (mode === 'forward' ? { forward: work } : { reverse: work });

  if (sparse !== null && (whole === null || 2 * workOf(product, sparse.coloring.count) < wholeWork)) {
    const { coloring } = sparse;
    refuseUncompressed(c, width, width, coloring.count, width);
    const chunks = chunksFor(c, product, coloring.count);
    const image = joined(c, wrt, runColors(b, product, coloring, chunks));
    const places = sparse.places();
    asked.wrt.forEach((name, i) =>
      asked.wrt.forEach((other, j) => {
        const block = blockOf(pattern!, [offsets[i], offsets[i + 1]], [offsets[j], offsets[j + 1]]);
        emitBlock(
          c,
          { kind: 'hessians', at, name, other },
          {
            block,
            image,
            places: block.entries.map((e) => places[e]),
            above: wrt[i].aval.shape,
            beside: wrt[j].aval,
            format,
          },
        );
      }),
    );
    const work = took(workOf(product, coloring.count));
    c.structures.push({ ...structure, vectors: coloring.count, chunks, work, ...found(c, pattern!, coloring) });
    return;
  }
  const chunks = whole!.map((program, k) => chunksFor(c, program, sizeOf(wrt[k].aval.shape)));
  const images = whole!.map((program, k) => runColors(b, program, allDifferent(sizeOf(wrt[k].aval.shape)), chunks[k]));
  asked.wrt.forEach((name, i) =>
    asked.wrt.forEach((other, j) => {
      emit(c, { kind: 'hessians', at, name, other }, columnsOf(c, images[j][i], wrt[i], wrt[j]));
    }),
  );
  c.structures.push({ ...structure, vectors: width, chunks: Math.max(...chunks), work: took(wholeWork) });
}

/** What the runs have given for each wrt, side by side: [colours, all columns]. */
function joined(c: Compilation, wrt: readonly Value[], images: readonly (Value | null)[]): Value | null {
  const live = images.find((image) => image !== null);
  if (live === undefined) return null;
  const [count] = live.aval.shape;
  const parts = images.map(
    (image, k) => image ?? c.builder.zeros({ dtype: wrt[k].aval.dtype, shape: [count, sizeOf(wrt[k].aval.shape)] }),
  );
  return c.builder.concat(parts, { axis: 1 });
}

/** ∂²/∂x∂y of shape x.shape + y.shape, from the products with the columns of y: [elements of y, elements of x]. */
function columnsOf(c: Compilation, image: Value | null, x: Value, y: Value): Value {
  const b = c.builder;
  const shape = [...x.aval.shape, ...y.aval.shape];
  if (image === null) return b.zeros({ dtype: y.aval.dtype, shape });
  return b.cast(b.reshape(b.permute_dims(image, { axes: [1, 0] }), { shape }), y.aval.dtype);
}
