// Generates docs/metrics.md from the metrics that the service registers.

import { createMetrics } from '../src/observe/metrics.ts';

export function metricsPage(): string {
  const never = (): never => {
    throw new Error('the page needs no values');
  };
  const { registry } = createMetrics({
    state: never,
    stats: never,
    traffic: never,
    overload: never,
    build: { version: '', vectors: '' },
  });
  const rows = registry
    .getMetricsAsArray()
    .filter(({ name }) => name.startsWith('cotangent_'))
    .map((metric) => {
      const { name, help, type } = metric;
      const { labelNames = [] } = metric as { labelNames?: readonly string[] };
      const labels = labelNames.filter((label) => label !== 'le').map((label) => `\`${label}\``);
      return `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`;
    });
  return `# Metrics

What \`GET /metrics\` tells, in the text format of Prometheus. \`route\` is a template of the contract (\`/v1/ops/{name}\`),
\`/docs\` for all pages of the reference, or \`unmatched\`; \`code\` is that of the problem which was answered. Times are in
seconds, sizes in bytes. Beside these there are the usual \`process_*\` and \`nodejs_*\` metrics of the client library: CPU,
memory, event-loop lag, garbage collection. This page is generated from \`src/observe/metrics.ts\`.

| metric | type | labels | what it is |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
