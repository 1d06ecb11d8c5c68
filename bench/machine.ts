// The machine that a bench runs on, in words.

import { arch, availableParallelism, cpus, type } from 'node:os';

export function machine(): string {
  const [{ model }] = cpus();
  return `${model.trim()}, ${availableParallelism()} cores, ${type()} ${arch()}, Node ${process.versions.node}`;
}
