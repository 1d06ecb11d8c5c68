// The sum of what reaches a value from its uses: cotangents of its parts are laid side by side rather than added up.

import type { Builder } from '../ir/builder.ts';
import type { Value } from '../ir/graph.ts';
import { addStacked } from '../families/loops.ts';
import type { Padding } from '../families/padding.ts';
import { paddingOf } from '../families/padding.ts';
import { addCotangents } from '../families/sums.ts';

const add = (b: Builder, x: Value, y: Value): Value =>
  x.aval.stacked === true ? addStacked(b, x, y) : addCotangents(b, x, y);

/** Terms with the same zeros around them: what lies within is added up before the zeros are put around it. */
interface Within {
  readonly padding: Padding;
  inner: Value;
}

/**
 * The sum of cotangents of one value, one term for each of its uses. Where uses are slices, terms have zeros around them; those
 * that lie side by side become one array. So a value that is taken apart costs as much as its elements, and not that
 * much for each part.
 */
export class Accumulator {
  readonly #b: Builder;
  #whole: Value | null = null;
  readonly #parts = new Map<string, Within>();

  constructor(b: Builder) {
    this.#b = b;
  }

  add(term: Value): void {
    const padded = paddingOf(term);
    if (padded === null) {
      this.#whole = this.#whole === null ? term : add(this.#b, this.#whole, term);
      return;
    }
    const { inner, padding } = padded;
    const key = JSON.stringify(padding);
    const same = this.#parts.get(key);
    if (same === undefined) this.#parts.set(key, { padding, inner });
    else same.inner = add(this.#b, same.inner, inner);
  }

  /** Puts a sum in place of all terms so far, which are part of it. */
  become(total: Value): void {
    this.#parts.clear();
    this.#whole = total;
  }

  /** The sum of the terms, of which there is one at least. */
  total(): Value {
    const b = this.#b;
    if (this.#parts.size > 0) {
      const terms = sideBySide([...this.#parts.values()]).map((run) => put(b, run));
      this.#parts.clear();
      this.#whole = (this.#whole === null ? terms : [this.#whole, ...terms]).reduce((sum, term) => add(b, sum, term));
    }
    return this.#whole!;
  }
}

/** The axis along which alone there are zeros around the elements and none between them; null where there is no such. */
function axisOf({ padding: { low, high, interior } }: Within): number | null {
  const axes = low.flatMap((_n, i) => (low[i] + high[i] + interior[i] === 0 ? [] : [i]));
  return axes.length === 1 && interior[axes[0]] === 0 ? axes[0] : null;
}

/** From the first on; of two that begin together, the longer one before the other. */
const inOrder =
  (axis: number) =>
  (x: Within, y: Within): number =>
    x.padding.low[axis] - y.padding.low[axis] || x.padding.high[axis] - y.padding.high[axis];

/** Terms that follow one another along an axis, as lists; all others alone. */
function sideBySide(terms: readonly Within[]): (readonly Within[])[] {
  const runs: (readonly Within[])[] = [];
  const byAxis = new Map<number, Within[]>();
  for (const term of terms) {
    const axis = axisOf(term);
    if (axis === null) runs.push([term]);
    else byAxis.set(axis, [...(byAxis.get(axis) ?? []), term]);
  }
  for (const [axis, places] of byAxis) {
    let run: Within[] = [];
    let end = -1;
    for (const place of places.sort(inOrder(axis))) {
      const from = place.padding.low[axis];
      if (from < end) {
        runs.push([place]);
        continue;
      }
      if (from > end) runs.push((run = []));
      run.push(place);
      end = from + place.inner.aval.shape[axis];
    }
  }
  return runs;
}

/** What follows one another, with the zeros around it. */
function put(b: Builder, run: readonly Within[]): Value {
  const [{ padding, inner }] = run;
  const { low, interior } = padding;
  const last = run[run.length - 1].padding;
  const axis = run.length === 1 ? 0 : axisOf(run[0])!;
  const whole =
    run.length === 1
      ? inner
      : b.concat(
          run.map((place) => place.inner),
          { axis },
        );
  return b.zero_pad(whole, { low: [...low], high: [...last.high], interior: [...interior] });
}
