// What compute and explain ask of a request beside its schema: exactly one computation.

import { EngineError } from '../../engine/index.ts';

interface Posted {
  readonly program?: string;
  readonly graph?: unknown;
  readonly model?: string;
}

/** Throws unless the request holds one program or one graph. */
export function oneComputation({ program, graph, model }: Posted): void {
  const posted = Object.entries({ program, graph, model }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  if (posted.length === 0) {
    throw new EngineError('E_REQUEST_SHAPE', {
      pointer: '',
      message: 'There is no computation: one of "program", "graph" and "model" is needed.',
      hint: 'The smallest is {"program": "y = x * x", "inputs": {"x": 3}}.',
    });
  }
  if (posted.length > 1) {
    throw new EngineError('E_REQUEST_SHAPE', {
      pointer: `/${posted[1]}`,
      message: `There are ${posted.length} computations, ${posted.map((name) => `"${name}"`).join(' and ')}: only one can be computed.`,
    });
  }
  if (model !== undefined) {
    throw new EngineError('E_MODEL_UNKNOWN', {
      pointer: '/model',
      message: `No model of the name ${JSON.stringify(model)} is registered.`,
      hint: 'Post the computation itself, as "program" or "graph".',
    });
  }
}
