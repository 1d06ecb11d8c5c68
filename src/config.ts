// The environment as a frozen, validated object: every knob, its default, and why the default is what it is.

import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

const MiB = 1024 * 1024;

const whole = (fallback: number, minimum: number, description: string) =>
  Type.Integer({ default: fallback, minimum, maximum: Number.MAX_SAFE_INTEGER, description });

/** Empty where it is absent. */
const text = (description: string) => Type.String({ default: '', description });
/** Of another server; empty for none. */
const address = (description: string) =>
  Type.String({ default: '', pattern: '^(https?://[^/\\s]+\\S*)?$', description });

const Environment = Type.Object({
  HOST: Type.String({
    default: '0.0.0.0',
    minLength: 1,
    description: 'The address to listen on. All of them, as a container needs; 127.0.0.1 keeps the service to itself.',
  }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535, description: 'The port; 0 takes a free one.' }),
  LOG_LEVEL: Type.Union(
    (['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const).map((level) => Type.Literal(level)),
    { default: 'info', description: 'info has a line for each request.' },
  ),
  WORKERS: Type.Integer({
    default: availableParallelism(),
    minimum: 1,
    maximum: 1024,
    description: 'Threads that compute. One per core: they never wait, and the main thread is mostly idle.',
  }),
  EXPRESS_WORKERS: Type.Integer({
    default: 1,
    minimum: 0,
    maximum: 64,
    description:
      'Threads beside these for short work alone, so that heavy work on all of them holds nobody up: one is enough, ' +
      'and takes no core while the others are free. 0: none.',
  }),
  QUEUE_LIMIT: whole(
    1024,
    0,
    'Requests that may wait for a worker; further ones get a 503. Tiny requests leave a queue of this length in a ' +
      'tenth of a second, and a thousand connections fit.',
  ),
  QUEUE_BYTES: whole(256 * MiB, 1, 'Bytes of the bodies that may wait: four of the largest.'),
  TRANSIT_BYTES: whole(
    512 * MiB,
    1,
    'Bytes of bodies that have not come whole and of answers that have not been taken whole. Beyond, the caller with most loses ' +
      'its largest: a body gets a 503, an answer is cut off. What is alone may be larger.',
  ),
  QUEUE_MS: whole(
    10_000,
    1,
    'How long a request may have to wait. It is foreseen from what waits and what such requests took before: a 503 now ' +
      'is worth more than one later.',
  ),
  ARRIVAL_MS: whole(
    120_000,
    1000,
    'How long a request may take to arrive, headers and body: 64 MiB at 4 Mbit/s. A slower sender gets a 408. A client that ' +
      'takes nothing of a large answer for as long is hung up on.',
  ),
  TIMEOUT_MS: whole(30_000, 1, 'The time limit of a request that names none, from its arrival to its answer.'),
  MAX_TIMEOUT_MS: whole(300_000, 1, 'The most that a request may ask for.'),
  SHUTDOWN_MS: whole(
    10_000,
    0,
    'How long requests in flight may go on once the server is told to stop. Orchestrators kill after 30 seconds.',
  ),
  BODY_LIMIT_BYTES: whole(64 * MiB, 1, 'A body as sent. Three million numbers as JSON, six million as base64.'),
  DECOMPRESSED_LIMIT_BYTES: whole(256 * MiB, 1, 'A body decompressed: numbers as text shrink to a third or a quarter.'),
  JSON_DEPTH: whole(128, 1, 'How deep a body may be nested. A tensor has at most 64 axes; the rest is for sub-graphs.'),
  WORKER_MEMORY_MB: whole(
    2048,
    64,
    'JavaScript heap of a worker, beside the tensors: the largest body, parsed, may take half of it. At its end the worker ' +
      'is replaced.',
  ),
  TEAM_THREADS: Type.Integer({
    default: Math.max(0, availableParallelism() - 1),
    minimum: 0,
    maximum: 63,
    description:
      'Threads that help a worker with large work while cores are idle. With the worker itself, one per core; 0 leaves ' +
      'each request to its worker alone.',
  }),
  REVECTORIZE: Type.Union([Type.Literal('auto'), Type.Literal('off')], {
    default: 'auto',
    description:
      "Whether V8 may join pairs of 128-bit vectors (AVX2): twice the speed. It is an experiment of V8's, so auto " +
      'checks it at the start, and tells the outcome in the answer of `GET /readyz`.',
  }),
  PLAN_CACHE_BYTES: whole(
    64 * MiB,
    0,
    'Compiled plans that each worker keeps, machine code included: hundreds of middling ones. The process keeps as much of ' +
      'the code for workers that come to need it.',
  ),
  LIMIT_PROGRAM_CHARS: whole(1_000_000, 1, 'Characters of a program: tens of thousands of lines.'),
  LIMIT_PROGRAM_STEPS: whole(
    1_000_000,
    1,
    'Steps while a program is traced: seconds, and more nodes than a plan may have.',
  ),
  LIMIT_NODES: whole(200_000, 1, 'Nodes of a plan, derivatives included.'),
  LIMIT_TENSOR_ELEMENTS: whole(100_000_000, 1, 'Elements of one tensor: 800 MB of float64.'),
  LIMIT_BYTES: whole(
    2048 * MiB,
    1,
    'Planned peak memory of one request: what does not fit is computed again. All workers may reach it at once.',
  ),
  LIMIT_FLOPS: whole(1e12, 1, 'Planned operations of one request: minutes of one core.'),
  LIMIT_LOOP_TURNS: whole(1e9, 1, 'Turns that one while_loop may make: seconds, where a turn is a few operations.'),
  LIMIT_OUTPUT_BYTES: whole(256 * MiB, 1, 'Bytes of all returned tensors; as JSON about twice as many are sent.'),
  API_KEYS_FILE: text(
    'A file with the API keys, hashed: a JSON list of the records that `npm run key` prints. With keys, or with tokens, ' +
      'the addresses under /v1 need one.',
  ),
  API_KEYS: text('The same list in the environment itself, beside the file’s or alone.'),
  KEY_IN_PATH: Type.Union([Type.Literal('off'), Type.Literal('allow')], {
    default: 'off',
    description:
      'Whether a key may stand before the address, /k/KEY/v1/compute, for protocol clients that can set no header. Off: ' +
      'proxies on the way may log addresses. The service’s own logs never have it.',
  }),
  JWT_JWKS_URL: text(
    'Where the issuer of JSON Web Tokens publishes its keys, a JWK Set: https://issuer.example/.well-known/jwks.json.',
  ),
  JWT_ISSUER: text('What the `iss` of a token must be. Needed with JWT_JWKS_URL.'),
  JWT_AUDIENCE: text('What the `aud` of a token must hold. Needed with JWT_JWKS_URL.'),
  METRICS_ACCESS: Type.Union([Type.Literal('scope'), Type.Literal('open')], {
    default: 'scope',
    description: 'Whether `GET /metrics` needs the scope `metrics` once keys or tokens are needed at all.',
  }),
  RATE_LIMIT: whole(0, 0, 'Requests a minute that one caller may send; 0: any number. A key may have its own.'),
  CONCURRENCY_LIMIT: whole(0, 0, 'Requests that one caller may have under way; 0: any number. A key may have its own.'),
  TRUST_PROXY: text(
    'Proxies whose X-Forwarded-For is believed: addresses or networks with commas, or loopback, linklocal, uniquelocal. ' +
      'None: a caller without a key is the address that connects.',
  ),
  CORS_ORIGINS: text('Origins whose pages may ask, with commas, or *. None: browsers keep other pages away.'),
  TLS_CERT_FILE: text('The certificate chain, PEM. With it connections are TLS 1.2 or 1.3 alone.'),
  TLS_KEY_FILE: text('The private key of the certificate, PEM.'),
  TLS_CLIENT_CA_FILE: text('Authorities, PEM. With them every client must show a certificate of one of them.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: address(
    'Where traces go: an OpenTelemetry collector that takes OTLP over HTTP, such as http://collector:4318. Without it ' +
      'there are none.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address('The same in full, where the path is not /v1/traces.'),
  OTEL_SERVICE_NAME: Type.String({
    default: 'cotangent',
    minLength: 1,
    description: 'What the service is called in traces.',
  }),
  OTEL_TRACES_SAMPLER: Type.Union(
    (
      [
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ] as const
    ).map((sampler) => Type.Literal(sampler)),
    {
      default: 'parentbased_always_on',
      description:
        'Which requests are traced. Those that begin with parentbased follow a caller that sends `traceparent`; for ' +
        'callers that are not trusted with it there are the others.',
    },
  ),
  OTEL_TRACES_SAMPLER_ARG: Type.Number({
    default: 1,
    minimum: 0,
    maximum: 1,
    description: 'The part of all requests that traceidratio traces.',
  }),
});

/** Defaults that depend on the machine. */
const counted: Readonly<Record<string, string>> = {
  WORKERS: 'the number of cores',
  TEAM_THREADS: 'one less than the cores',
};

/** Every knob, for the documentation. */
export const knobs: readonly { readonly name: string; readonly default: string; readonly description: string }[] =
  Object.entries(Environment.properties).map(([name, schema]) => ({
    name,
    default: counted[name] ?? (schema.default === '' ? 'none' : String(schema.default)),
    description: schema.description ?? '',
  }));

export type Config = Readonly<Static<typeof Environment>>;

/** A setting that cannot be used; its message is for the operator. */
export class ConfigError extends Error {}

/** Reads the knobs; whatever else the environment holds is left alone. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.entries(Environment.properties).flatMap(([name, { type }]) => {
    const value = environment[name]?.trim();
    if (value === undefined || value === '') return [];
    const numeric = type === 'integer' || type === 'number';
    return [[name, numeric && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value]];
  });
  const config = Value.Default(Environment, Object.fromEntries(given));
  const complaints = [...Value.Errors(Environment, config)].map(({ path, schema }) => {
    const name = path.slice(1);
    return `${name} is ${JSON.stringify(environment[name])}, and should be ${expected(schema as Bounds)}.`;
  });
  if (complaints.length > 0) throw new ConfigError([...new Set(complaints)].join('\n'));
  const valid = Value.Decode(Environment, config);
  const conflict = conflictOf(valid);
  if (conflict !== undefined) throw new ConfigError(conflict);
  return Object.freeze(valid);
}

/** Knobs that go together, and what they must be. */
function conflictOf(config: Config): string | undefined {
  if (config.TIMEOUT_MS > config.MAX_TIMEOUT_MS) {
    return `TIMEOUT_MS is ${config.TIMEOUT_MS}, more than MAX_TIMEOUT_MS, ${config.MAX_TIMEOUT_MS}.`;
  }
  if (config.JWT_JWKS_URL !== '') {
    if (config.JWT_ISSUER === '' || config.JWT_AUDIENCE === '') {
      return 'JWT_JWKS_URL needs JWT_ISSUER and JWT_AUDIENCE: otherwise tokens made for others would be taken.';
    }
    const url = URL.parse(config.JWT_JWKS_URL);
    const local = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && local)) {
      return 'JWT_JWKS_URL should be an https address: whoever could change what it answers could make tokens.';
    }
  }
  const proxy = config.TRUST_PROXY.split(',').find((part) => part.trim() !== '' && !isNetwork(part.trim()));
  if (proxy !== undefined) return `TRUST_PROXY has ${JSON.stringify(proxy)}, which is no address and no network.`;
  if ((config.TLS_CERT_FILE === '') !== (config.TLS_KEY_FILE === '')) {
    return 'TLS_CERT_FILE and TLS_KEY_FILE need each other.';
  }
  if (config.TLS_CLIENT_CA_FILE !== '' && config.TLS_CERT_FILE === '') {
    return 'TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE.';
  }
  return undefined;
}

/** 10.0.0.1, 10.0.0.0/8, fd00::/8, or a name that stands for such. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address, prefix, ...rest] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  return bits > 0 && rest.length === 0 && (prefix === undefined || (/^\d+$/.test(prefix) && Number(prefix) <= bits));
}

interface Bounds {
  readonly type?: string;
  readonly pattern?: string;
  readonly anyOf?: readonly { readonly const: string }[];
  readonly minimum?: number;
  readonly maximum?: number;
}

function expected({ type, pattern, anyOf, minimum, maximum }: Bounds): string {
  if (anyOf !== undefined) return `one of ${anyOf.map((option) => option.const).join(', ')}`;
  if (pattern !== undefined) return 'an address such as http://collector:4318';
  if (minimum === undefined) return 'text';
  if (type === 'number') return `a number from ${minimum} to ${maximum}`;
  return `a whole number from ${minimum}${maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`}`;
}
