// The names that a function assigns: they are its own, wherever in its body the assignment stands.

import type { Expression, FunctionDef, Statement } from './ast.ts';

export function assignedNames(f: FunctionDef): ReadonlySet<string> {
  const names = new Set<string>();
  const { params } = f;
  for (const p of [...params.positional, ...params.keywordOnly]) names.add(p.name);
  if (params.rest !== undefined) names.add(params.rest);
  if (params.keywords !== undefined) names.add(params.keywords);
  collect(f.body, names);
  return names;
}

function collect(body: readonly Statement[], names: Set<string>): void {
  for (const s of body) {
    switch (s.kind) {
      case 'Assign':
        for (const t of s.targets) bind(t, names);
        break;
      case 'AnnAssign':
      case 'AugAssign':
        bind(s.target, names);
        break;
      case 'FunctionDef':
        names.add(s.name);
        break;
      case 'If':
        collect(s.body, names);
        collect(s.orelse, names);
        break;
      case 'For':
        bind(s.target, names);
        collect(s.body, names);
        break;
      case 'While':
        collect(s.body, names);
        break;
      case 'Import':
        for (const { module, alias } of s.names) names.add(alias ?? module.split('.')[0]);
        break;
      case 'ImportFrom':
        for (const { name, alias } of s.names) names.add(alias ?? name);
        break;
      default:
    }
  }
}

function bind(target: Expression, names: Set<string>): void {
  if (target.kind === 'Name') names.add(target.name);
  else if (target.kind === 'Tuple' || target.kind === 'List') for (const t of target.items) bind(t, names);
  else if (target.kind === 'Starred') bind(target.value, names);
}
