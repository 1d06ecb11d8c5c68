// Patterns of random graphs have every entry of the Jacobian that is not zero. COTANGENT_SEED picks others.

import { expect, test } from 'vitest';
import { sizeOf } from '../../engine/ir/aval.ts';
import { createBuilder } from '../../engine/ir/builder.ts';
import type { Value } from '../../engine/ir/graph.ts';
import { interpret } from '../../engine/run/interpret.ts';
import { KnownTensors } from '../../engine/sparse/known.ts';
import { patternOf } from '../../engine/sparse/pattern.ts';
import { jacobianForward } from '../../engine/transform/derivatives.ts';
import { linearize } from '../../engine/transform/linearize.ts';
import { floatsIn, testContext } from '../calculus/functions.ts';
import { createRandom } from '../calculus/random.ts';
import { randomGraph } from '../random/generate.ts';

const seed = process.env['COTANGENT_SEED'] ?? '1';
const perTest = 10;

/** Entries of the Jacobian, of its pattern, and of the first that the pattern leaves out. */
function compare(name: string): { readonly all: number; readonly found: number; readonly missing: string | null } {
  const { fn, at } = randomGraph(createRandom(name));
  const b = createBuilder(testContext);
  const xs = fn.inputs.map((aval, i) => b.input(`x${i}`, aval));
  const [y] = fn.body(b, xs);
  const wrt = floatsIn(fn.inputs).map((i) => xs[i]);
  const variables = wrt.map((x) => b.placeholder(x.aval));
  const seeds = wrt.map((value, k) => ({ value, tangent: variables[k] }));
  const { tangents } = linearize(b, [y], seeds);
  const rows = sizeOf(y.aval.shape);
  const known = new KnownTensors(new Map<Value, never>());
  const pattern = patternOf({ variables, results: tangents }, [rows], known, { steps: 1e7, entries: 1e7 });
  if (typeof pattern === 'string') throw new Error(`over the budget of ${pattern}`);
  const entries = new Set<string>();
  for (let i = 0; i < rows; i++) {
    for (let e = pattern.starts[i]; e < pattern.starts[i + 1]; e++) entries.add(`${i},${pattern.columns[e]}`);
  }
  const blocks = interpret(b.finish(jacobianForward(b, y, wrt)), at);
  let [offset, all] = [0, 0];
  let missing: string | null = null;
  blocks.forEach(({ data }, k) => {
    const width = sizeOf(wrt[k].aval.shape);
    all += rows * width;
    for (let p = 0; p < data.length; p++) {
      const place = `${Math.floor(p / width)},${offset + (p % width)}`;
      if (Number(data[p]) !== 0 && !entries.has(place)) missing ??= `${name}: (${place}) is ${data[p]}`;
    }
    offset += width;
  });
  return { all, found: entries.size, missing };
}

test.each(Array.from({ length: 6 }, (_, k) => k * perTest))('random graphs from %i on', (first) => {
  let [all, found] = [0, 0];
  for (let k = first; k < first + perTest; k++) {
    const result = compare(`${seed}/pattern/${k}`);
    expect(result.missing).toBeNull();
    all += result.all;
    found += result.found;
  }
  // Not everything counts as an entry.
  expect(found).toBeLessThan(all);
});
