// Where tensors may stand in a request, read off its schema.

import type { TSchema } from '@sinclair/typebox';
import type { Place } from '../../engine/index.ts';

/** As much of a schema as has other schemas in it. */
interface Parts {
  readonly $id?: string;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly additionalProperties?: TSchema | boolean;
  readonly items?: TSchema;
}

/** The places of the schema's tensors (the component of that name); undefined where it has none. */
export function placesOf(schema: TSchema): Place | undefined {
  const { $id, properties = {}, additionalProperties, items: item } = schema as Parts;
  if ($id === 'Tensor') return 'tensor';
  const fields = new Map(
    Object.entries(properties).flatMap(([name, part]) => {
      const place = placesOf(part);
      return place === undefined ? [] : [[name, place] as const];
    }),
  );
  const names = typeof additionalProperties === 'object' ? placesOf(additionalProperties) : undefined;
  const items = item === undefined ? undefined : placesOf(item);
  return fields.size === 0 && names === undefined && items === undefined ? undefined : { fields, names, items };
}
