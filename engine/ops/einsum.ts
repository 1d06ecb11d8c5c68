// Einstein summation.

import { showAval } from '../ir/aval.ts';
import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

/** An operand and the label of each of its axes. */
interface Term {
  readonly value: Value;
  readonly labels: readonly string[];
}

export const einsum = composite({
  name: 'einsum',
  family: 'contraction',
  doc: {
    text:
      'Sums of products written with one letter for each axis: `ij,jk->ik` is a matrix product. A letter that stands twice in one operand takes ' +
      'its diagonal, letters that the result lacks are summed, `...` stands for axes that broadcast; without `->` the result has the letters ' +
      'that stand once, in alphabetical order. Operands are contracted in pairs from left to right.',
    source: 'numpy.einsum',
  },
  params: [
    { name: 'subscripts', kind: 'string' },
    { name: 'operands', kind: 'tensors' },
    { name: 'optimize', kind: 'any', default: null, keyword: true, doc: 'Ignored: the order is fixed.' },
  ],
  samples: [
    { operands: [{ shape: [2, 3] }, { shape: [3, 4] }], attrs: { subscripts: 'ij,jk->ik' } },
    { operands: [{ shape: [3, 3] }], attrs: { subscripts: 'ii' } },
    { operands: [{ shape: [3, 3] }], attrs: { subscripts: 'ii->i' } },
    { operands: [{ shape: [2, 3] }], attrs: { subscripts: 'ij->ji' } },
    { operands: [{ shape: [2, 2, 3] }, { shape: [1, 3, 2] }], attrs: { subscripts: '...ij,...jk->...ik' } },
    { operands: [{ shape: [2] }, { shape: [2, 3] }, { shape: [3] }], attrs: { subscripts: 'i,ij,j->' } },
    { operands: [{ shape: [2] }, { shape: [] }], attrs: { subscripts: 'i,' } },
  ],
  body(b, args) {
    const text = (args['subscripts'] as string).replaceAll(' ', '');
    const operands = b.promote(args['operands'] as readonly Operand[]);
    const { terms, output } = parse(text, operands);
    const sizes = sizesOf(text, terms);
    const queue = terms.map((term) => withoutUnitAxes(b, diagonals(b, term), sizes));
    let first = reduce(b, queue[0], needed(queue.slice(1), output));
    for (let i = 1; i < queue.length; i++) {
      const rest = needed(queue.slice(i + 1), output);
      const second = reduce(b, queue[i], new Set([...rest, ...first.labels]));
      first = contract(b, reduce(b, first, new Set([...rest, ...second.labels])), second, rest);
    }
    return b.permute_dims(first.value, { axes: output.map((label) => first.labels.indexOf(label)) });
  },
});

const needed = (rest: readonly Term[], output: readonly string[]): Set<string> =>
  new Set([...output, ...rest.flatMap((t) => t.labels)]);

/** Labels of every operand and of the result; the axes of an ellipsis get the labels `.1`, `.2`, … counted from the last. */
function parse(text: string, operands: readonly Value[]): { terms: Term[]; output: string[] } {
  const sides = text.split('->');
  const inputs = sides[0].split(',');
  if (sides.length > 2) fail('E_ATTRIBUTE', `The subscripts "${text}" have more than one "->".`);
  if (inputs.length !== operands.length) {
    fail('E_OP_ARITY', `The subscripts "${text}" are for ${inputs.length} operands, and there are ${operands.length}.`);
  }
  const terms = inputs.map((part, i): Term => {
    const letters = lettersOf(text, part);
    const { aval } = operands[i];
    const extra = aval.shape.length - letters.filter((c) => c !== '...').length;
    if (extra < 0 || (extra > 0 && !letters.includes('...'))) {
      fail('E_SHAPE_MISMATCH', `"${part}" has ${letters.length} letters, and operand ${i + 1} is ${showAval(aval)}.`);
    }
    const spread = Array.from({ length: extra }, (_, k) => `.${extra - k}`);
    return { value: operands[i], labels: letters.flatMap((c) => (c === '...' ? spread : [c])) };
  });
  const spread = [...new Set(terms.flatMap((t) => t.labels.filter((c) => c.startsWith('.'))))];
  spread.sort((p, q) => Number(q.slice(1)) - Number(p.slice(1)));
  return {
    terms,
    output: sides.length === 2 ? explicitOutput(text, sides[1], terms, spread) : implicitOutput(terms, spread),
  };
}

