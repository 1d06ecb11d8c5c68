// The lowerings that give the interpreter's bits: of floats, integers and bool, and powers with fixed exponents.

import { describe, expect, test } from 'vitest';

import type { DType } from '../../engine/ir/aval.ts';
import type { Attrs, Op } from '../../engine/op.ts';
import { ops } from '../../engine/ops/index.ts';
import type { Primitive } from '../../engine/op.ts';
import { specialRows } from './special-functions.ts';
import { distance, operands, random, special } from './ulps.ts';
import { vectorFunction } from './vector.ts';

const seed = 20_262;
const primitiveOf = (name: string): Primitive => ops.find((op: Op) => op.name === name)!.primitive!;

/** Ops whose vector functions are documented with a bound instead. */
const approximate = new Set(
  (
    'exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh sigmoid ' +
    'log_sigmoid softplus silu mish gelu cbrt rsqrt hypot logaddexp logaddexp2 sinc logit soft_sign xlogy xlog1py entr ' +
    'pow scalar_pow integer_pow'
  ).split(' '),
);
/** Ops on floats that are lowered to the interpreter's bits, with how many operands each has. */
const exact: readonly (readonly [name: string, arity: number, attrs: Attrs])[] = [
  ...'add subtract multiply divide maximum minimum fmax fmin remainder fmod floor_divide trunc_divide copysign heaviside'
    .split(' ')
    .map((name) => [name, 2, {}] as const),
  ...'equal not_equal less less_equal greater greater_equal'.split(' ').map((name) => [name, 2, {}] as const),
  ...'negative abs sign floor ceil trunc round signbit relu isnan isfinite isinf isposinf isneginf'
    .split(' ')
    .map((name) => [name, 1, {}] as const),
  ...'identity stop_gradient square reciprocal sqrt'.split(' ').map((name) => [name, 1, {}] as const),
  ['clip', 3, {}],
  ['fma', 3, {}],
  ['hard_tanh', 1, { min_val: -1, max_val: 1 }],
  ['hard_tanh', 1, { min_val: 0, max_val: 6.1 }],
];

test('every float lowering of an elementwise op is checked here or in the table of bounds', () => {
  const others = Object.entries(specialRows).map(([name, { op }]) => op?.[0] ?? name);
  const lowered = ops.filter((op: Op) => {
    try {
      return op.primitive?.pointwise !== undefined && op.primitive.lower?.({}, 'float64') !== undefined;
    } catch {
      return true;
    }
  });
  const known = new Set([...exact.map(([name]) => name), ...approximate, ...others]);
  expect(lowered.map((op: Op) => op.name).filter((name) => !known.has(name))).toEqual([]);
});

describe.each(exact)('%s', (name, arity, attrs) => {
  const types = { f32: 'float32', f64: 'float64' } as const;
  test.each(['f32', 'f64'] as const)(`%s has the interpreter's bits (seed ${seed})`, (type) => {
    const dtype = types[type];
    const next = random(seed);
    const xs = operands(type, arity, 3000 + special.length ** 2, next);
    special.forEach((x, i) =>
      special.forEach((y, j) => [x, y].forEach((z, k) => (xs[k % arity][3000 + i * special.length + j] = z))),
    );
    const primitive = primitiveOf(name);
    const shape = [xs[0].length];
    const inputs = xs.map((data) => ({ dtype, shape, data }));
    const out = primitive.infer(
      inputs.map(() => ({ dtype, shape })),
      attrs,
    );
    const wanted = primitive.eval(inputs, attrs, [out as { dtype: DType; shape: readonly number[] }]);
    const { data } = wanted as { data: ArrayLike<number> };
    const scalar = { [name]: primitive.pointwise!(attrs)! };
    for (const fused of [true, false]) {
      const ys = vectorFunction(primitive.lower!(attrs, dtype)!, type, arity, { fused, scalar })(...xs);
      const off = Array.from(ys).flatMap((y, i) => {
        if (
          Object.is(y, data[i]) ||
          (name === 'fma' &&
            extreme(
              type,
              xs.map((x) => x[i]),
            ))
        )
          return [];
        return [`${name}(${xs.map((x) => x[i]).join(', ')}) = ${y}, not ${data[i]}, fused ${fused}`];
      });
      expect(off.slice(0, 10)).toEqual([]);
    }
  });
});

/** Where the interpreter's fma rounds twice, and the machine's once. */
function extreme(type: 'f32' | 'f64', [x, y, z]: readonly number[]): boolean {
  const size = Math.abs(x * y);
  const large = Math.max(Math.abs(x), Math.abs(y), size) >= 2 ** 990 || Math.abs(z) > 2 ** 1000;
  return type === 'f64' && (large || size <= 2 ** -960);
}

