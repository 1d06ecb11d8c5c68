// A lowering as a function on arrays: one loop over contiguous memory, for tests of the vector functions.

import { Module } from '../../engine/wasm/assembler.ts';
import { Body, emitBody } from '../../engine/wasm/body.ts';
import type { Surroundings } from '../../engine/wasm/body.ts';
import { integerPower } from '../../engine/wasm/integer-power.ts';
import { ConstantPool } from '../../engine/wasm/constants.ts';
import type { Kind, Lower, Vec } from '../../engine/wasm/lanes.ts';
import { lanesOf } from '../../engine/wasm/vocabulary.ts';

interface VectorOptions {
  /** Whether fma rounds once. */
  readonly fused?: boolean;
  /** Elements a step of the loop takes; a multiple of 4. */
  readonly step?: number;
  /** The scalar functions that the lowering names. */
  readonly scalar?: Readonly<Record<string, (...xs: number[]) => number>>;
}

type Floats = Float32Array | Float64Array;

/** The arrays that hold elements of a kind. */
const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: BigInt64Array, m32: Int32Array };
type Elements = keyof typeof arrays;
type Run<A> = (...xs: A[]) => A;

const poolBytes = 65536;
/** Where the constants end and what lives across branches begins. */
const scratchAt = 49152;

/**
 * The lowering over arrays of one element type, all of one length; the result is a new array. Masks travel as 0 and −1, and
 * as 0 and 1 where they are the result of other types.
 */
export function vectorFunction(lower: Lower, type: 'f32' | 'f64', arity: number, options?: VectorOptions): Run<Floats>;
export function vectorFunction(lower: Lower, type: 'i64', arity: number, options?: VectorOptions): Run<BigInt64Array>;
export function vectorFunction(
  lower: Lower,
  type: 'i32' | 'm32',
  arity: number,
  options?: VectorOptions,
): Run<Int32Array>;
export function vectorFunction(lower: Lower, type: Elements, arity: number, options: VectorOptions = {}): unknown {
  const { fused = true, step = 8 } = options;
  const Elements = arrays[type];
  const bytes = Elements.BYTES_PER_ELEMENT;
  const body = new Body();
  const v = lanesOf(body, type, fused);
  const loads = Array.from({ length: arity }, (_, source): Vec =>
    body.add({ op: 'load', kind: type, args: [], source }),
  );
  let y = lower(v, ...loads);
  if (y.kind !== type) y = v.select(y, v.const(1), v.const(0));
  body.store(0, y);
  const module = new Module();
  module.importMemory('env', 'memory', 2, 65536, false);
  const names = new Map<string, number>();
  for (const instr of body.instrs) {
    if (instr.op === 'scalar') names.set(instr.name, instr.args.length);
    if (instr.op === 'rarely') names.set(instr.name, instr.args.length - 2);
  }
  const scalars = new Map(
    [...names].map(([name, count]) => [
      name,
      module.importFunction(
        'scalar',
        name,
        Array.from({ length: count }, () => 'f64' as const),
        ['f64'],
      ),
    ]),
  );
  const pool = new ConstantPool(0);
  // Arguments: the address of each operand, that of the result, and where in bytes the loop ends.
  module.function(
    Array.from({ length: arity + 2 }, () => 'i32' as const),
    [],
    (code) => {
      const index = code.local('i32');
      // Once a step each: V8 joins stores whose addresses are one value.
      const places = Array.from({ length: arity + 1 }, () => code.local('i32'));
      const address = (operand: number): void => code.get(places[operand]);
      const around: Surroundings = {
        constant: (bits, width) => pool.address(bits, width),
        load(c, source, _kind: Kind, part) {
          address(source);
          c.mem('v128.load', 16 * part);
        },
        store(c, _target, _kind, part, _count, value) {
          address(arity);
          c.get(value);
          c.mem('v128.store', 16 * part);
        },
        scalar: (name) => scalars.get(name)!,
        power: (width) => integerPower(module, width),
        call: (name) => {
          throw new Error(`A loop of one function calls none: ${name}.`);
        },
        scratch: { bytes: poolBytes - scratchAt, push: (c) => c.i32(scratchAt) },
      };
      code.i32(0);
      code.set(index);
      code.loop((again) => {
        places.forEach((place, operand) => {
          code.get(code.param(operand));
          code.get(index);
          code.op('i32.add');
          code.set(place);
        });
        emitBody(code, body, step, around);
        code.increment(index, step * bytes);
        code.get(index);
        code.get(code.param(arity + 1));
        code.op('i32.lt_u');
        code.brIf(again);
      });
    },
    'run',
  );
  const compiled = new WebAssembly.Module(module.finish());
  const image = pool.image();
  return (...given: Floats[]) => {
    const n = given[0].length;
    const padded = Math.ceil(n / step) * step * bytes;
    const memory = new WebAssembly.Memory({
      initial: Math.ceil((poolBytes + (arity + 1) * padded) / 65536) + 1,
      maximum: 65536,
    });
    new Uint8Array(memory.buffer).set(image);
    const place = (k: number): number => poolBytes + k * padded;
    given.forEach((data, k) => (new Elements(memory.buffer, place(k), n) as Float64Array).set(data));
    const instance = new WebAssembly.Instance(compiled, { env: { memory }, scalar: { ...options.scalar } });
    if (n > 0)
      (instance.exports['run'] as (...at: number[]) => void)(...given.map((_, k) => place(k)), place(arity), padded);
    return new Elements(memory.buffer, place(arity), n).slice();
  };
}
