// Checks a JSON value against an endpoint's schema, and says what is wrong in words and JSON Pointers.

import type { TSchema } from '@sinclair/typebox';
import type { TypeCheck, ValueError } from '@sinclair/typebox/compiler';
import { TypeCompiler, ValueErrorType } from '@sinclair/typebox/compiler';
import type { Issue } from '../../engine/index.ts';
import { nearest } from '../../engine/index.ts';
import { RequestError } from '../../routes/errors.ts';

/** More than these at once are no help. */
const most = 10;
/** And when thousands of items are wrong in the same way, not all of them are looked at. */
const mostLookedAt = 100;

/** Throws a RequestError unless the value passes. */
export function validator(schema: TSchema): (value: unknown) => void {
  const check = TypeCompiler.Compile(schema);
  return (value) => {
    if (!check.Check(value)) throw new RequestError('E_REQUEST_SHAPE', issuesOf(check, value));
  };
}

function issuesOf(check: TypeCheck<TSchema>, value: unknown): Issue[] {
  const issues: Issue[] = [];
  let looked = 0;
  for (const error of check.Errors(value)) {
    if (++looked > mostLookedAt || issues.length === most) break;
    const issue = issueOf(error);
    if (issue !== undefined) issues.push(issue);
  }
  return issues;
}

/** As much of a schema as a message needs. */
interface Expected {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly anyOf?: readonly { readonly const?: unknown; readonly type?: string }[];
  readonly minimum?: number;
  readonly maximum?: number;
}

function issueOf({ type, path, schema, value }: ValueError): Issue | undefined {
  const expected = schema as Expected;
  const at = path.lastIndexOf('/');
  const key = path
    .slice(at + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  if (type === ValueErrorType.ObjectRequiredProperty) {
    return { pointer: path.slice(0, at), message: `"${key}" is missing, and should be ${wanted(expected)}.` };
  }
  // The type error that follows each missing member.
  if (value === undefined) return undefined;
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    const fields = Object.keys(expected.properties ?? {});
    const hint = nearest(key, fields) ?? `The fields are ${fields.join(', ')}.`;
    return { pointer: path, message: `There is no field ${JSON.stringify(key)} here.`, hint };
  }
  const options = choices(expected);
  const hint = options !== undefined && typeof value === 'string' ? nearest(value, options) : undefined;
  const what = path === '' ? 'The body' : /^\d+$/.test(key) ? 'This item' : `"${key}"`;
  return {
    pointer: path,
    message: `${what} should be ${wanted(expected)}, and is ${shown(value)}.`,
    ...(hint && { hint }),
  };
}

function choices({ anyOf }: Expected): string[] | undefined {
  return anyOf?.flatMap((option) => (typeof option.const === 'string' ? [option.const] : []));
}

function wanted(expected: Expected): string {
  const options = choices(expected);
  if (options !== undefined && options.length > 0) return `one of ${options.map((o) => JSON.stringify(o)).join(', ')}`;
  switch (expected.type) {
    case 'string':
      return 'a string';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case 'integer':
      return `a whole number${range(expected)}`;
    case 'number':
      return 'a number';
    default:
      return 'a tensor';
  }
}

function range({ minimum, maximum }: Expected): string {
  if (minimum !== undefined && maximum === undefined) return ` from ${minimum}`;
  return minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…${typeof value === 'string' ? '"' : ''}` : text;
}
