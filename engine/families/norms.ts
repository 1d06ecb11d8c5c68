// How the order of a norm is written.

import { fail } from '../errors.ts';
import type { AttrValue } from '../op.ts';

/** A number, infinities spelled as JSON has to; the names of matrix norms stay names. */
export function orderOf(ord: AttrValue): number | string {
  if (typeof ord === 'number') return ord;
  if (ord === 'inf' || ord === 'Infinity') return Infinity;
  if (ord === '-inf' || ord === '-Infinity') return -Infinity;
  if (typeof ord === 'string') return ord;
  fail(
    'E_ATTRIBUTE',
    `ord=${JSON.stringify(ord)} is no order of a norm.`,
    'It may be a number, "inf", "-inf" or, for matrices, "fro".',
  );
}
