// The op files of the engine: engine/ops/<wire name>.ts, each exporting one const named after its op.

import { readdir, readFile } from 'node:fs/promises';

interface OpFile {
  /** The op's name on the wire: `linalg.norm`. */
  readonly name: string;
  /** The const that its file exports: `linalg_norm`. */
  readonly identifier: string;
  /** The file's name inside engine/ops. */
  readonly file: string;
}

const folder = new URL('../engine/ops/', import.meta.url);
const generated = new Set(['index.ts', 'calls.ts']);
const reserved = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof var void while with yield'
  ).split(' '),
);

/** Sorted by name; throws when a file breaks the convention. */
export async function opFiles(): Promise<readonly OpFile[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !generated.has(file));
  const ops = files.map((file) => {
    const name = file.slice(0, -'.ts'.length);
    return { name, identifier: identifier(name), file };
  });
  ops.sort((a, b) => (a.name < b.name ? -1 : 1));
  const complaints = await Promise.all(ops.map(complaint));
  const broken = complaints.filter((text) => text !== null);
  if (broken.length > 0) throw new Error(`engine/ops:\n  ${broken.join('\n  ')}`);
  return ops;
}

function identifier(name: string): string {
  const joined = name.replaceAll('.', '_');
  return reserved.has(joined) ? `${joined}_` : joined;
}

async function complaint({ file, identifier }: OpFile): Promise<string | null> {
  const source = await readFile(new URL(file, folder), 'utf8');
  const exported = [...source.matchAll(/^export (?!type\b|interface\b)(.*)$/gm)].map(([, what]) => what);
  const only = exported.length === 1 && new RegExp(`^const ${identifier}\\b`).test(exported[0]);
  if (only) return null;
  const found = exported.map((what) => what.replace(/\s*[:=({].*$/, '')).join(', ') || 'nothing';
  return `${file} exports ${found}; it should export one op, const ${identifier}.`;
}