function lettersOf(text: string, part: string): string[] {
  const letters = part.match(/\.\.\.|[A-Za-z]/g) ?? [];
  if (letters.join('') !== part || letters.filter((c) => c === '...').length > 1) {
    fail(
      'E_ATTRIBUTE',
      `The subscripts "${text}" are not well formed at "${part}".`,
      'Letters name axes; "..." may stand once for the rest.',
    );
  }
  return letters;
}

function explicitOutput(text: string, part: string, terms: readonly Term[], spread: readonly string[]): string[] {
  const letters = lettersOf(text, part);
  for (const c of letters) {
    if (c !== '...' && !terms.some((t) => t.labels.includes(c)))
      fail('E_ATTRIBUTE', `"${c}" stands in the result of "${text}" but in no operand.`);
    if (letters.indexOf(c) !== letters.lastIndexOf(c))
      fail('E_ATTRIBUTE', `"${c}" stands twice in the result of "${text}".`);
  }
  if (spread.length > 0 && !letters.includes('...')) {
    fail('E_ATTRIBUTE', `The result of "${text}" leaves out the axes of "...".`, 'Write "..." in the result too.');
  }
  return letters.flatMap((c) => (c === '...' ? spread : [c]));
}

function implicitOutput(terms: readonly Term[], spread: readonly string[]): string[] {
  const all = terms.flatMap((t) => t.labels.filter((c) => !c.startsWith('.')));
  return [...spread, ...all.filter((c) => all.indexOf(c) === all.lastIndexOf(c)).sort()];
}

function sizesOf(text: string, terms: readonly Term[]): Map<string, number> {
  const sizes = new Map<string, number>();
  terms.forEach(({ value, labels }, i) => {
    labels.forEach((label, axis) => {
      const d = value.aval.shape[axis];
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && d !== 1 && known !== d) {
        const name = label.startsWith('.') ? 'an axis of "..."' : `"${label}"`;
        fail(
          'E_SHAPE_MISMATCH',
          `In "${text}", ${name} is ${known} before and ${d} in operand ${i + 1}, ${showAval(value.aval)}.`,
        );
      }
      if (known === 1) sizes.set(label, d);
    });
  });
  return sizes;
}

/** Labels that stand twice name a diagonal. */
function diagonals(b: Builder, term: Term): Term {
  const { value, labels } = term;
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return term;
  const first = labels.indexOf(labels[second]);
  if (value.aval.shape[first] !== value.aval.shape[second]) {
    fail('E_SHAPE_MISMATCH', `"${labels[second]}" names two axes of ${showAval(value.aval)} that differ in size.`);
  }
  const rest = labels.filter((_l, i) => i !== first && i !== second);
  const diagonal = b.linalg_diagonal(value, { axis1: first, axis2: second });
  return diagonals(b, { value: diagonal, labels: [...rest, labels[second]] });
}

/** An axis of size 1 that meets a longer one of the same name broadcasts: it is left out, and the other supplies it. */
function withoutUnitAxes(b: Builder, { value, labels }: Term, sizes: ReadonlyMap<string, number>): Term {
  const kept = labels.map((_l, i) => i).filter((i) => value.aval.shape[i] === sizes.get(labels[i]));
  return {
    value: b.reshape(value, { shape: kept.map((i) => value.aval.shape[i]) }),
    labels: kept.map((i) => labels[i]),
  };
}

/** Sums the axes that nothing else needs. */
function reduce(b: Builder, { value, labels }: Term, keep: ReadonlySet<string>): Term {
  const axes = labels.map((_l, i) => i).filter((i) => !keep.has(labels[i]));
  if (axes.length === 0) return { value, labels };
  const { dtype } = value.aval;
  return { value: b.cast(b.sum(value, { axis: axes }), dtype), labels: labels.filter((label) => keep.has(label)) };
}

function contract(b: Builder, x: Term, y: Term, keep: ReadonlySet<string>): Term {
  const shared = x.labels.filter((label) => y.labels.includes(label));
  const paired = shared.filter((label) => keep.has(label));
  const summed = shared.filter((label) => !keep.has(label));
  const places = (labels: readonly string[], of: Term): number[] => labels.map((label) => of.labels.indexOf(label));
  return {
    value: b.dot_general(x.value, y.value, {
      contract: [places(summed, x), places(summed, y)],
      batch: [places(paired, x), places(paired, y)],
    }),
    labels: [...paired, ...x.labels.filter((l) => !shared.includes(l)), ...y.labels.filter((l) => !shared.includes(l))],
  };
}
