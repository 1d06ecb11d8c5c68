// POST /v1/explain: what a computation would do, as data, text, Graphviz or a picture, without running it.

import { Type } from '@sinclair/typebox';
import type { Explanation as EngineExplanation } from '../../engine/index.ts';
import { encode, explain as run } from '../../engine/index.ts';
import type { Answer } from '../endpoint.ts';
import { workerEndpoint } from '../endpoint.ts';
import { RequestError } from '../errors.ts';
import { explainExamples } from './compute-examples.ts';
import { oneComputation } from './request.ts';
import { oneOf, strict } from './schema.ts';
import { computation, Explanation } from './schemas.ts';

/** Past this a picture is no use to a reader. */
const most = 1000;
/** Past this edges are straight and the layout stops early: routing curves around 500 nodes takes minutes. */
const mostInDetail = 100;
const inHaste = { splines: 'line', nslimit: 0.1, nslimit1: 0.1, mclimit: 0.1 };

export const explain = workerEndpoint({
  id: 'explain',
  method: 'POST',
  path: '/v1/explain',
  access: 'compute',
  request: strict(
    {
      ...computation,
      format: Type.Optional(
        oneOf(['json', 'text', 'dot', 'svg'], { description: 'How the answer is written.', default: 'json' }),
      ),
    },
    {
      $id: 'ExplainRequest',
      description:
        'As for compute, and the form of the answer. Exactly one of `program`, `graph` and `model` is given.',
    },
  ),
  examples: explainExamples,
  doc: {
    tag: 'compute',
    summary: 'Show what a computation would do',
    description:
      'Types, differentiates and plans a computation without running it: the typed graph as text and as data, shapes, ' +
      'the derivative graph, floating-point operations and peak memory; of Jacobians and Hessians, which mode, which entries ' +
      'can be other than zero and how many colours tell them apart. `format` chooses the form.',
    answers: {
      'application/json': Explanation,
      'text/plain': Type.String({ description: 'With `"format": "text"`: the plan.' }),
      'text/vnd.graphviz': Type.String({ description: 'With `"format": "dot"`.' }),
      'image/svg+xml': Type.String({ description: 'With `"format": "svg"`.' }),
    },
    errors: [],
  },
  work(request, context) {
    oneComputation(request);
    const { model: _model, timeout_ms: _timeout, format = 'json', ...asked } = request;
    const explanation = run(asked, context);
    switch (format) {
      case 'json':
        return { type: 'application/json', body: encode(explanation, 'json') };
      case 'text':
        return {
          type: 'text/plain; charset=utf-8',
          body: explanation.plan_text + explanation.matrices.map(textOf).join(''),
        };
      case 'dot':
        return { type: 'text/vnd.graphviz; charset=utf-8', body: explanation.dot };
      case 'svg':
        return picture(explanation);
    }
  },
});

/** A matrix under the text of the plan. */
function textOf({ kind, of, wrt, mode, rows, columns, vectors, nnz, colours, picture: grid }: Matrix): string {
  const made = `${mode} mode, ${vectors} vector${vectors === 1 ? '' : 's'}`;
  const found = nnz === undefined ? 'computed whole' : `${nnz} entries, ${colours} colours`;
  const lines = (grid ?? []).map((line) => `  |${line}|\n`).join('');
  return `\n${kind} of ${of} by ${wrt.join(', ')}: ${rows} × ${columns}, ${found}; ${made}\n${lines}`;
}

type Matrix = EngineExplanation['matrices'][number];

async function picture({ dot, nodes }: EngineExplanation): Promise<Answer> {
  if (nodes.length > most) notDrawn(`The plan has ${nodes.length} nodes, and a picture is drawn of at most ${most}.`);
  // Graphviz is a megabyte of WebAssembly, and most requests want no picture. A new instance each time: one that has
  // failed is in pieces.
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  try {
    const graphAttributes = nodes.length > mostInDetail ? inHaste : {};
    return { type: 'image/svg+xml', body: viz.renderString(dot, { format: 'svg', graphAttributes }) };
  } catch (error) {
    // Graphviz runs out of its memory on some graphs.
    if (error instanceof WebAssembly.RuntimeError) notDrawn('The plan is too entangled for a picture.');
    throw error;
  }
}

function notDrawn(message: string): never {
  const hint = 'Ask for "format": "dot" and draw it where you have the time.';
  throw new RequestError('E_LIMIT', [{ pointer: '/format', message, hint }]);
}
