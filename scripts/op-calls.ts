// Generates engine/ops/calls.ts: the typed builder methods that derivative rules and composites name ops through.

import { isPositionalOperand, methodName } from '../engine/ir/builder.ts';
import type { Op, Param } from '../engine/op.ts';

const attrTypes: Record<Param['kind'], string> = {
  tensor: 'Operand',
  tensors: 'readonly Operand[]',
  int: 'number',
  float: 'number',
  bool: 'boolean',
  string: 'string',
  enum: 'string',
  axis: 'number | null',
  axes: 'number | readonly number[] | null',
  ints: 'readonly number[]',
  shape: 'readonly number[]',
  dtype: 'DType',
  index: 'AttrValue',
  function: 'Subprogram',
  functions: 'readonly Subprogram[]',
  any: 'AttrValue',
};

/** The text of the file, from the ops themselves. */
export function produceCalls(ops: readonly Op[]): string {
  const methods = [...ops].sort((a, b) => (a.name < b.name ? -1 : 1)).map(method);
  return `// Typed builder methods, one per op. Generated from the ops: run \`npm run generate\` after changing one.

import type { DType } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import type { AttrValue, Operand, Subprogram } from '../op.ts';

export interface OpCalls {
${methods.join('\n')}
}
`;
}

const reserved: ReadonlySet<string> = new Set(
  'case catch class const default delete else for function if in new return this var with'.split(' '),
);

function method(op: Op): string {
  const operands = op.params.filter(isPositionalOperand);
  const attrs = op.params.filter((p) => !operands.includes(p));
  const parts = operands.map((p, i) => {
    const type = p.kind === 'tensors' ? 'readonly Operand[]' : 'Operand';
    const rest = operands.slice(i).every((q) => q.default !== undefined) && attrs.every((q) => q.default !== undefined);
    // Positional here, so only its place counts: a name that TypeScript reserves gets an underscore.
    const name = reserved.has(p.name) ? `${p.name}_` : p.name;
    return `${name}${rest ? '?' : ''}: ${p.default === null ? `${type} | null` : type}`;
  });
  if (attrs.length > 0) {
    const fields = attrs.map((p) => {
      const type = attrTypes[p.kind];
      const nullable = p.default === null && !type.includes('null') && type !== 'AttrValue' ? `${type} | null` : type;
      return `${p.name}${p.default === undefined ? '' : '?'}: ${nullable}`;
    });
    const optional = attrs.every((p) => p.default !== undefined);
    parts.push(`attrs${optional ? '?' : ''}: { ${fields.map((f) => `readonly ${f}`).join('; ')} }`);
  }
  const result = op.results === undefined ? 'Value' : 'readonly Value[]';
  return `  ${methodName(op.name)}(${parts.join(', ')}): ${result};`;
}
