// Seeded random numbers for tests: the same seed draws the same tensors and programs everywhere.

/** A stream of draws; `fork` starts another that does not depend on how many were taken from this one. */
export interface Random {
  uniform(low?: number, high?: number): number;
  normal(): number;
  /** From low to high, both included. */
  integer(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  chance(p: number): boolean;
  fork(name: string): Random;
}

export function createRandom(seed: number | string): Random {
  let state = hash(String(seed));
  // splitmix32 (Steele, Lea, Flood 2014, as reduced to 32 bits by T. Ettinger).
  const bits = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  const unit = (): number => (bits() * 2 ** 21 + (bits() >>> 11)) / 2 ** 53;
  const random: Random = {
    uniform: (low = 0, high = 1) => low + (high - low) * unit(),
    // Box and Muller.
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    integer: (low, high) => low + Math.floor(unit() * (high - low + 1)),
    pick: (list) => list[Math.floor(unit() * list.length)],
    chance: (p) => unit() < p,
    fork: (name) => createRandom(`${seed}/${name}`),
  };
  return random;
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}