describe('powers with fixed exponents', () => {
  const wholes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 17, -1, -2, -3, -4, -5, -8, 100, -1001, 2 ** 24 + 1].map(
    (y) => ['integer_pow', y] as const,
  );
  const others = [0.5, -0.5, 1.5, -1.5, 2.5, 1 / 3, -0.1, 12.75, -1e-5, 1e9 + 0.5].map(
    (y) => ['scalar_pow', y] as const,
  );
  test.each([...wholes, ...others])(`%s %s keeps its bound (seed ${seed})`, (name, y) => {
    const primitive = primitiveOf(name);
    const scalar = primitive.pointwise!({ y })!;
    for (const type of ['f32', 'f64'] as const) {
      const [drawn] = operands(type, 1, 3000 + special.length, random(seed));
      drawn.set(special, 3000);
      const bound = name === 'integer_pow' && y >= -4 && y <= 8 ? 8 : 2;
      for (const fused of [true, false]) {
        const ys = vectorFunction(primitive.lower!({ y }, 'float64')!, type, 1, { fused })(drawn);
        const off = Array.from(ys).flatMap((z, i) => {
          const ulps = distance(type, z, scalar(drawn[i]));
          return ulps <= bound
            ? []
            : [`${drawn[i]} to the power ${y} = ${z}, not ${scalar(drawn[i])}: ${ulps} ulp, ${type}`];
        });
        expect(off.slice(0, 10)).toEqual([]);
      }
    }
  });
});

describe('integers and bool', () => {
  const integers = [
    0n,
    1n,
    -1n,
    2n,
    3n,
    7n,
    -8n,
    31n,
    32n,
    33n,
    63n,
    64n,
    255n,
    2n ** 31n - 1n,
    -(2n ** 31n),
    2n ** 40n,
  ];
  const edges = [...integers, 2n ** 63n - 1n, -(2n ** 63n), 123_456_789_012n, -987_654_321n];
  const lowered = ops.filter((op: Op) => op.primitive?.lower !== undefined);
  const points = (arity: number, values: readonly bigint[]): bigint[][] => {
    const next = random(seed);
    const pick = (): bigint => values[Math.floor(next() * values.length)];
    return Array.from({ length: arity }, () => Array.from({ length: 1200 }, pick));
  };
  const divides: ReadonlySet<string> = new Set(['floor_divide', 'trunc_divide', 'remainder', 'fmod']);
  const arityOf = (op: Op): number => op.params.filter((param) => param.kind === 'tensor').length;
  const attrsOf = (name: string): Attrs => (name === 'integer_pow' ? { y: 5 } : {});
  const loweredFor = (dtype: DType): Op[] =>
    lowered.filter(
      (op: Op) => op.primitive!.pointwise !== undefined && op.primitive!.lower!(attrsOf(op.name), dtype) !== undefined,
    );

  const kinds = [
    ['int64', 'i64', edges],
    ['int32', 'i32', edges.map((x) => BigInt.asIntN(32, x))],
    ['uint8', 'i32', edges.map((x) => BigInt.asUintN(8, x))],
    ['bool', 'm32', [0n, 1n]],
  ] as const;
  test.each(kinds)('%s has the interpreter’s values', (dtype, kind, values) => {
    const list = loweredFor(dtype);
    expect(list.length).toBeGreaterThan(15);
    for (const op of list) {
      const arity = arityOf(op);
      const drawn = points(arity, values);
      // A divisor of 0 is a mistake of the caller's: compiled code stops there, and the interpreter says so.
      const whole = drawn.map((x, k) => (op.name === 'pow' && k === 1 ? x.map((y) => (y < 0n ? 3n : y)) : x));
      const xs = divides.has(op.name) ? [drawn[0], drawn[1].map((y) => (y === 0n ? 1n : y))] : whole;
      const shape = [xs[0].length];
      const inputs = xs.map((x) => ({
        dtype,
        shape,
        data:
          dtype === 'int64'
            ? BigInt64Array.from(x)
            : dtype === 'int32'
              ? Int32Array.from(x, Number)
              : Uint8Array.from(x, Number),
      }));
      const attrs = attrsOf(op.name);
      const aval = op.primitive!.infer(
        inputs.map(() => ({ dtype, shape })),
        attrs,
      ) as { dtype: DType; shape: readonly number[] };
      const wanted = op.primitive!.eval(inputs, attrs, [aval]) as { data: ArrayLike<number | bigint> };
      const lower = op.primitive!.lower!(attrs, dtype)!;
      const ys =
        kind === 'i64'
          ? vectorFunction(lower, kind, arity)(...xs.map((x) => BigInt64Array.from(x)))
          : vectorFunction(
              lower,
              kind,
              arity,
            )(...xs.map((x) => Int32Array.from(x, (z) => Number(kind === 'm32' ? -z : z))));
      const asStored = (y: number | bigint): bigint =>
        dtype === 'uint8' ? BigInt.asUintN(8, BigInt(y)) : kind === 'm32' ? -BigInt(y) : BigInt(y);
      const off = Array.from<number | bigint>(ys).flatMap((y, i) =>
        asStored(y) === BigInt(wanted.data[i])
          ? []
          : [`${op.name}(${xs.map((x) => x[i]).join(', ')}) = ${y}, not ${wanted.data[i]}`],
      );
      expect(off.slice(0, 5)).toEqual([]);
    }
  });
});
