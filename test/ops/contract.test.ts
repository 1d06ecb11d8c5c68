// Every op meets its contract: one suite over all of them, at their own samples.

import { describe, expect, test } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import { isFloat, showAval } from '../../engine/ir/aval.ts';
import { digest, printGraph } from '../../engine/ir/print.ts';
import { allocate } from '../../engine/ir/tensor.ts';
import type { Tensor } from '../../engine/ir/tensor.ts';
import type { Op } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import type { Fn } from '../calculus/functions.ts';
import { batched, compile, floatsIn, pullback, pushforward } from '../calculus/functions.ts';
import type { Complaint } from '../calculus/laws.ts';
import { adjointHolds, batchingAgrees, differencesAgree, jacobiansAgree } from '../calculus/laws.ts';
import { avalOf, drawDirection, stacked } from '../calculus/tensors.ts';
import type { Case } from './contract/cases.ts';
import { casesOf, failure, morePoints, tiedPoint } from './contract/cases.ts';
import { linearityHolds, linearSites, uniqueSites } from './contract/linear.ts';
import { emptyList, missingArguments, wildAttributes, wrongOperands } from './contract/misuse.ts';
import { singlePrecisionHolds } from './contract/single.ts';
import { emptiesHold, integerEnds, isElementwise, specialPointsHold } from './contract/special.ts';

/** Runs a check at every sample; what fails says which op, sample, check and numbers. */
function everySample(cases: readonly Case[], check: (c: Case) => Complaint | readonly string[]): void {
  const complaints = cases.flatMap((c) => {
    const found = guarded(() => check(c));
    const list = found === null ? [] : typeof found === 'string' ? [found] : found;
    return list.map((complaint) => failure(c, complaint));
  });
  if (complaints.length === 0) return;
  const shown = complaints.slice(0, 4).join('\n');
  expect.fail(complaints.length > 4 ? `${shown}\n  … ${complaints.length - 4} more` : shown);
}

/** A check that throws has failed: the message says what it was doing. */
function guarded<T>(check: () => T): T | string {
  try {
    return check();
  } catch (error) {
    const { stack, message } = error as Error;
    return `threw ${message} ${
      (stack ?? '')
        .split('\n')
        .find((line) => line.includes('/engine/'))
        ?.trim() ?? ''
    }`;
  }
}

const differentiable = (c: Case): boolean => c.op.differentiable === 'yes' && c.at.some((x) => isFloat(x.dtype));

/** The tangent map at a random tangent, and the cotangent map at a random cotangent, as functions with their points. */
function derivatives({ fn, at, random }: Case): { readonly name: string; readonly fn: Fn; readonly at: Tensor[] }[] {
  const { outputs } = compile(fn);
  const wrt = floatsIn(fn.inputs).map((i) => fn.inputs[i]);
  const of = floatsIn(outputs).map((i) => outputs[i]);
  if (wrt.length === 0 || of.length === 0) return [];
  return [
    { name: 'J v', fn: pushforward(fn), at: [...at, ...wrt.map((aval) => drawDirection(random, aval))] },
    { name: 'Jᵀ w', fn: pullback(fn, outputs), at: [...at, ...of.map((aval) => drawDirection(random, aval))] },
  ];
}

const ofDerivatives = (c: Case, check: (fn: Fn, at: readonly Tensor[]) => Complaint): string[] =>
  !differentiable(c)
    ? []
    : derivatives(c).flatMap(({ name, fn, at }) => {
        const complaint = check(fn, at);
        return complaint === null ? [] : [`of (x, ·) ↦ ${name}: ${complaint}`];
      });

function evaluatesAsInferred({ fn, at }: Case): Complaint {
  const { outputs, run } = compile(fn);
  for (const [k, y] of run(at).entries()) {
    const [found, wanted] = [showAval(avalOf(y)), showAval(outputs[k])];
    if (found !== wanted) return `output ${k} is ${found}, and ${wanted} was inferred`;
    const memory = allocate(
      y.dtype,
      y.shape.reduce((n, d) => n * d, 1),
    );
    if (y.data.constructor !== memory.constructor || y.data.length !== memory.length) {
      return `output ${k}, ${found}, lies in ${y.data.constructor.name} of ${y.data.length}`;
    }
  }
  return null;
}

/** A batch over all operands, and over the last one alone, batched again. */
function nestedBatch(c: Case): Complaint {
  const points = morePoints(c, 4);
  for (const mask of [c.at.map(() => true), c.at.map((_x, i) => i === c.at.length - 1)]) {
    const pair = (k: number): Tensor[] =>
      c.at.map((_x, i) => (mask[i] ? stacked([points[k][i], points[k + 1][i]]) : points[0][i]));
    const complaint = batchingAgrees(batched(c.fn, mask, 2), [pair(0), pair(2)], 1e-12, [mask]);
    if (complaint !== null) return `already batched: ${complaint}`;
  }
  return null;
}

