// Items and slices of static sequences, by Python's rules.

import type { PyValue, Site } from './values.ts';
import { describe, failAt, isKind, iterate, staticInt, tuple } from './values.ts';

/** An item or a slice of a static sequence. */
export function element(value: PyValue, index: PyValue, site: Site): PyValue {
  const items = iterate(value, site);
  if (isKind(index, 'slice')) {
    const part = sliced(items, index, site);
    if (typeof value === 'string') return (part as string[]).join('');
    return isKind(value, 'tuple') ? tuple(part) : { kind: 'list', items: [...part] };
  }
  const at = staticInt(index, 'The index', site);
  const i = at < 0 ? at + items.length : at;
  if (i < 0 || i >= items.length) {
    failAt(site.place, 'E_INDEX_OUT_OF_BOUNDS', `Index ${at} is out of bounds for ${describe(value)}.`);
  }
  return items[i];
}

function sliced(items: readonly PyValue[], slice: Extract<PyValue, { kind: 'slice' }>, site: Site): PyValue[] {
  const n = items.length;
  const step = slice.step === null ? 1 : staticInt(slice.step, 'The step', site);
  if (step === 0) failAt(site.place, 'E_PROGRAM_VALUE', 'The step of a slice is 0.');
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? n : n - 1;
  const bound = (v: PyValue, other: number): number => {
    if (v === null) return other;
    const at = staticInt(v, 'The bound', site);
    return Math.max(low, Math.min(high, at < 0 ? at + n : at));
  };
  const start = bound(slice.start, step > 0 ? low : high);
  const stop = bound(slice.stop, step > 0 ? high : low);
  const out: PyValue[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) out.push(items[i]);
  return out;
}
