// What can be assigned to, and what is said where something else stands on the left.

import type { Expression } from './ast.ts';
import { refuse } from './syntax.ts';

/** Refuses what is no target: at the top a lone starred one too. */
export function checkTarget(target: Expression, top = true): void {
  switch (target.kind) {
    case 'Name':
    case 'Attribute':
      if (target.name === '__debug__') refuse(target.span, '__debug__ cannot be assigned to.');
      return;
    // Whether an item can be changed is known when the program is traced.
    case 'Subscript':
      return;
    case 'Tuple':
    case 'List': {
      const stars = target.items.filter((t) => t.kind === 'Starred');
      if (stars[1] !== undefined)
        refuse(stars[1].span, 'One target of an assignment can have a *, and this is the second.');
      for (const item of target.items) checkTarget(item, false);
      return;
    }
    case 'Starred':
      if (top) refuse(target.span, 'A target with a * stands among others.', 'One alone: *a, = x.');
      checkTarget(target.value, false);
      return;
    default:
      refuse(target.span, `${description(target)} cannot be assigned to.`, wayOut(target));
  }
}

/** Refuses what `+=` and the like cannot update. */
export function checkUpdated(target: Expression): void {
  if (target.kind === 'Tuple' || target.kind === 'List') {
    refuse(target.span, 'Several targets cannot be updated at once.', 'Update one after the other.');
  }
  checkTarget(target);
}

function wayOut(target: Expression): string | undefined {
  switch (target.kind) {
    case 'Call':
      return 'To change items of an array: x = x.at[i].set(v). To compare: ==.';
    case 'Compare':
    case 'Binary':
    case 'Unary':
    case 'Num':
      return 'A name stands on the left and its value on the right; == compares.';
    default:
      return undefined;
  }
}

function description(e: Expression): string {
  const words: Partial<Record<Expression['kind'], string>> = {
    Num: 'A number',
    Complex: 'A number',
    Str: 'A string',
    Ellipsis: 'The ellipsis',
    Dict: 'A dict',
    Call: 'The result of a call',
    Compare: 'A comparison',
    Lambda: 'A lambda',
    IfExp: 'A conditional expression',
    NamedExpr: 'A := expression',
    ListComp: 'A comprehension',
    DictComp: 'A comprehension',
    GeneratorExp: 'A generator',
  };
  if (e.kind === 'Bool') return e.value ? 'True' : 'False';
  if (e.kind === 'None') return 'None';
  return words[e.kind] ?? 'An expression';
}
