// What linear primitives say they read is what their matrices have: nothing is left out, and little is put in.

import { describe, expect, test } from 'vitest';
import { isFloat, sizeOf } from '../../engine/ir/aval.ts';
import type { Value } from '../../engine/ir/graph.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import { tensorOf, toNumbers } from '../../engine/ir/tensor.ts';
import { ops } from '../../engine/ops/index.ts';
import { interpret } from '../../engine/run/interpret.ts';
import { KnownTensors } from '../../engine/sparse/known.ts';
import type { Pattern } from '../../engine/sparse/matrix.ts';
import { patternOf } from '../../engine/sparse/pattern.ts';
import { compile, testContext } from '../calculus/functions.ts';
import { filled } from '../calculus/tensors.ts';
import { casesOf, failure } from '../ops/contract/cases.ts';
import type { Site } from '../ops/contract/linear.ts';
import { linearSites } from '../ops/contract/linear.ts';

const budget = { steps: 1e7, entries: 1e7 };

/** The pattern of the node as a function of one operand, the others known or not. */
function patternAt({ node, at }: Site, operand: number, known: boolean): Pattern {
  const b = createBuilder(testContext);
  const inputs = node.inputs.map(({ aval }, i): Value =>
    i === operand || !known ? b.placeholder(aval) : b.constant(at[i]),
  );
  const results = b.emit(node.op, inputs, node.attrs);
  const sizes = results.map((y) => sizeOf(y.aval.shape));
  const program = { variables: [inputs[operand]], results };
  const pattern = patternOf(program, sizes, new KnownTensors(new Map()), budget);
  if (typeof pattern === 'string') throw new Error(`over the budget of ${pattern}`);
  return pattern;
}

const places = ({ rows, starts, columns }: Pattern): Set<string> => {
  const found = new Set<string>();
  for (let i = 0; i < rows; i++) for (let e = starts[i]; e < starts[i + 1]; e++) found.add(`${i},${columns[e]}`);
  return found;
};

/** Where the matrix of the node is not zero: its images of the basis, less that of zero. */
function matrixAt({ node, at }: Site, operand: number): Set<string> {
  const b = createBuilder(testContext);
  const inputs = node.inputs.map(({ aval }, i) => b.input(`x${i}`, aval));
  const graph = b.finish(b.emit(node.op, inputs, node.attrs));
  const image = (x: Tensor): number[] =>
    interpret(
      graph,
      at.map((t, i) => (i === operand ? x : t)),
    ).flatMap(toNumbers);
  const { dtype, shape } = at[operand];
  const zero = image(filled(at[operand], 0));
  const found = new Set<string>();
  for (let j = 0; j < sizeOf(shape); j++) {
    const basis = new Array<number>(sizeOf(shape)).fill(0);
    basis[j] = 1;
    image(tensorOf(dtype, shape, basis)).forEach((y, i) => {
      if (y !== zero[i]) found.add(`${i},${j}`);
    });
  }
  return found;
}

const linear = ops.filter((op) => op.primitive?.transpose !== undefined && op.samples.length > 0);

describe.each(linear.map((op) => [op.name, op] as const))('%s', (_name, op) => {
  test.each(casesOf(op).map((c, k) => [k, c] as const))('sample %i', (_k, c) => {
    if (!c.at.every((x) => isFloat(x.dtype) || x.data.length > 0)) return;
    for (const site of linearSites(compile(c.fn), c.at)) {
      site.node.inputs.forEach((x, operand) => {
        if (!isFloat(x.aval.dtype) || !claims(site, operand)) return;
        const matrix = matrixAt(site, operand);
        const [exact, any] = [true, false].map((known) => places(patternAt(site, operand, known)));
        for (const place of matrix) {
          if (!exact.has(place) || !any.has(place)) {
            expect.fail(failure(c, `operand ${operand} of ${site.node.op.name}: (${place}) is left out`));
          }
        }
        if (site.node.op.primitive!.reads !== undefined) {
          expect(
            [...exact].filter((place) => !matrix.has(place)),
            failure(c, 'too much is read'),
          ).toEqual([]);
        }
      });
    }
  });
});

function claims({ node }: Site, operand: number): boolean {
  const { linear: claimed = [] } = node.op.primitive!;
  return claimed.includes(operand) || (claimed.length > 0 && node.op.params.some((p) => p.kind === 'tensors'));
}
