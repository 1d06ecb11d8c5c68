// Reads the text format of Prometheus (version 0.0.4), strictly: what breaks its rules throws.

export interface Exposition {
  /** Samples by name and labels, as written: `name{label="value"}`. */
  readonly samples: ReadonlyMap<string, number>;
  /** The type of each metric. */
  readonly types: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)+)\})? (\S+)$/;

function readExposition(text: string): Exposition {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const labels = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, what, name, rest] = comment;
      if (what === 'TYPE') types.set(name, rest);
      else helped.add(name);
      continue;
    }
    const sample = sampleLine.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const [, name, pairs, value] = sample;
    const base = name.replace(/_(bucket|sum|count)$/, '');
    const metric = types.has(name) ? name : base;
    if (!types.has(metric) || !helped.has(metric)) throw new Error(`no HELP and TYPE before ${line}`);
    const key = pairs === undefined ? name : `${name}{${pairs}}`;
    if (samples.has(key)) throw new Error(`twice: ${key}`);
    samples.set(key, Number(value.replace('Inf', 'Infinity').replace('Nan', 'NaN')));
    const known = labels.get(name) ?? labels.set(name, new Set()).get(name)!;
    for (const [, label] of (pairs ?? '').matchAll(/(\w+)="/g)) known.add(label);
  }
  return { samples, types, labels };
}

export async function scrape(url: string): Promise<Exposition> {
  const response = await fetch(`${url}/metrics`);
  if (response.headers.get('content-type') !== 'text/plain; version=0.0.4; charset=utf-8') {
    throw new Error(`the type is ${response.headers.get('content-type')}`);
  }
  return readExposition(await response.text());
}
