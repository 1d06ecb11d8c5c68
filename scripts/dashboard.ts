// Generates deploy/grafana-dashboard.json: what an operator looks at, from the whole service down to its phases.

interface Target {
  /** PromQL. */
  readonly expr: string;
  readonly legend: string;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  /** Of Grafana's units. */
  readonly unit: string;
  readonly targets: readonly Target[];
  /** timeseries where it is absent. */
  readonly type?: 'stat' | 'timeseries';
  /** Of Grafana's 24 columns. */
  readonly width: number;
  readonly stacked?: boolean;
  readonly max?: number;
}

interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Every series carries these, so that one dashboard serves many instances. */
const chosen = 'job=~"$job", instance=~"$instance"';
const series = (metric: string, ...matchers: string[]): string => `${metric}{${[chosen, ...matchers].join(', ')}}`;
const rate = (metric: string, ...matchers: string[]): string =>
  `rate(${series(metric, ...matchers)}[$__rate_interval])`;
const quantile = (q: number, histogram: string, by: string): string =>
  `histogram_quantile(${q}, sum by (le${by === '' ? '' : `, ${by}`}) (${rate(`${histogram}_bucket`)}))`;

const rows: readonly Row[] = [
  {
    title: 'Service',
    panels: [
      {
        title: 'Ready',
        description: 'Instances whose GET /readyz welcomes requests.',
        type: 'stat',
        unit: 'none',
        width: 4,
        targets: [{ expr: `sum(${series('cotangent_ready')})`, legend: 'ready' }],
      },
      {
        title: 'Requests',
        description: 'All requests a second, whatever was answered.',
        type: 'stat',
        unit: 'reqps',
        width: 5,
        targets: [{ expr: `sum(${rate('cotangent_http_requests_total')})`, legend: 'requests' }],
      },
      {
        title: 'Failed',
        description: 'The part of all requests that was answered with a 5xx.',
        type: 'stat',
        unit: 'percentunit',
        width: 5,
        targets: [
          {
            expr:
              `sum(${rate('cotangent_http_requests_total', 'status=~"5.."')}) / ` +
              `sum(${rate('cotangent_http_requests_total')})`,
            legend: '5xx',
          },
        ],
      },
      {
        title: 'p99 of compute',
        description: 'From the head of a request to the end of its answer.',
        type: 'stat',
        unit: 's',
        width: 5,
        targets: [
          {
            expr: `histogram_quantile(0.99, sum by (le) (${rate('cotangent_http_request_duration_seconds_bucket', 'route="/v1/compute"')}))`,
            legend: 'p99',
          },
        ],
      },
      {
        title: 'Workers at work',
        description: 'The part of the time in which workers are taken by requests.',
        type: 'stat',
        unit: 'percentunit',
        width: 5,
        targets: [
          {
            expr: `sum(${rate('cotangent_worker_busy_seconds_total')}) / sum(${series('cotangent_workers')})`,
            legend: 'busy',
          },
        ],
      },
    ],
  },
  {
    title: 'Requests',
    panels: [
      {
        title: 'Requests by status',
        description: '499: the client went away. 503: shed, or stopping. 504: the time limit passed.',
        unit: 'reqps',
        width: 8,
        stacked: true,
        targets: [{ expr: `sum by (status) (${rate('cotangent_http_requests_total')})`, legend: '{{status}}' }],
      },
      {
        title: 'Latency by route, p99',
        description: 'From the head of a request to the end of its answer.',
        unit: 's',
        width: 8,
        targets: [{ expr: quantile(0.99, 'cotangent_http_request_duration_seconds', 'route'), legend: '{{route}}' }],
      },
      {
        title: 'Rejections by cause',
        description: 'Requests answered with a problem, by its code.',
        unit: 'reqps',
        width: 8,
        stacked: true,
        targets: [{ expr: `sum by (code) (${rate('cotangent_rejections_total')})`, legend: '{{code}}' }],
      },
      {
        title: 'Latency of all routes',
        description: 'Half of all requests are faster than the lowest line.',
        unit: 's',
        width: 8,
        targets: [0.5, 0.9, 0.99].map((q) => ({
          expr: quantile(q, 'cotangent_http_request_duration_seconds', ''),
          legend: `p${q * 100}`,
        })),
      },
      {
        title: 'Open',
        description: 'Connections, and requests that are not answered yet.',
        unit: 'none',
        width: 8,
        targets: [
          { expr: `sum(${series('cotangent_http_connections')})`, legend: 'connections' },
          { expr: `sum(${series('cotangent_http_requests_in_flight')})`, legend: 'requests' },
        ],
      },
      {
        title: 'Bodies',
        description: 'Bytes a second that came and went.',
        unit: 'Bps',
        width: 8,
        targets: [
          { expr: `sum(${rate('cotangent_http_received_bytes_total')})`, legend: 'received' },
          { expr: `sum(${rate('cotangent_http_sent_bytes_total')})`, legend: 'sent' },
        ],
      },
    ],
  },
  {
    title: 'Where the time goes',
    panels: [
      {
        title: 'Phases, mean',
        description: 'What a request spends in each phase, on average.',
        unit: 's',
        width: 8,
        stacked: true,
        targets: [
          {
            expr:
              `sum by (phase) (${rate('cotangent_phase_duration_seconds_sum')}) / ` +
              `sum by (phase) (${rate('cotangent_phase_duration_seconds_count')})`,
            legend: '{{phase}}',
          },
        ],
      },
      {
        title: 'Phases, p99',
        description: 'One request in a hundred takes longer in that phase.',
        unit: 's',
        width: 8,
        targets: [{ expr: quantile(0.99, 'cotangent_phase_duration_seconds', 'phase'), legend: '{{phase}}' }],
      },
      {
        title: 'Floating-point operations',
        description: 'A second, as planned.',
        unit: 'none',
        width: 8,
        targets: [{ expr: `sum(${rate('cotangent_floating_point_operations_total')})`, legend: 'operations a second' }],
      },
    ],
  },
  {
    title: 'Workers',
    panels: [
      {
        title: 'Workers',
        description: 'Threads that compute, are free, or are not warm yet.',
        unit: 'none',
        width: 6,
        stacked: true,
        targets: [{ expr: `sum by (state) (${series('cotangent_workers')})`, legend: '{{state}}' }],
      },
      {
        title: 'Queue',
        description: 'Requests that wait, how many may, and refusals that wait for their turn to be sent.',
        unit: 'none',
        width: 6,
        targets: [
          { expr: `sum(${series('cotangent_queue_length')})`, legend: 'waiting' },
          { expr: `sum(${series('cotangent_queue_limit')})`, legend: 'limit' },
          { expr: `sum(${series('cotangent_refusals_held')})`, legend: 'refusals held' },
        ],
      },
      {
        title: 'Turned away',
        description: 'Requests that got no worker, by why.',
        unit: 'reqps',
        width: 6,
        stacked: true,
        targets: [{ expr: `sum by (cause) (${rate('cotangent_queue_rejections_total')})`, legend: '{{cause}}' }],
      },
      {
        title: 'Workers that ended',
        description: 'By why; each is replaced. crash and out_of_memory are worth a look into the log.',
        unit: 'none',
        width: 6,
        targets: [
          {
            expr: `sum by (cause) (increase(${series('cotangent_worker_ends_total')}[$__rate_interval]))`,
            legend: '{{cause}}',
          },
          {
            expr: `sum(increase(${series('cotangent_worker_replacements_total')}[$__rate_interval]))`,
            legend: 'replaced',
          },
        ],
      },
    ],
  },
  {
    title: 'Plans',
    panels: [
      {
        title: 'Plan cache, hits',
        description: 'The part of computations whose plan their worker had.',
        unit: 'percentunit',
        width: 6,
        max: 1,
        targets: [
          {
            expr:
              `sum(${rate('cotangent_plan_cache_hits_total')}) / ` +
              `(sum(${rate('cotangent_plan_cache_hits_total')}) + sum(${rate('cotangent_plan_cache_misses_total')}))`,
            legend: 'hits',
          },
        ],
      },
      {
        title: 'Plans made, compiled and let go',
        description: 'Many evictions beside many misses: PLAN_CACHE_BYTES is too small for the traffic.',
        unit: 'ops',
        width: 6,
        targets: [
          { expr: `sum(${rate('cotangent_plan_cache_misses_total')})`, legend: 'misses' },
          { expr: `sum(${rate('cotangent_modules_compiled_total')})`, legend: 'modules compiled' },
          { expr: `sum(${rate('cotangent_modules_received_total')})`, legend: 'modules taken over' },
          { expr: `sum(${rate('cotangent_plan_cache_evictions_total')})`, legend: 'evictions' },
        ],
      },
      {
        title: 'Memory of plans',
        description: 'Estimates of what plans and modules take, and the memories that plans compute in.',
        unit: 'bytes',
        width: 6,
        stacked: true,
        targets: [
          { expr: `sum(${series('cotangent_plan_cache_bytes')})`, legend: 'plans' },
          { expr: `sum(${series('cotangent_modules_bytes')})`, legend: 'shared modules' },
          { expr: `sum(${series('cotangent_arena_bytes')})`, legend: 'arenas' },
        ],
      },
      {
        title: 'Tensors',
        description: 'Bytes a second of tensors given and returned.',
        unit: 'Bps',
        width: 6,
        targets: [{ expr: `sum by (direction) (${rate('cotangent_tensor_bytes_total')})`, legend: '{{direction}}' }],
      },
    ],
  },
  {
    title: 'Process',
    panels: [
      {
        title: 'CPU',
        description: 'Cores in use: all threads together, and the main thread, which has one at most.',
        unit: 'none',
        width: 6,
        targets: [
          { expr: `sum by (instance) (${rate('process_cpu_seconds_total')})`, legend: '{{instance}}' },
          {
            expr: `sum by (instance) (${rate('cotangent_event_loop_active_seconds_total')})`,
            legend: '{{instance}}, main thread',
          },
        ],
      },
      {
        title: 'Resident memory',
        description: 'Of the whole process: heaps of all threads, tensors, code.',
        unit: 'bytes',
        width: 6,
        targets: [
          { expr: series('process_resident_memory_bytes'), legend: '{{instance}}' },
          { expr: series('cotangent_transit_bytes'), legend: '{{instance}}, on their way' },
        ],
      },
      {
        title: 'Event-loop lag',
        description:
          'How late the main thread gets to what is due. It answers probes and moves bytes; nothing else should hold it.',
        unit: 's',
        width: 6,
        targets: [
          { expr: `max(${series('nodejs_eventloop_lag_p99_seconds')})`, legend: 'p99' },
          { expr: `max(${series('nodejs_eventloop_lag_max_seconds')})`, legend: 'max' },
        ],
      },
      {
        title: 'Garbage collection of the main thread',
        description: 'The part of the time that it takes.',
        unit: 'percentunit',
        width: 6,
        targets: [{ expr: `sum by (instance) (${rate('nodejs_gc_duration_seconds_sum')})`, legend: '{{instance}}' }],
      },
    ],
  },
];

