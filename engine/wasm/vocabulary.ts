// The vocabulary of lowerings over a loop body: each word becomes an instruction.

import { invariant } from '../errors.ts';
import type { Body, IntegerName } from './body.ts';
import { widthOf } from './body.ts';
import type { Kind, Lanes, Vec } from './lanes.ts';
import { math } from './math/index.ts';
import type { Lower } from './lanes.ts';
import type { Plain } from './opcodes.ts';

const shapeOf: Record<Kind, string> = {
  f32: 'f32x4',
  f64: 'f64x2',
  i32: 'i32x4',
  i64: 'i64x2',
  m32: 'i32x4',
  m64: 'i64x2',
};

const view = new DataView(new ArrayBuffer(8));

/** The bits of a number in a lane of a kind. */
export function bitsOf(kind: Kind, x: number | bigint): bigint {
  switch (kind) {
    case 'f32':
      view.setFloat32(0, Number(x));
      return BigInt(view.getUint32(0));
    case 'f64':
      view.setFloat64(0, Number(x));
      return view.getBigUint64(0);
    default:
      return BigInt.asUintN(widthOf(kind), BigInt(x));
  }
}

/** The vocabulary for elements of a type; with `fused`, fma rounds once (relaxed SIMD). */
export function lanesOf(body: Body, type: Kind, fused: boolean): Lanes {
  const width = widthOf(type);
  const int: Kind = width === 32 ? 'i32' : 'i64';
  const float: Kind = width === 32 ? 'f32' : 'f64';
  const mask: Kind = width === 32 ? 'm32' : 'm64';
  const isFloat = type === 'f32' || type === 'f64';
  const constant = (kind: Kind, x: number | bigint): Vec =>
    body.add({ op: 'const', kind, args: [], bits: bitsOf(kind, x) });
  const plain = (name: string, kind: Kind, ...xs: Vec[]): Vec =>
    body.add({ op: 'plain', kind, args: xs.map((x) => x.id), name: name as Plain });
  const shift = (name: string, x: Vec, by: number): Vec =>
    body.add({ op: 'shift', kind: int, args: [x.id], name: `${shapeOf[int]}.${name}` as Plain, by });
  const own = (name: string, ...xs: Vec[]): Vec => {
    for (const x of xs) invariant(x.kind === type, `${name} of ${type} is given ${x.kind}`);
    return plain(`${shapeOf[type]}.${name}`, type, ...xs);
  };
  const floats = (name: string, ...xs: Vec[]): Vec => {
    for (const x of xs) invariant(x.kind === float, `${name} of ${float} is given ${x.kind}`);
    return plain(`${shapeOf[float]}.${name}`, float, ...xs);
  };
  const integers = (name: string, kind: Kind, ...xs: Vec[]): Vec => {
    for (const x of xs) invariant(widthOf(x.kind) === width, `${name} of ${int} is given ${x.kind}`);
    return plain(`${shapeOf[int]}.${name}`, kind, ...xs);
  };
  const compare = (name: string, x: Vec, y: Vec): Vec => {
    invariant(x.kind === y.kind && widthOf(x.kind) === width, `${name} compares ${x.kind} and ${y.kind}`);
    const signed = x.kind === 'f32' || x.kind === 'f64' || name === 'eq' || name === 'ne' ? name : `${name}_s`;
    return plain(`${shapeOf[x.kind]}.${signed}`, mask, x, y);
  };
  const bitwise = (name: string, x: Vec, ...rest: Vec[]): Vec => {
    for (const y of rest) invariant(widthOf(y.kind) === widthOf(x.kind), `${name} of ${x.kind} and ${y.kind}`);
    return plain(`v128.${name}`, x.kind, x, ...rest);
  };
  const recast = (x: Vec, kind: Kind): Vec => {
    invariant(widthOf(x.kind) === widthOf(kind), `${x.kind} has not the width of ${kind}`);
    return { id: x.id, kind };
  };
  const laneByLane = (name: IntegerName, x: Vec, y: Vec): Vec => {
    for (const z of [x, y]) invariant(z.kind === int, `${name} of ${int} is given ${z.kind}`);
    return body.add({ op: 'integers', kind: int, args: [x.id, y.id], name });
  };
  const sign = (): Vec => constant(int, 1n << BigInt(width - 1));
  const v: Lanes = {
    type,
    fused,
    const: (x) => constant(type, x),
    bits: (n) => constant(int, n),
    add: (x, y) => (isFloat ? own('add', x, y) : integers('add', x.kind, x, y)),
    sub: (x, y) => (isFloat ? own('sub', x, y) : integers('sub', x.kind, x, y)),
    mul: (x, y) => (isFloat ? own('mul', x, y) : integers('mul', x.kind, x, y)),
    div: (x, y) => floats('div', x, y),
    // Not f64x2.neg, which the revectorizing pass of V8 13 gets wrong at times.
    neg: (x) => (isFloat ? bitwise('xor', x, recast(sign(), x.kind)) : integers('neg', x.kind, x)),
    abs: (x) => (isFloat ? bitwise('andnot', x, recast(sign(), x.kind)) : integers('abs', x.kind, x)),
    negated(x) {
      const instr = body.instrs[x.id];
      if (instr.op !== 'plain' || instr.name !== 'v128.xor' || !isFloat || x.kind !== type) return undefined;
      return body.constantBits({ id: instr.args[1], kind: int }) === 1n << BigInt(width - 1)
        ? { id: instr.args[0], kind: type }
        : undefined;
    },
    sqrt: (x) => floats('sqrt', x),
    fma: (x, y, z) => (fused ? floats('relaxed_madd', x, y, z) : floats('add', floats('mul', x, y), z)),
    nfma: (x, y, z) => (fused ? floats('relaxed_nmadd', x, y, z) : floats('sub', z, floats('mul', x, y))),
    min: (x, y) => (isFloat ? own('min', x, y) : integerExtremum('min_s', 'gt_s', x, y)),
    max: (x, y) => (isFloat ? own('max', x, y) : integerExtremum('max_s', 'lt_s', x, y)),
    pmin: (x, y) => floats('pmin', x, y),
    pmax: (x, y) => floats('pmax', x, y),
    floor: (x) => floats('floor', x),
    ceil: (x) => floats('ceil', x),
    trunc: (x) => floats('trunc', x),
    nearest: (x) => floats('nearest', x),
    eq: (x, y) => compare('eq', x, y),
    ne: (x, y) => compare('ne', x, y),
    lt: (x, y) => compare('lt', x, y),
    le: (x, y) => compare('le', x, y),
    gt: (x, y) => compare('gt', x, y),
    ge: (x, y) => compare('ge', x, y),
    select(m, x, y) {
      invariant(
        widthOf(m.kind) === widthOf(x.kind) && widthOf(x.kind) === widthOf(y.kind),
        `select by ${m.kind} of ${x.kind} and ${y.kind}`,
      );
      const name = fused && m.kind === mask ? (`${shapeOf[mask]}.relaxed_laneselect` as const) : 'v128.bitselect';
      return body.add({ op: 'plain', kind: x.kind, args: [x.id, y.id, m.id], name: name as Plain });
    },
    and: (x, y) => bitwise('and', x, y),
    or: (x, y) => bitwise('or', x, y),
    xor: (x, y) => bitwise('xor', x, y),
    not: (x) => bitwise('not', x),
    andnot: (x, y) => bitwise('andnot', x, y),
    asInt: (x) => recast(x, widthOf(x.kind) === 32 ? 'i32' : 'i64'),
    asFloat: (x) => recast(x, widthOf(x.kind) === 32 ? 'f32' : 'f64'),
    iadd: (x, y) => integers('add', int, x, y),
    isub: (x, y) => integers('sub', int, x, y),
    imul: (x, y) => integers('mul', int, x, y),
    ieq: (x, y) => integers('eq', mask, x, y),
    igt: (x, y) => integers('gt_s', mask, x, y),
    shl: (x, by) => shift('shl', x, by),
    shr: (x, by) => shift('shr_u', x, by),
    sar: (x, by) => shift('shr_s', x, by),
    toFloat(x) {
      invariant(x.kind === 'i32', 'i32 alone converts to f32');
      return plain('f32x4.convert_i32x4_s', 'f32', x);
    },
    toInt(x) {
      invariant(x.kind === 'f32', 'f32 alone converts to i32');
      return plain('i32x4.trunc_sat_f32x4_s', 'i32', x);
    },
    widen(x) {
      const name: Plain = x.kind === 'f32' ? 'f64x2.promote_low_f32x4' : 'i64x2.extend_low_i32x4_s';
      const kind: Kind = x.kind === 'f32' ? 'f64' : x.kind === 'i32' ? 'i64' : 'm64';
      invariant(widthOf(x.kind) === 32, `${x.kind} is wide`);
      return body.add({ op: 'widen', kind, args: [x.id], name });
    },
    narrow(x) {
      invariant(widthOf(x.kind) === 64, `${x.kind} is narrow`);
      const kind: Kind = x.kind === 'f64' ? 'f32' : x.kind === 'i64' ? 'i32' : 'm32';
      return body.add({ op: 'narrow', kind, args: [x.id] });
    },
    widenToFloat(x) {
      invariant(x.kind === 'i32', 'i32 alone widens to f64');
      return body.add({ op: 'widen', kind: 'f64', args: [x.id], name: 'f64x2.convert_low_i32x4_s' });
    },
    as: (other) => (other === type ? v : lanesOf(body, other, fused)),
    quotient: (x, y) => laneByLane('div_s', x, y),
    rest: (x, y) => laneByLane('rem_s', x, y),
    power: (x, y) => laneByLane('power', x, y),
    use: (name, ...xs) => (math as Readonly<Record<string, Lower>>)[name](v, ...xs),
    scalar: (name, ...xs) => body.add({ op: 'scalar', kind: type, args: xs.map((x) => x.id), name }),
    rarely: (m, name, xs, y) =>
      body.add({ op: 'rarely', kind: type, args: [m.id, y.id, ...xs.map((x) => x.id)], name }),
  };
  /** There are no 64-bit extrema. */
  const integerExtremum = (name: 'min_s' | 'max_s', beyond: 'gt_s' | 'lt_s', x: Vec, y: Vec): Vec =>
    width === 32 ? integers(name, x.kind, x, y) : v.select(plain(`${shapeOf[int]}.${beyond}`, mask, x, y), y, x);
  return v;
}
