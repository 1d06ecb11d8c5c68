// Axes moved to other places, the rest in order.

import { normalizeAxis } from '../ir/aval.ts';
import { composite } from '../families/composite.ts';
import { fail } from '../errors.ts';
import type { Operand } from '../op.ts';

export const moveaxis = composite({
  name: 'moveaxis',
  family: 'structural',
  aliases: ['movedim'],
  doc: { text: 'Moves axes to other places; the others keep their order.', source: 'Array API 2024.12, moveaxis' },
  params: [
    { name: 'x', kind: 'tensor' },
    { name: 'source', kind: 'axes' },
    { name: 'destination', kind: 'axes' },
  ],
  samples: [
    { operands: [{ shape: [2, 3, 4] }], attrs: { source: 0, destination: -1 } },
    { operands: [{ shape: [2, 3, 4] }], attrs: { source: [0, 1], destination: [1, 0] } },
  ],
  body(b, args) {
    const x = b.lift(args['x'] as Operand);
    const rank = x.aval.shape.length;
    const [source, destination] = [args['source'], args['destination']].map((given, i) => {
      const list = (Array.isArray(given) ? given : [given]) as number[];
      const what = i === 0 ? 'source' : 'destination';
      const axes = list.map((a) => normalizeAxis(a, rank, what));
      if (new Set(axes).size !== axes.length) fail('E_AXIS', `An axis stands twice in ${what} (${list.join(', ')}).`);
      return axes;
    });
    if (source.length !== destination.length) {
      fail(
        'E_ATTRIBUTE',
        `source names ${source.length} axes and destination ${destination.length}: there must be as many.`,
      );
    }
    const rest = Array.from({ length: rank }, (_, i) => i).filter((i) => !source.includes(i));
    const axes = Array.from({ length: rank }, (_, i) => {
      const moved = destination.indexOf(i);
      return moved < 0 ? rest.shift()! : source[moved];
    });
    return b.permute_dims(x, { axes });
  },
});
