// The same load by wrk, where it is installed: on a machine with few cores autocannon takes much of what it measures.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

interface Options {
  readonly url: string;
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

export interface WrkResult {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

/** Bodies take turns; the last line printed is the result. Only from `init` on does wrk know the Host to send. */
const script = (files: readonly string[]): string => `
local bodies = {}
init = function()
  for i, name in ipairs({${files.map((file) => JSON.stringify(file)).join(', ')}}) do
    local file = io.open(name, "rb")
    bodies[i] = wrk.format("POST", nil, {["content-type"] = "application/json"}, file:read("*a"))
    file:close()
  end
end
local turn = 0
request = function()
  turn = turn % #bodies + 1
  return bodies[turn]
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"refused":%d,"failed":%d,"us":%d,"p50":%f,"p99":%f,"p999":%f}',
    summary.requests, e.status, e.connect + e.read + e.write + e.timeout, summary.duration,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
`;

export async function runWrk({ url, bodies, connections, seconds }: Options): Promise<WrkResult> {
  const folder = mkdtempSync(join(tmpdir(), 'cotangent-wrk-'));
  try {
    const files = bodies.map((body, i) => {
      const file = join(folder, `${i}.json`);
      writeFileSync(file, body);
      return file;
    });
    const lua = join(folder, 'load.lua');
    writeFileSync(lua, script(files));
    const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '60s', '-s', lua, url];
    const { stdout } = await promisify(execFile)('wrk', args);
    const said = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<
      'requests' | 'refused' | 'failed' | 'us' | 'p50' | 'p99' | 'p999',
      number
    >;
    return {
      answered: said.requests - said.refused,
      failed: said.refused + said.failed,
      seconds: said.us / 1e6,
      p50: said.p50 / 1000,
      p99: said.p99 / 1000,
      p999: said.p999 / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
