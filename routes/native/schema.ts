// What schemas are made of: components of openapi.yaml, strict objects, choices.

import type { SchemaOptions, TObject, TProperties, TSchema, TUnsafe } from '@sinclair/typebox';
import { Kind, Type } from '@sinclair/typebox';

/** The schema that stands under `name` in openapi.yaml, and as a reference wherever it is used. */
export const component = (name: string, options: SchemaOptions): SchemaOptions => ({ $id: name, ...options });

/** Documented by a JSON Schema and not checked by it: what reads the value makes the better complaint. */
export const documented = <T>(schema: SchemaOptions): TUnsafe<T> => Type.Unsafe<T>({ ...schema, [Kind]: 'Any' });

export const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

export const strict = <P extends TProperties>(properties: P, options: SchemaOptions = {}): TObject<P> =>
  Type.Object(properties, { additionalProperties: false, ...options });

/** An object whose keys are the caller's own names. */
export const named = <T>(schema: TSchema, options: SchemaOptions = {}): TUnsafe<Record<string, T>> =>
  Type.Unsafe<Record<string, T>>(Type.Object({}, { ...options, additionalProperties: schema }));

export const oneOf = <const T extends string>(values: readonly T[], options: SchemaOptions = {}): TUnsafe<T> =>
  Type.Unsafe<T>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      options,
    ),
  );

export const names = (description: string) => Type.Array(Type.String(), { description });
