// How much the random tests do: COTANGENT_SEED draws other cases, COTANGENT_ROUNDS takes so many times as many, COTANGENT_SIZES
// makes arrays so many times as long. `npm run nightly` sets all three.

const numberOf = (name: string): number => Number(process.env[name] ?? 1);

/** The seed of what is drawn. */
export const seed = process.env['COTANGENT_SEED'] ?? '1';

/** A file's own seed, or another. */
export function seedOr(own: number): number {
  if (process.env['COTANGENT_SEED'] === undefined) return own;
  let hash = own;
  for (const letter of seed) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

/** So many cases, or more. */
export const rounds = (usual: number): number => Math.ceil(usual * numberOf('COTANGENT_ROUNDS'));

/** Arrays of such a size, or larger. */
export const sizes = (usual: number): number => Math.ceil(usual * numberOf('COTANGENT_SIZES'));