const source = { type: 'prometheus', uid: '${datasource}' };

export function dashboard(): string {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: inRow } of rows) {
    panels.push({ id: panels.length + 1, type: 'row', title, collapsed: false, panels: [], gridPos: at(0, y, 24, 1) });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const panel of inRow) {
      const height = panel.type === 'stat' ? 4 : 8;
      if (x + panel.width > 24) {
        x = 0;
        y += tallest;
      }
      panels.push({ id: panels.length + 1, ...drawn(panel), gridPos: at(x, y, panel.width, height) });
      x += panel.width;
      tallest = height;
    }
    y += tallest;
  }
  return JSON.stringify({
    uid: 'cotangent',
    title: 'Cotangent',
    description: 'Generated by scripts/dashboard.ts. docs/operations.md says what to look at.',
    tags: ['cotangent'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [datasource, choice('job', 'cotangent_ready'), choice('instance', 'cotangent_ready{job=~"$job"}')],
    },
    annotations: { list: [] },
    panels,
  });
}

const at = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });

function drawn({ title, description, unit, targets, type = 'timeseries', stacked = false, max }: Panel): object {
  const custom = stacked ? { fillOpacity: 30, stacking: { mode: 'normal', group: 'A' } } : { fillOpacity: 5 };
  return {
    type,
    title,
    description,
    datasource: source,
    fieldConfig: {
      defaults: { unit, min: 0, ...(max !== undefined && { max }), ...(type === 'timeseries' && { custom }) },
      overrides: [],
    },
    options:
      type === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, graphMode: 'area' }
        : {
            legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
            tooltip: { mode: 'multi', sort: 'desc' },
          },
    targets: targets.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: source,
      editorMode: 'code',
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}

const datasource = { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', hide: 0 };

const choice = (label: string, metric: string): object => ({
  name: label,
  label,
  type: 'query',
  datasource: source,
  query: { query: `label_values(${metric}, ${label})`, refId: label },
  refresh: 2,
  includeAll: true,
  multi: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
  sort: 1,
});
