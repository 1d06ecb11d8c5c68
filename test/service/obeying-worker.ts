// A worker that does what its body says, so that tests can have it hang, die, or run out of memory.

import process from 'node:process';
import type { Outcome, Task } from '../../src/pool/messages.ts';
import { serve } from '../../src/pool/serve.ts';

interface Order {
  readonly do?: 'echo' | 'spin' | 'exit' | 'crash' | 'exhaust' | 'fail' | 'refuse' | 'weigh';
  /** How long to spin; for ever without it. */
  readonly ms?: number;
  readonly timeout_ms?: number;
  /** Of the complaint. */
  readonly letters?: number;
  /** What its plan weighs. */
  readonly flops?: number;
}

const kept: unknown[] = [];

async function obey({ body, waited, mostFlops = Infinity }: Task, limitTime: (ms: number) => void): Promise<Outcome> {
  const order = JSON.parse(Buffer.from(body).toString()) as Order;
  if (order.timeout_ms !== undefined && order.timeout_ms <= waited)
    return { kind: 'late', timeout_ms: order.timeout_ms };
  if (order.timeout_ms !== undefined) limitTime(order.timeout_ms);
  switch (order.do) {
    case 'spin':
      for (const start = Date.now(); order.ms === undefined || Date.now() - start < order.ms;);
      break;
    case 'exit':
      return process.exit(3);
    case 'crash':
      setImmediate(() => {
        throw new Error('a secret: /etc/passwd');
      });
      return new Promise(() => {});
    case 'exhaust':
      for (;;) kept.push(new Array(1e5).fill(0.5).map(String));
    case 'fail':
      return { kind: 'bug', error: 'Error: a secret\n    at /etc/passwd:1:1' };
    case 'refuse':
      return { kind: 'refused', code: 'E_LIMIT', issues: [{ message: 'x'.repeat(order.letters!) }] };
    case 'weigh':
      if (order.flops! > mostFlops) return { kind: 'heavy', flops: order.flops! };
      break;
    default:
  }
  return { kind: 'answer', type: 'application/json', body: new Uint8Array(body) };
}

serve(obey);
