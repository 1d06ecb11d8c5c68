// Addresses as sums: a constant and locals, each times a constant.

import type { Code, Local } from '../assembler.ts';

/** A local, or a local times a constant. */
export type Term = Local | readonly [Local, number];

/** Pushes constant + Σ terms, an i32. */
export function push(code: Code, constant: number, ...terms: readonly Term[]): void {
  let pushed = false;
  for (const term of terms) {
    if (typeof term === 'number') code.get(term);
    else {
      const [local, by] = term;
      if (by === 0) continue;
      code.get(local);
      if (by !== 1) {
        code.i32(by);
        code.op('i32.mul');
      }
    }
    if (pushed) code.op('i32.add');
    pushed = true;
  }
  if (pushed && constant === 0) return;
  code.i32(constant);
  if (pushed) code.op('i32.add');
}

/** A new local that holds constant + Σ terms. */
export function sum(code: Code, constant: number, ...terms: readonly Term[]): Local {
  push(code, constant, ...terms);
  const local = code.local('i32');
  code.set(local);
  return local;
}
