// Reads the examples out of a Markdown page: each shell block with curl, and the JSON block that follows as its answer.

import { readFileSync } from 'node:fs';

export interface Example {
  /** Where the example stands, for the test's name: `README.md:42`. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** What the page says comes back; undefined where it shows no answer. */
  readonly answer: unknown;
}

const root = new URL('../../', import.meta.url);

export function examplesOf(page: string): Example[] {
  const lines = readFileSync(new URL(page, root), 'utf8').split('\n');
  const examples: Example[] = [];
  for (const block of blocks(lines)) {
    if (block.language === 'sh' && block.text.includes('curl ')) examples.push(...requestsIn(block, page));
    else if (block.language === 'json' && examples.length > 0) {
      const last = examples[examples.length - 1];
      if (last.answer === undefined) examples[examples.length - 1] = { ...last, answer: JSON.parse(block.text) };
    }
  }
  return examples;
}

interface Block {
  readonly language: string;
  readonly line: number;
  readonly text: string;
}

function blocks(lines: readonly string[]): Block[] {
  const found: Block[] = [];
  let open: { language: string; line: number; text: string[] } | undefined;
  lines.forEach((line, i) => {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) open?.text.push(line);
    else if (open === undefined) open = { language: fence[1], line: i + 1, text: [] };
    else {
      found.push({ ...open, text: open.text.join('\n') });
      open = undefined;
    }
  });
  return found;
}

/** The requests of a block: `curl -s localhost:8080/path -d '…'` with the usual few options. */
function requestsIn(block: Block, page: string): Example[] {
  const calls = block.text.matchAll(
    /curl (?:-\w+ )*(?:-X (?<verb>[A-Z]+) )?(?:http:\/\/)?localhost:8080(?<path>\/\S*)(?<headers>(?: -H '[^']*')*)(?: -d '(?<body>[^']*)')?/g,
  );
  const examples = [...calls].map(({ groups }) => ({
    at: `${page}:${block.line}`,
    method: groups?.['verb'] ?? (groups?.['body'] === undefined ? 'GET' : 'POST'),
    path: groups?.['path'] ?? '/',
    headers: headersIn(groups?.['headers'] ?? ''),
    body: groups?.['body'],
    answer: undefined,
  }));
  if (examples.length === 0) throw new Error(`${page}:${block.line}: the example is not a request that can be read`);
  return examples;
}

/** Of curl's options: -H 'Name: value'. */
const headersIn = (given: string): Record<string, string> =>
  Object.fromEntries([...given.matchAll(/-H '([^:']+): ([^']*)'/g)].map(([, name, value]) => [name, value]));

/** The first JSON block of a page. */
export function firstJson(page: string): unknown {
  const lines = readFileSync(new URL(page, root), 'utf8').split('\n');
  return JSON.parse(blocks(lines).find(({ language }) => language === 'json')!.text);
}
