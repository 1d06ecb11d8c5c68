// Loops and addresses over indices that are either constants of the code being written or locals of the running code.

import type { Code, Local } from '../assembler.ts';
import type { Term } from './addresses.ts';
import { push as sumOf } from './addresses.ts';

/** An i32 that is known while writing, or in a local while running. */
export type Index = number | { readonly local: Local };

export function push(code: Code, index: Index): void {
  if (typeof index === 'number') code.i32(index);
  else code.get(index.local);
}

/** Pushes base + Σ index · bytes. */
export function address(code: Code, base: Local, terms: readonly (readonly [Index, number])[]): void {
  let fixed = 0;
  const moving: Term[] = [];
  for (const [index, bytes] of terms) {
    if (typeof index === 'number') fixed += index * bytes;
    else moving.push([index.local, bytes]);
  }
  sumOf(code, fixed, base, ...moving);
}

/** base + Σ index · bytes in a local, which is `base` itself where nothing is added. */
export function pointer(code: Code, base: Local, terms: readonly (readonly [Index, number])[]): Local {
  if (terms.every(([index, bytes]) => bytes === 0 || index === 0)) return base;
  address(code, base, terms);
  const to = code.local('i32');
  code.set(to);
  return to;
}

/** The larger or the smaller of two indices. */
export function bound(code: Code, which: 'max' | 'min', x: Index, y: Index): Index {
  if (typeof x === 'number' && typeof y === 'number') return Math[which](x, y);
  push(code, x);
  push(code, y);
  push(code, x);
  push(code, y);
  code.op(which === 'max' ? 'i32.gt_s' : 'i32.lt_s');
  code.op('select');
  const local = code.local('i32');
  code.set(local);
  return { local };
}

/** x − y. */
export function difference(code: Code, x: Index, y: Index): Index {
  if (typeof x === 'number' && typeof y === 'number') return x - y;
  push(code, x);
  push(code, y);
  code.op('i32.sub');
  const local = code.local('i32');
  code.set(local);
  return { local };
}

/** Runs `body` where the index is above 0. */
export function ifPositive(code: Code, index: Index, body: () => void): void {
  if (typeof index === 'number') {
    if (index > 0) body();
    return;
  }
  code.get(index.local);
  code.i32(0);
  code.op('i32.gt_s');
  code.if(body);
}

/** The part-th of `parts` about equal pieces of 0 … total: where it starts and ends. */
export function piece(code: Code, part: Index, parts: number, total: number): [Index, Index] {
  if (parts === 1) return [0, total];
  const edge = (next: number): Index => {
    push(code, part);
    code.i32(next);
    code.op('i32.add');
    code.i32(total);
    code.op('i32.mul');
    code.i32(parts);
    code.op('i32.div_u');
    const local = code.local('i32');
    code.set(local);
    return { local };
  };
  return [edge(0), edge(1)];
}

/** Runs `body` for from, from + step, … below `to`; once, with the constant, where that is all there is. */
export function each(code: Code, from: Index, to: Index, step: number, body: (index: Index) => void): void {
  if (typeof from === 'number' && typeof to === 'number') {
    if (from >= to) return;
    if (from + step >= to) return body(from);
  }
  const local = code.local('i32');
  push(code, from);
  code.set(local);
  code.block((done) => {
    code.loop((again) => {
      code.get(local);
      push(code, to);
      code.op('i32.ge_s');
      code.brIf(done);
      body({ local });
      code.increment(local, step);
      code.br(again);
    });
  });
}
