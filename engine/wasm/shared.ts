// What a module has once however often it is asked for: functions and kernels whose code would be the same.

import type { Module } from './assembler.ts';

const made = new WeakMap<Module, Map<string, unknown>>();

/**
 * What `make` gives, made once in a module for each key. The key says everything that the code depends on, and what
 * kind of thing it is: addresses are arguments of the code, and no part of it.
 */
export function shared<T>(module: Module, key: object | string, make: () => T): T {
  let known = made.get(module);
  if (known === undefined) made.set(module, (known = new Map()));
  const text = JSON.stringify(key);
  if (known.has(text)) return known.get(text) as T;
  const fresh = make();
  known.set(text, fresh);
  return fresh;
}
