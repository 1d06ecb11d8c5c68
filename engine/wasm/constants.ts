// The pool of constants of a module: the bits of each number once, in memory, where splat loads find them.

/** Constants at fixed addresses from `base` on. */
export class ConstantPool {
  readonly base: number;
  readonly #known = new Map<string, number>();
  #bytes = new Uint8Array(256);
  length = 0;

  /** `base` is a multiple of 8. */
  constructor(base: number) {
    this.base = base;
  }

  /** The address of a constant of 32 or 64 bits. */
  address(bits: bigint, width: 32 | 64): number {
    const key = `${width} ${bits}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const size = width / 8;
    const at = Math.ceil(this.length / size) * size;
    this.#write(at, size, bits);
    this.#known.set(key, this.base + at);
    return this.base + at;
  }

  #write(at: number, size: number, bits: bigint): void {
    if (at + size > this.#bytes.length) {
      const grown = new Uint8Array(2 * this.#bytes.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    let left = bits;
    for (let i = 0; i < size; i++) {
      this.#bytes[at + i] = Number(left & 0xffn);
      left >>= 8n;
    }
    this.length = at + size;
  }

  /** What stands in memory from the base on. */
  image(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}
