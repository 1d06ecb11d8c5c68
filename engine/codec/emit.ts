// WebAssembly of the codec in the order in which formulas are read: operands inside the instruction that takes them.

import type { Code, FunctionRef, Local } from '../wasm/assembler.ts';
import type { Lane, Memory, Plain } from '../wasm/opcodes.ts';

/** Appends instructions that leave one value on the stack. */
export type Expression = () => void;
/** A local, an expression, or an i64 constant. */
export type Operand = Local | Expression | bigint;

/** Instructions of one function as expressions; `set`, `store` and `when` append, all else waits for its place. */
export class Emitter {
  readonly code: Code;

  constructor(code: Code) {
    this.code = code;
  }

  push(x: Operand): void {
    if (typeof x === 'bigint') this.code.i64(x);
    else if (typeof x === 'number') this.code.get(x);
    else x();
  }

  /** An i32 constant. */
  readonly int =
    (n: number): Expression =>
    () =>
      this.code.i32(n);

  readonly op =
    (name: Plain, ...operands: readonly Operand[]): Expression =>
    () => {
      operands.forEach((x) => this.push(x));
      this.code.op(name);
    };

  readonly load =
    (name: Memory, address: Operand, offset = 0): Expression =>
    () => {
      this.push(address);
      this.code.mem(name, offset);
    };

  readonly lane =
    (name: Lane, index: number, x: Operand): Expression =>
    () => {
      this.push(x);
      this.code.lane(name, index);
    };

  readonly call =
    (f: FunctionRef, ...operands: readonly Operand[]): Expression =>
    () => {
      operands.forEach((x) => this.push(x));
      this.code.call(f);
    };

  /** x where the condition holds, else y; both are evaluated. */
  readonly select = (condition: Operand, x: Operand, y: Operand): Expression => this.op('select', x, y, condition);

  set(local: Local, x: Operand): void {
    this.push(x);
    this.code.set(local);
  }

  store(name: Memory, address: Operand, value: Operand, offset = 0): void {
    this.push(address);
    this.push(value);
    this.code.mem(name, offset);
  }

  when(condition: Operand, then: () => void, otherwise?: () => void): void {
    this.push(condition);
    this.code.if(then, otherwise);
  }

  /**
   * The 128-bit product of two i64 into two locals, from four products of halves; `high` may be neither operand.
   * WebAssembly has no wider product of scalars.
   */
  multiplyWide(high: Local, low: Local | null, a: Local, b: Local): void {
    const { op } = this;
    const [a1, b1, mid] = [this.code.local('i64'), this.code.local('i64'), this.code.local('i64')];
    const a0 = op('i64.and', a, 0xffffffffn);
    const b0 = op('i64.and', b, 0xffffffffn);
    this.set(a1, op('i64.shr_u', a, 32n));
    this.set(b1, op('i64.shr_u', b, 32n));
    this.set(mid, op('i64.add', op('i64.mul', a1, b0), op('i64.shr_u', op('i64.mul', a0, b0), 32n)));
    this.set(
      high,
      op(
        'i64.add',
        op('i64.add', op('i64.mul', a1, b1), op('i64.shr_u', mid, 32n)),
        op('i64.shr_u', op('i64.add', op('i64.mul', a0, b1), op('i64.and', mid, 0xffffffffn)), 32n),
      ),
    );
    if (low !== null) this.set(low, op('i64.mul', a, b));
    for (const local of [a1, b1, mid]) this.code.release(local);
  }
}
