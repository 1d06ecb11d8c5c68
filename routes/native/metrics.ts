// GET /metrics: what the service counts and measures, for Prometheus.

import { Type } from '@sinclair/typebox';
import { localEndpoint } from '../endpoint.ts';

export const metrics = localEndpoint({
  id: 'metrics',
  method: 'GET',
  path: '/metrics',
  access: 'metrics',
  quiet: true,
  doc: {
    tag: 'operations',
    summary: 'Read the metrics',
    description:
      'Counters, gauges and histograms in the text format of Prometheus: requests, the time of each phase, the queue, ' +
      'the workers, plans, tensors and the process. docs/metrics.md lists them.',
    answers: { 'text/plain': Type.String({ description: 'Version 0.0.4 of the format.' }) },
    errors: [],
  },
  answer: (_params, host) => host.metrics(),
});
