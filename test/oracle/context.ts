// What the engine needs of its host, for tests: no limit that matters, and a clock that stands still.

import type { EngineContext } from '../../engine/index.ts';

export const context: EngineContext = {
  limits: {
    program_chars: 100_000,
    program_steps: 100_000,
    loop_turns: 10_000_000,
    nodes: 100_000,
    tensor_elements: 1_000_000,
    bytes: 2 ** 30,
    flops: 1e12,
    output_bytes: 2 ** 28,
  },
  now: () => 0,
};
