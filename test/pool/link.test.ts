// The link between the threads: boxes in shared memory, and who may run what was sent.

import { expect, test } from 'vitest';
import type { Item } from '../../src/pool/link.ts';
import { Box, Claims, createLinkMemory, movable, movedBytes } from '../../src/pool/link.ts';

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);

/** Both ends of one box. */
function box(): { readonly here: Box<unknown>; readonly there: Box<unknown> } {
  const { requests } = createLinkMemory();
  const [here, there] = [new Box<unknown>(requests), new Box<unknown>(requests)];
  here.clear();
  return { here, there };
}

test('what is put into a box comes out, in order, with its bytes', () => {
  const { here, there } = box();
  const items: Item<unknown>[] = [
    { position: 0, head: { text: 'ä"\u0000😀' }, body: bytes(0, 0) },
    { position: 1, head: [1.5, null], body: bytes(1, 7) },
    { position: 5, head: 'head alone', body: null },
    { position: 6, head: {}, body: bytes(movedBytes - 1, 9) },
  ];
  for (const item of items) expect(here.put(item)).toBe(true);
  for (const { position, head, body } of items) {
    const taken = there.take()!;
    expect(taken).toMatchObject({ position, head });
    expect(taken.body && new Uint8Array(taken.body)).toEqual(body);
  }
  expect(there.take()).toBeUndefined();
});

test('what is put in while it is read comes out too', () => {
  const { here, there } = box();
  for (let position = 0; position < 100; position++) {
    expect(there.take()).toBeUndefined();
    here.put({ position, head: position, body: null });
    expect(there.take()).toMatchObject({ position });
  }
});

test('a full box takes no more, and all again once it is cleared', () => {
  const { here, there } = box();
  const large: Item<unknown> = { position: 0, head: '', body: bytes(movedBytes - 1, 1) };
  for (let round = 0; round < 3; round++) {
    let count = 0;
    while (here.put(large)) count++;
    expect(count).toBe(7);
    // Something smaller may still fit, and does no harm to what is there.
    here.put({ position: 1, head: '', body: bytes(4, 2) });
    for (let i = 0; i < count; i++) expect(there.take()!.body).toHaveLength(movedBytes - 1);
    here.clear();
    there.rewind();
    expect(there.take()).toBeUndefined();
  }
});

test('what moves is in a buffer of its own', () => {
  const shared = bytes(100, 5);
  expect(movable(shared)).toBe(shared);
  const part = movable(shared.subarray(10, 20));
  expect(part).toEqual(bytes(10, 5));
  expect(part.buffer.byteLength).toBe(10);
  const copied = movable(new Uint8Array(new SharedArrayBuffer(8)));
  expect(copied.buffer).toBeInstanceOf(ArrayBuffer);
});

/** The claims of both threads over one memory. */
function claims(): { readonly here: Claims; readonly there: Claims } {
  const { claims: words } = createLinkMemory();
  return { here: new Claims(words), there: new Claims(words) };
}

test('each request of a batch is begun once, in order', () => {
  const { here, there } = claims();
  const ticket = here.offer();
  expect(here.begun()).toBe(0);
  expect(there.claim(ticket, 0)).toBe(true);
  expect(there.claim(ticket, 0)).toBe(false);
  expect(there.claim(ticket, 2)).toBe(false);
  expect(there.claim(ticket, 1)).toBe(true);
  expect(here.begun()).toBe(2);
});

test('what was taken back cannot be begun; what was begun cannot be taken back', () => {
  const { here, there } = claims();
  const ticket = here.offer();
  there.claim(ticket, 0);
  const changed = here.revoke(ticket);
  expect(here.begun()).toBe(1);
  expect(there.claim(ticket, 1)).toBe(false);
  const next = here.offer();
  expect(next).not.toBe(ticket);
  expect(next).not.toBe(changed);
  expect(here.begun()).toBe(0);
  expect(there.claim(ticket, 0)).toBe(false);
  expect(there.claim(next, 0)).toBe(true);
});

test('tickets go round', () => {
  const { here } = claims();
  for (let i = 0; i < 2 ** 21 + 10; i++) {
    const ticket = here.offer();
    if (!here.claim(ticket, 0)) throw new Error(`batch ${i} could not be begun`);
  }
  expect(here.begun()).toBe(1);
});

test('a time limit is that of the request begun last', () => {
  const { here, there } = claims();
  const ticket = here.offer();
  there.claim(ticket, 0);
  there.limitTime(250);
  expect(here.timeoutMs()).toBe(250);
  there.claim(ticket, 1);
  expect(here.timeoutMs()).toBe(0);
  there.limitTime(1e12);
  expect(here.timeoutMs()).toBe(2 ** 31 - 1);
});
