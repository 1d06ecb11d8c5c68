// What the reader makes of bytes: values that stand in a request where nested lists or a base64 string would.

import type { DType, Shape } from '../ir/aval.ts';
import { sizeOf } from '../ir/aval.ts';
import type { TensorData } from '../ir/tensor.ts';

/** A rectangular list of finite JSON numbers, read straight from a body: as good as the nested lists, in an eighth of the memory. */
export class NumberList {
  /** At least one axis, none of length 0. */
  readonly shape: Shape;
  /** The elements in row-major order, in pieces. */
  readonly #pieces: readonly Float64Array[];

  constructor(shape: Shape, pieces: readonly Float64Array[]) {
    this.shape = shape;
    this.#pieces = pieces;
  }

  /**
   * Writes the elements to `to`, as a dtype; false where one of them is no value of it, and then `to` is to be thrown away.
   * float32 rounds to nearest, and what would round to an infinity does not fit.
   */
  copyTo(to: TensorData, dtype: DType): boolean {
    let at = 0;
    for (const piece of this.#pieces) {
      if (!copies[dtype](piece, to, at)) return false;
      at += piece.length;
    }
    return true;
  }

  /** The nested lists that JSON.parse would have made. */
  nested(): unknown[] {
    const all = new Float64Array(sizeOf(this.shape));
    this.copyTo(all, 'float64');
    let at = 0;
    const build = (depth: number): unknown[] => {
      if (depth < this.shape.length - 1) return Array.from({ length: this.shape[depth] }, () => build(depth + 1));
      at += this.shape[depth];
      return Array.from(all.subarray(at - this.shape[depth], at));
    };
    return build(0);
  }
}

/** A string that stands where base64 does, as it stands in the body: ASCII without escapes. Whether it is base64 shows when it is read. */
export class Base64Text {
  readonly text: Uint8Array;

  constructor(text: Uint8Array) {
    this.text = text;
  }
}

type Copy = (from: Float64Array, to: TensorData, at: number) => boolean;

const copies: Record<DType, Copy> = {
  float64(from, to, at) {
    (to as Float64Array).set(from, at);
    return true;
  },
  float32(from, to, at) {
    const out = to as Float32Array;
    out.set(from, at);
    for (let i = at; i < at + from.length; i++) if (out[i] - out[i] !== 0) return false;
    return true;
  },
  int32: integers((x) => x | 0),
  uint8: integers((x) => x & 255),
  bool: integers((x) => x & 1),
  int64(from, to, at) {
    const words = new Int32Array(to.buffer, to.byteOffset + 8 * at, 2 * from.length);
    for (let i = 0; i < from.length; i++) {
      const x = from[i];
      if (!Number.isSafeInteger(x)) return false;
      words[2 * i] = x;
      words[2 * i + 1] = Math.floor(x / 4_294_967_296);
    }
    return true;
  },
};

/** Elements that are what `wrap` makes of them: it takes a number to the nearest value of the type below it. */
function integers(wrap: (x: number) => number): Copy {
  return (from, to, at) => {
    for (let i = 0; i < from.length; i++) {
      const x = from[i];
      const n = wrap(x);
      if (n !== x) return false;
      to[at + i] = n;
    }
    return true;
  };
}
