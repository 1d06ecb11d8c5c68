// Begins few requests in one turn of the event loop, and probes at once: a thousand requests that come at once must not hold up
// the one that asks how the process is, nor the answers that are ready.
//
// Node reads a request from each connection that has one before it looks at anything else. To read one takes a third of what
// it takes to begin it, so the beginning waits: the first of a turn begin at once, and others in the turns that follow, in
// their order. What the first need from the workers is then on its way while the last are still to begin.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Some three milliseconds. */
const perTurn = 48;

/** `isProbe` tells by the address, as it was sent. */
export function inTurns(handler: RequestListener, isProbe: (url: string) => boolean): RequestListener {
  let waiting: { readonly request: IncomingMessage; readonly response: ServerResponse }[] = [];
  let next = 0;
  let left = perTurn;
  let turning = false;

  function turn(): void {
    left = perTurn;
    while (left > 0 && next < waiting.length) {
      const { request, response } = waiting[next++];
      // Whoever has left is told to nobody.
      if (response.destroyed || request.socket.destroyed) continue;
      left--;
      handler(request, response);
    }
    if (next === waiting.length) {
      waiting = [];
      next = 0;
    }
    turning = left < perTurn;
    if (turning) setImmediate(turn);
  }

  return (request, response) => {
    if (isProbe(request.url!)) {
      handler(request, response);
      return;
    }
    if (!turning) {
      turning = true;
      setImmediate(turn);
    }
    if (left > 0 && waiting.length === 0) {
      left--;
      handler(request, response);
    } else waiting.push({ request, response });
  };
}