/** (x, w) ↦ J(x)ᵀ w with both mapped, x alone, and w alone. */
function batchedGradients(c: Case): Complaint {
  if (!differentiable(c)) return null;
  const { outputs } = compile(c.fn);
  const of = floatsIn(outputs).map((i) => outputs[i]);
  if (of.length === 0) return null;
  const points = morePoints(c, 3).map((x) => [...x, ...of.map((aval) => drawDirection(c.random, aval))]);
  const masks = [
    [true, true],
    [true, false],
    [false, true],
  ].map(([x, w]) => [...c.at.map(() => x), ...of.map(() => w)]);
  return batchingAgrees(pullback(c.fn, outputs), points, 1e-11, masks);
}

function zeroByConvention(c: Case): Complaint {
  const { outputs } = compile(c.fn);
  if (c.op.differentiable === 'no') {
    const derived = floatsIn(outputs).length > 0 && floatsIn(c.fn.inputs).length > 0;
    return derived ? 'the op claims to have no derivative, and has a float output of float operands' : null;
  }
  if (c.op.differentiable === 'yes' || floatsIn(c.fn.inputs).length === 0) return null;
  for (const { name, fn, at } of derivatives(c)) {
    for (const t of compile(fn).run(at))
      if (t.data.some((x: number | bigint) => Number(x) !== 0)) return `${name} is not zero`;
  }
  return null;
}

/** Where the point is one the op takes: an integer power may refuse 0, say. */
function adjointAtTies(c: Case): Complaint {
  try {
    return adjointHolds(c.fn, tiedPoint(c), c.random, 1e-10, true);
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

function claimsAreTrue(c: Case): string[] {
  const forward = compile(c.fn);
  const seen = new Set<string>();
  const sites = uniqueSites(linearSites(forward, c.at), seen);
  if (differentiable(c)) {
    for (const { fn, at } of derivatives(c)) sites.push(...uniqueSites(linearSites(compile(fn), at), seen));
  }
  return sites.flatMap((site) => linearityHolds(site, c.random) ?? []);
}

function printsTheSame({ fn }: Case): Complaint {
  const [first, second] = [printGraph(compile(fn).graph), printGraph(compile(fn).graph)];
  if (first !== second) return `two builds print differently:\n${first}\n${second}`;
  return digest(first) === digest(second) && /^sha256:[0-9a-f]{64}$/.test(digest(first))
    ? null
    : 'the digest is not one';
}

function meetsContract(op: Op): void {
  const cases = casesOf(op);
  test('evaluates to the dtype and shape it infers', () => everySample(cases, evaluatesAsInferred));
  test('prints the same when built twice', () => everySample(cases, printsTheSame));
  test('equals single runs, stacked, when batched', () =>
    everySample(cases, (c) => batchingAgrees(c.fn, morePoints(c, 3), 1e-12)));
  test('equals single runs when its batch is batched', () => everySample(cases, nestedBatch));
  test('stays in float32', () => everySample(cases, singlePrecisionHolds));
  test('has the linearity it claims', () => everySample(cases, claimsAreTrue));
  if (op.differentiable === 'yes') {
    test('has the tangent that differences give', () =>
      everySample(cases, (c) => (differentiable(c) ? differencesAgree(c.fn, c.at, c.random) : null)));
    test('has adjoint tangents and cotangents', () =>
      everySample(cases, (c) => (differentiable(c) ? adjointHolds(c.fn, c.at, c.random) : null)));
    test('has adjoint tangents and cotangents at ties and zeros', () =>
      everySample(cases, (c) => (differentiable(c) ? adjointAtTies(c) : null)));
    test('has the same Jacobian by columns and by rows', () =>
      everySample(cases, (c) => (differentiable(c) ? jacobiansAgree(c.fn, c.at) : null)));
    test('has gradients whose batch is the stack of single ones', () => everySample(cases, batchedGradients));
    test('has the second derivative that differences give', () =>
      everySample(cases, (c) => ofDerivatives(c, (fn, at) => differencesAgree(fn, at, c.random))));
    test('has adjoint second derivatives', () =>
      everySample(cases, (c) => ofDerivatives(c, (fn, at) => adjointHolds(fn, at, c.random))));
  } else {
    test('has no derivative but zero', () => everySample(cases, zeroByConvention));
  }
  if (op.internal === true) return;
  test('agrees with itself at zeros, infinities, NaN and the ends of the range', () =>
    everySample(cases, (c) =>
      isElementwise(c) ? [specialPointsHold(c), integerEnds(c)].filter((s) => s !== null) : null,
    ));
  test('takes empty tensors', () => everySample(cases, emptiesHold));
  // The ways to call it wrongly are those of the op, not of the sample: the simplest and the fullest one show them.
  const ends = cases.filter((_c, i) => i === 0 || i === cases.length - 1);
  test('answers wrong operands by coded errors', () => everySample(ends, wrongOperands));
  test('answers wrong attributes by coded errors', () => everySample(ends, wildAttributes));
  test('answers missing operands by coded errors', () => {
    expect(missingArguments(op)).toBeNull();
    everySample(cases, emptyList);
  });
}

describe.each(ops.map((op) => [op.name, op] as const))('%s', (_name, op) => meetsContract(op));
