// Views: where the elements of a tensor lie in memory that another one owns.

import type { Shape } from './aval.ts';
import { stridesOf } from './aval.ts';

/** Element (i₀, i₁, …) lies at offset + Σ iₖ strides[k], counted in elements. A repeated axis has stride 0. */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** All of a tensor, row-major. */
export const wholeView = (shape: Shape): View => ({ shape, strides: stridesOf(shape), offset: 0 });

/** Axes of size 1 left out. */
export function squeezeView({ shape, strides, offset }: View): View {
  const kept = shape.map((_d, i) => i).filter((i) => shape[i] !== 1);
  return { shape: kept.map((i) => shape[i]), strides: kept.map((i) => strides[i]), offset };
}

/**
 * The view in another shape of as many elements, or null where no strides give it (then the elements must be copied
 * first). Axes that lie evenly in each other are merged, and split again where the shape asks for it.
 */
export function reshapeView(view: View, shape: Shape): View | null {
  const { shape: from, strides: steps, offset } = squeezeView(view);
  if (from.includes(0) || shape.includes(0)) return { shape, strides: stridesOf(shape), offset };
  const strides = new Array<number>(shape.length).fill(0);
  let i = 0;
  let k = 0;
  while (i < from.length) {
    // The shortest run of old axes and of new ones with as many elements.
    const [i0, k0] = [i, k];
    let old = from[i++];
    let now = 1;
    while (now !== old) {
      if (now < old) {
        if (k >= shape.length) return null;
        now *= shape[k++];
      } else {
        if (i >= from.length) return null;
        old *= from[i++];
      }
    }
    for (let j = i0; j + 1 < i; j++) if (steps[j] !== steps[j + 1] * from[j + 1]) return null;
    let step = steps[i - 1];
    for (let j = k - 1; j >= k0; j--) {
      strides[j] = step;
      step *= shape[j];
    }
  }
  return { shape, strides, offset };
}
