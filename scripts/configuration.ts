// Generates docs/configuration.md from the knobs of src/config.ts.

import { knobs } from '../src/config.ts';

export function configurationPage(): string {
  const rows = knobs.map((k) => `| \`${k.name}\` | ${k.default} | ${k.description} |`);
  return `# Configuration

Environment variables, read once at the start. A value that cannot be used ends the start with a message that says what
would be right. The limits in force are in the answer of \`GET /v1/limits\`. This page is generated from \`src/config.ts\`.

| variable | default | what it is, and why the default |
| --- | --- | --- |
${rows.join('\n')}
`;
}
