// What the results of linear ops read of their operands, for the ops that share it.

import type { Reads } from '../op.ts';
import type { Tensor } from '../ir/tensor.ts';

/** Each element reads that of the same place, but where a factor is known to be zero: there, nothing. */
export function whereNotZero(factor: Tensor | null): Reads {
  return factor === null ? {} : keeping(factor, (x) => x !== 0);
}

/** Each element reads that of the same place where the test of another tensor's element holds; elsewhere nothing. */
export function keeping({ data }: Tensor, test: (x: number) => boolean): Reads {
  const at = new Int32Array(data.length);
  for (let i = 0; i < at.length; i++) at[i] = test(Number(data[i])) ? i : -1;
  return { at };
}

/** Groups from lists that are counted first: `visit` is called twice and gives each item of each group, in any order. */
export function grouped(
  count: number,
  visit: (give: (group: number, item: number) => void) => void,
): NonNullable<Reads['groups']> {
  const starts = new Int32Array(count + 1);
  visit((group) => {
    starts[group + 1]++;
  });
  for (let g = 0; g < count; g++) starts[g + 1] += starts[g];
  const items = new Int32Array(starts[count]);
  const next = starts.slice(0, count);
  visit((group, item) => {
    items[next[group]++] = item;
  });
  return { starts, items };
}

/** `count` groups of `each` items, one after another. */
export function evenGroups(items: Int32Array, each: number, count: number): NonNullable<Reads['groups']> {
  return { starts: Int32Array.from({ length: count + 1 }, (_, g) => g * each), items };
}
