// Bytes moved between addresses, exactly so many: a few by instructions, more by a call.

import type { Code, Local } from './assembler.ts';

/** Larger copies are a call. */
const inlineBytes = 128;

/** Moves bytes between addresses that code leaves on the stack; exact. */
export function transfer(code: Code, to: (code: Code) => void, from: (code: Code) => void, bytes: number): void {
  if (bytes === 0) return;
  if (bytes > inlineBytes) {
    to(code);
    from(code);
    code.i32(bytes);
    code.memoryCopy();
    return;
  }
  let at = 0;
  const move = (load: Parameters<Code['mem']>[0], store: Parameters<Code['mem']>[0], size: number): void => {
    while (bytes - at >= size) {
      to(code);
      from(code);
      code.mem(load, at);
      code.mem(store, at);
      at += size;
    }
  };
  move('v128.load', 'v128.store', 16);
  move('i64.load', 'i64.store', 8);
  move('i32.load', 'i32.store', 4);
  move('i32.load8_u', 'i32.store8', 1);
}

export const fixed =
  (at: number) =>
  (code: Code): void =>
    code.i32(at);
/** Of element i of an array. */
export const element =
  (at: number, i: Local, bytes: number) =>
  (code: Code): void => {
    code.get(i);
    code.i32(bytes);
    code.op('i32.mul');
    code.i32(at);
    code.op('i32.add');
  };

export function copyBytes(code: Code, to: number, from: number, bytes: number): void {
  if (to !== from) transfer(code, fixed(to), fixed(from), bytes);
}
