// Powers of integers, one at a time, as a function of a module.

import type { FunctionRef, Module } from './assembler.ts';
import { Writer } from './kernels/writer.ts';
import { shared } from './shared.ts';

/** (x, y) → x to the power y, modulo two to the width; it stops the program where y is negative. */
export const integerPower = (module: Module, width: 32 | 64): FunctionRef =>
  shared(module, `integer power of ${width}`, () => {
    const type = `i${width}` as const;
    return module.function([type, type], [type], (code) => {
      const w = new Writer(code);
      const number = (n: number) => (width === 32 ? w.i32(n) : w.i64(BigInt(n)));
      const [x, y] = [w.param(0), w.param(1)];
      const result = w.variable(type, number(1));
      w.if(w.op(`${type}.lt_s`, y, number(0)), () => code.op('unreachable'));
      w.while(w.op(`${type}.ne`, y, number(0)), () => {
        const odd = w.op(`${type}.ne`, w.op(`${type}.and`, y, number(1)), number(0));
        w.if(odd, () => result.set(w.op(`${type}.mul`, result, x)));
        x.set(w.op(`${type}.mul`, x, x));
        y.set(w.op(`${type}.shr_u`, y, number(1)));
      });
      result();
    });
  });
