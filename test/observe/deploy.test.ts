// deploy/: every query of the dashboard and of the alerts is PromQL over metrics and labels that /metrics has.

import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';
import type { RunningService } from '../service/running.ts';
import { post, startService } from '../service/running.ts';
import type { Exposition } from './exposition.ts';
import { scrape } from './exposition.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
interface Variable {
  readonly name: string;
  readonly query: string | { readonly query: string };
}
const dashboard = JSON.parse(read('deploy/grafana-dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
};

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
const { groups } = parse(read('deploy/prometheus-alerts.yml')) as {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

/** The YAML on the operator's page. */
const snippets = [...read('docs/operations.md').matchAll(/```yaml\n(.*?)```/gs)].map(
  ([, text]) => parse(text) as unknown,
);

let service: RunningService;
let metrics: Exposition;
beforeAll(async () => {
  service = await startService({ environment: { WORKERS: '1' } });
  // Samples of requests and of rejections.
  await post(`${service.url}/v1/compute`, '{');
  await fetch(`${service.url}/readyz`);
  metrics = await scrape(service.url);
});
afterAll(() => service.close());

interface Query {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

/** The metrics and labels that a query is about; throws where it is not PromQL. */
function taken(expr: string): Query {
  // Grafana fills these in.
  const text = expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|instance)/g, '.*');
  const found = { metrics: [] as string[], labels: [] as string[] };
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text}`);
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector')
        found.metrics.push(text.slice(from, to));
      if (type.name === 'LabelName') found.labels.push(text.slice(from, to));
    },
  });
  return found;
}

/** Labels that a scraper adds, or a histogram has. */
const given = new Set(['job', 'instance', 'le']);

function expectKnown(expr: string): void {
  const query = taken(expr);
  expect(query.metrics).not.toEqual([]);
  const labels = new Set(given);
  for (const name of query.metrics) {
    if (name === 'up') continue;
    // Samples of a histogram are called otherwise than it is.
    expect(metrics.types.has(name) || metrics.types.has(name.replace(/_(bucket|sum|count)$/, '')), name).toBe(true);
    for (const label of metrics.labels.get(name) ?? []) labels.add(label);
  }
  for (const label of query.labels) expect(labels, `${label} in ${expr}`).toContain(label);
}

describe('the dashboard', () => {
  const drawn = dashboard.panels.filter(({ type }) => type !== 'row');

  test.each(drawn)('$title', ({ targets }) => {
    for (const { expr, legendFormat } of targets!) {
      expectKnown(expr);
      // A label in the legend is one that the query keeps.
      for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
        if (label !== 'instance') expect(taken(expr).labels).toContain(label);
      }
    }
  });

  test('panels lie beside each other, and are told apart', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x},${y}`), title).toBe(false);
          cells.add(`${x},${y}`);
        }
      }
    }
  });

  test('what may be chosen is read off metrics that there are', () => {
    const queries = dashboard.templating.list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query]));
    expect(queries).toHaveLength(2);
    for (const query of queries) {
      const [, expr, label] = /^label_values\((.+), (\w+)\)$/.exec(query)!;
      expectKnown(expr);
      expect(given).toContain(label);
    }
  });

  test('every metric of ours is on it, but those that say what runs', () => {
    const shown = new Set(drawn.flatMap(({ targets }) => targets!.flatMap(({ expr }) => taken(expr).metrics)));
    const missing = [...metrics.types.keys()].filter(
      (name) => name.startsWith('cotangent_') && ![name, `${name}_bucket`].some((shownAs) => shown.has(shownAs)),
    );
    expect(missing.sort()).toEqual([
      'cotangent_arena_replacements_total',
      'cotangent_build_info',
      'cotangent_computations_total',
      'cotangent_kernel_traps_total',
      'cotangent_modules_held',
      'cotangent_plan_cache_plans',
    ]);
  });
});

describe('the alerts', () => {
  test.each(rules)('$alert', ({ expr, labels, annotations, ...rest }) => {
    expectKnown(expr);
    expect(labels.severity).toMatch(/^(critical|warning|info)$/);
    if (rest.for !== undefined) expect(rest.for).toMatch(/^\d+m$/);
    // What the text says of the series are labels that the query keeps.
    const kept = new Set(['instance', ...taken(expr).labels]);
    for (const [, label] of annotations.summary.matchAll(/\$labels\.(\w+)/g)) expect(kept).toContain(label);
  });

  test('are told apart, and each stands in the operator’s page', () => {
    const page = read('docs/operations.md');
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert } of rules) expect(page).toContain(`\`${alert}\``);
  });
});

describe('the operator’s page', () => {
  interface Probe {
    readonly httpGet: { readonly path: string; readonly port: string };
  }
  interface Container {
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly startupProbe: Probe;
    readonly readinessProbe: Probe;
    readonly livenessProbe: Probe;
    readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  }
  const { spec } = snippets[0] as {
    readonly spec: { readonly terminationGracePeriodSeconds: number; readonly containers: readonly Container[] };
  };

  test('has probes that this service answers', async () => {
    const [{ ports, startupProbe, readinessProbe, livenessProbe }] = spec.containers;
    expect(ports).toEqual([{ name: 'http', containerPort: readConfig({}).PORT }]);
    for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
      expect(httpGet.port).toBe('http');
      expect((await fetch(service.url + httpGet.path)).status).toBe(200);
    }
  });

  test('leaves a pod the time to stop', () => {
    const pause = spec.containers[0].lifecycle.preStop.sleep.seconds;
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(pause + readConfig({}).SHUTDOWN_MS / 1000 + 5);
  });

  test('scrapes under the name that the alerts know', () => {
    const { scrape_configs, rule_files } = snippets[1] as {
      readonly scrape_configs: readonly { readonly job_name: string }[];
      readonly rule_files: readonly string[];
    };
    const [job] = /job="(\w+)"/.exec(rules[0].expr)!.slice(1);
    expect(scrape_configs[0].job_name).toBe(job);
    expect(rule_files).toEqual(['prometheus-alerts.yml']);
  });
});
