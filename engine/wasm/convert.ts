// Elements of every dtype as lanes: what kind they travel in, and how one dtype becomes another (`convertTensor`).

import type { DType } from '../ir/aval.ts';
import type { Body } from './body.ts';
import { widthOf } from './body.ts';
import type { Kind, Lanes, Vec } from './lanes.ts';
import { lanesOf } from './vocabulary.ts';

/** The lanes that elements of a dtype are loaded into; bool may also travel as m64. */
export const kindOf: Record<DType, Kind> = {
  bool: 'm32',
  uint8: 'i32',
  int32: 'i32',
  int64: 'i64',
  float32: 'f32',
  float64: 'f64',
};

/** A mask as wide as elements of 32 or 64 bits. */
export function maskAs(v: Lanes, mask: Vec, width: 32 | 64): Vec {
  if (widthOf(mask.kind) === width) return mask;
  return width === 64 ? v.widen(mask) : v.narrow(mask);
}

/** Elements of `from` as elements of `to`. */
export function convert(body: Body, x: Vec, from: DType, to: DType): Vec {
  const v = lanesOf(body, x.kind, false);
  if (from === to) return x;
  if (to === 'bool')
    return from === 'uint8' || from === 'int32' || from === 'int64' ? v.ne(x, v.const(0)) : notZero(v, x);
  if (from === 'bool') return fromMask(body, x, to);
  switch (from) {
    case 'float32':
      return to === 'float64' ? v.widen(x) : to === 'int64' ? toInt64(body, v.widen(x)) : clampByte(v, v.toInt(x), to);
    case 'float64': {
      if (to === 'float32') return v.narrow(x);
      if (to === 'int64') return toInt64(body, x);
      return clampByte(v.as('i32'), saturate(body, x), to);
    }
    case 'int64':
      if (to === 'float64') return toFloat64(body, x);
      // As Number(x) into a float32: two roundings.
      return to === 'float32' ? v.as('f64').narrow(toFloat64(body, x)) : wrapByte(v.as('i32'), v.narrow(x), to);
    default:
      if (to === 'float32') return v.toFloat(x);
      if (to === 'float64') return v.widenToFloat(x);
      return to === 'int64' ? v.widen(x) : wrapByte(v, x, to);
  }
}

const notZero = (v: Lanes, x: Vec): Vec => v.ne(x, v.const(0));

function fromMask(body: Body, mask: Vec, to: DType): Vec {
  const kind = kindOf[to];
  const v = lanesOf(body, kind, false);
  const one = v.const(1);
  const wide = maskAs(lanesOf(body, mask.kind, false), mask, widthOf(kind));
  // The bits of 1 or of 0.
  return v.and(one, wide);
}

const toInt64 = (body: Body, x: Vec): Vec =>
  body.add({ op: 'lanewise', kind: 'i64', args: [x.id], name: 'i64.trunc_sat_f64_s' });
const toFloat64 = (body: Body, x: Vec): Vec =>
  body.add({ op: 'lanewise', kind: 'f64', args: [x.id], name: 'f64.convert_i64_s' });

/** float64 to int32, cut and saturated: the numbers in between fit int64. */
function saturate(body: Body, x: Vec): Vec {
  const v = lanesOf(body, 'f64', false);
  // NaN becomes 0 in the conversion; min and max keep it.
  const bounded = v.max(v.min(x, v.const(2147483647)), v.const(-2147483648));
  return v.narrow(toInt64(body, bounded));
}

/** int32 within 0 to 255 for uint8, as floats saturate. */
function clampByte(v: Lanes, x: Vec, to: DType): Vec {
  const i = v.as('i32');
  return to === 'uint8' ? i.min(i.max(x, i.const(0)), i.const(255)) : x;
}

/** int32 modulo 256 for uint8, as integers wrap. */
export function wrapByte(v: Lanes, x: Vec, to: DType): Vec {
  return to === 'uint8' ? v.and(x, v.as('i32').const(255)) : x;
}
