// Small kernels for tests of the team: what they write tells who computed what.

import { Module } from '../../engine/wasm/assembler.ts';

/** Where the results of `mark` and `slow` begin: an i32 for each chunk. */
export const marksAt = 1024;

/**
 * `mark(chunk)` adds chunk + 1 to its place; `slow(chunk)` does so after some hundred microseconds; `endless(chunk)`
 * never ends; `trap(chunk)` is `mark`, but for chunk 5, which traps. `scalars`: all call a scalar function of the ops.
 */
export function kernelModule(scalars = false): WebAssembly.Module {
  const module = new Module();
  const abs = scalars ? module.importFunction('scalar', 'abs', ['f64'], ['f64']) : null;
  module.importMemory('env', 'memory', 1, 65_536, true);
  const add = module.function(['i32'], [], (code) => {
    const place = code.local('i32');
    code.get(code.param(0));
    code.i32(4);
    code.op('i32.mul');
    code.tee(place);
    code.get(place);
    code.mem('i32.load', marksAt);
    code.get(code.param(0));
    if (abs !== null) {
      code.op('f64.convert_i32_s');
      code.call(abs);
      code.op('i32.trunc_f64_s');
    }
    code.op('i32.add');
    code.i32(1);
    code.op('i32.add');
    code.mem('i32.store', marksAt);
  });
  module.function(
    ['i32'],
    [],
    (code) => {
      code.get(code.param(0));
      code.call(add);
    },
    'mark',
  );
  module.function(
    ['i32'],
    [],
    (code) => {
      const i = code.local('i32');
      code.count(i, 0, 100_000, 1, () => {});
      code.get(code.param(0));
      code.call(add);
    },
    'slow',
  );
  module.function(['i32'], [], (code) => code.loop((again) => code.br(again)), 'endless');
  module.function(
    ['i32'],
    [],
    (code) => {
      code.get(code.param(0));
      code.i32(5);
      code.op('i32.eq');
      code.if(() => code.op('unreachable'));
      code.get(code.param(0));
      code.call(add);
    },
    'trap',
  );
  return new WebAssembly.Module(module.finish());
}

export const sharedMemory = (): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
