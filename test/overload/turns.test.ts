// Requests that come at once begin in turns, in their order; probes do not wait for them, and who has left is not served.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTurns } from '../../src/overload/turns.ts';

const begun: string[] = [];
const listener = () => {
  begun.length = 0;
  return inTurns(
    ({ url }) => void begun.push(url!),
    (url) => url === '/healthz',
  );
};
const request = (url: string, destroyed = false) =>
  ({ url, socket: { destroyed } }) as Partial<IncomingMessage> as IncomingMessage;
const response = { destroyed: false } as ServerResponse;

test('a few begin at once, a crowd turn by turn, probes before them', async () => {
  const listen = listener();
  const crowd = Array.from({ length: 200 }, (_, i) => `/${i}`);
  for (const url of crowd) listen(request(url), response);
  const first = begun.length;
  expect(first).toBeGreaterThan(10);
  expect(first).toBeLessThan(100);
  listen(request('/healthz'), response);
  expect(begun.at(-1)).toBe('/healthz');
  begun.pop();

  // One that comes later waits behind those that are there.
  await turn();
  listen(request('/late'), response);
  let turns = 1;
  for (; begun.length < 201; turns++) await turn();
  expect(begun).toEqual([...crowd, '/late']);
  expect(turns).toBeGreaterThanOrEqual(Math.floor(200 / first));

  await turn();
  listen(request('/after'), response);
  expect(begun.at(-1)).toBe('/after');
});

test('who has left while waiting is not served', async () => {
  const listen = listener();
  const socket = { destroyed: false };
  for (let i = 0; i < 100; i++) listen(request(`/${i}`), response);
  const leaving = { url: '/leaving', socket } as Partial<IncomingMessage> as IncomingMessage;
  listen(leaving, response);
  listen(request('/closed'), { destroyed: true } as ServerResponse);
  listen(request('/last'), response);
  socket.destroyed = true;
  while (begun.at(-1) !== '/last') await turn();
  expect(begun).toHaveLength(101);
});
