// engine/ops/index.ts: every op there is, by name.

import { opFiles } from './op-files.ts';

export async function opIndex(): Promise<string> {
  const ops = await opFiles();
  return [
    '// Every op there is, by name. Generated from the files beside it: npm run generate',
    '',
    `import type { Op } from '../op.ts';`,
    ...ops.map(({ identifier, file }) => `import { ${identifier} } from './${file}';`),
    '',
    `export const ops: readonly Op[] = [${ops.map(({ identifier }) => identifier).join(', ')}];`,
    '',
  ].join('\n');
}
