// Contraction of chosen axes of two arrays.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { failContraction } from '../families/contraction.ts';
import { fail } from '../errors.ts';
import type { AttrValue, Operand } from '../op.ts';

export const tensordot = composite({
  name: 'tensordot',
  family: 'contraction',
  aliases: ['linalg.tensordot'],
  doc: {
    text:
      'Sum of products over axes: the last n of x with the first n of y for a number n, or the axes of a pair of lists. The free axes of x ' +
      'come first, then those of y.',
    source: 'Array API 2024.12, tensordot',
  },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'y', kind: 'tensor' },
    { name: 'axes', kind: 'any', default: 2, doc: 'A number of axes, or a pair: the axes of x and those of y.' },
  ],
  samples: [
    { operands: [{ shape: [2, 3, 2] }, { shape: [3, 2, 2] }] },
    { operands: [{ shape: [2, 3] }, { shape: [4, 2] }], attrs: { axes: [[0], [1]] } },
    { operands: [{ shape: [2] }, { shape: [3] }], attrs: { axes: 0 } },
    { operands: [{ shape: [2, 3] }, { shape: [3, 2] }], attrs: { axes: [1, 0] } },
  ],
  body(b, args) {
    const [x, y] = b.promote([args['x'] as Operand, args['y'] as Operand]);
    const contract = axesOf(args['axes'] as AttrValue, x.aval.shape.length, y.aval.shape.length);
    contract[0].forEach((a, k) => {
      const c = contract[1][k];
      if (x.aval.shape[a] !== y.aval.shape[c]) failContraction(b, x, a, y, c, (m, n) => `tensordot(${m}, ${n})`);
    });
    return b.dot_general(x, y, { contract });
  },
});

function axesOf(axes: AttrValue, p: number, q: number): [number[], number[]] {
  if (typeof axes === 'number') {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(p, q)) {
      fail('E_ATTRIBUTE', `axes=${axes} is no number of axes that both operands have: x has ${p}, y has ${q}.`);
    }
    const n = Array.from({ length: axes }, (_, i) => i);
    return [n.map((i) => p - axes + i), n];
  }
  const [mine, yours] = Array.isArray(axes) && axes.length === 2 ? axes.map(list) : [null, null];
  if (mine === null || yours === null) {
    fail(
      'E_ATTRIBUTE',
      'axes must be a number, or a pair of lists: the axes of x and those of y.',
      'For example axes=[[1], [0]].',
    );
  }
  if (mine.length !== yours.length) {
    fail('E_ATTRIBUTE', `axes pairs ${mine.length} axes of x with ${yours.length} of y: there must be as many.`);
  }
  const pair: [number[], number[]] = [
    mine.map((a) => normalizeAxis(a, p, 'axis of x')),
    yours.map((a) => normalizeAxis(a, q, 'axis of y')),
  ];
  if (pair.some((side) => new Set(side).size !== side.length)) fail('E_AXIS', 'An axis stands twice in axes.');
  return pair;
}

function list(value: AttrValue): number[] | null {
  const axes = Array.isArray(value) ? (value as readonly AttrValue[]) : [value];
  return axes.every((a) => typeof a === 'number') ? (axes as number[]) : null;
}
