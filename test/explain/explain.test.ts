// Explanations: the typed graph as text and data, which part each node belongs to, the way back, a picture that parses.

import { instance } from '@viz-js/viz';
import { describe, expect, test } from 'vitest';
import type { ComputeRequest, ExplainRequest, Explanation } from '../../engine/index.ts';
import { encode, EngineError, explain } from '../../engine/index.ts';
import { context, plain, run } from '../engine/requests.ts';
import { graphOf } from '../spec/graphs.ts';

const of = (request: ExplainRequest): Explanation => explain(request, context);
const viz = await instance();

const perceptron: ComputeRequest = {
  graph: {
    inputs: [
      { name: 'x', shape: [2, 5] },
      { name: 'w', shape: [5, 3] },
    ],
    nodes: [
      { name: 'h', op: 'matmul', inputs: ['x', 'w'] },
      { name: 'a', op: 'tanh', inputs: ['h'] },
      { name: 'loss', op: 'sum', inputs: ['a'] },
    ],
    outputs: ['loss'],
  },
  gradients: [{ of: 'loss', wrt: ['w'] }],
};

describe('an explanation', () => {
  test('needs types and no data', () => {
    const { inputs, outputs } = of(perceptron);
    expect(inputs).toEqual([
      { name: 'x', dtype: 'float64', shape: [2, 5] },
      { name: 'w', dtype: 'float64', shape: [5, 3] },
    ]);
    expect(outputs).toEqual([{ name: 'loss', dtype: 'float64', shape: [] }]);
    expect(of({ program: 'y = x * 2', inputs: { x: { dtype: 'float32', shape: [7] } as never } }).outputs).toEqual([
      { name: 'y', dtype: 'float32', shape: [7] },
    ]);
  });

  test('gives the canonical text, whose digest is the graph_id of the answer', () => {
    const { text, graph_id } = of(perceptron);
    expect(text).toMatchInlineSnapshot(`
      "graph(w: float64[5,3], x: float64[2,5]) {
        %0: float64[2,3] = dot_general(x, w) {batch=[[], []], contract=[[1], [0]]}
        %1: float64[2,3] = tanh(%0)
        %2: float64[] = sum(%1) {axis=[0, 1]}
        return %2
      }
      "
    `);
    const zeros = (rows: number, columns: number): number[][] =>
      Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
    expect(run({ ...perceptron, inputs: { x: zeros(2, 5), w: zeros(5, 3) } }).graph_id).toBe(graph_id);
  });

  test('gives the whole plan as text', () => {
    expect(of({ ...perceptron, gradients: [] }).plan_text).toBe(of(perceptron).text);
    const { text, plan_text } = of(perceptron);
    const forward = text.split('\n').slice(0, -3);
    expect(plan_text.split('\n').slice(0, forward.length)).toEqual(forward);
    expect(plan_text).toMatch(/ {2}%(\d+): float64\[5,3\] = .*\n {2}return %2, %\1\n\}\n$/);
  });

  test('lists the nodes of the plan, the posted ones by name', () => {
    const { nodes, plan_text } = of(perceptron);
    expect(nodes.slice(0, 3)).toEqual([
      {
        id: '%0',
        op: 'dot_general',
        inputs: ['x', 'w'],
        attrs: { contract: [[1], [0]], batch: [[], []] },
        dtype: 'float64',
        shape: [2, 3],
        name: 'h',
        part: 'forward',
      },
      { id: '%1', op: 'tanh', inputs: ['%0'], attrs: {}, dtype: 'float64', shape: [2, 3], name: 'a', part: 'forward' },
      {
        id: '%2',
        op: 'sum',
        inputs: ['%1'],
        attrs: { axis: [0, 1] },
        dtype: 'float64',
        shape: [],
        name: 'loss',
        part: 'forward',
      },
    ]);
    expect(new Set(nodes.slice(3).map((node) => node.part))).toEqual(new Set(['derivative']));
    expect(nodes).toHaveLength(plan_text.match(/^ {2}%/gm)!.length);
    const defined = new Set(['x', 'w']);
    for (const node of nodes) {
      for (const input of node.inputs) expect(defined).toContain(input);
      defined.add(node.id);
    }
  });

  test('counts what is posted but not returned as posted', () => {
    const { nodes } = of({
      program: 'h = jnp.exp(x)\nloss = jnp.sum(h)\ny = x + 1',
      inputs: { x: [1, 2] },
      gradients: [{ of: 'loss', wrt: ['x'] }],
    });
    expect(nodes.find((node) => node.name === 'h')?.part).toBe('forward');
  });

  test('has the constants, large ones by digest', () => {
    const big = Array.from({ length: 100 }, (_, i) => i);
    const { nodes } = of({
      inputs: { x: 1 },
      graph: graphOf([
        { name: 'y', op: 'add', inputs: ['x', [1, 2]] },
        { name: 'z', op: 'add', inputs: ['x', big] },
      ]),
    });
    const constants = nodes.filter((node) => node.op === 'constant').map((node) => node.attrs['value']);
    expect(plain(constants[0] as never)).toEqual([1, 2]);
    expect(constants[1]).toEqual({
      dtype: 'float64',
      shape: [100],
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    });
    expect(JSON.parse(new TextDecoder().decode(encode(of(perceptron))))).toHaveProperty('nodes');
  });

  test('tells the cost before anything runs', () => {
    const forward = of({ ...perceptron, gradients: [] });
    const both = of(perceptron);
    // 2·2·5·3 for the product, 6 tanh, 6 sums.
    expect(forward.flops).toBeGreaterThanOrEqual(72);
    expect(both.flops).toBeGreaterThan(forward.flops);
    expect(both.peak_bytes).toBeGreaterThanOrEqual(8 * (10 + 15));
  });

  test('refuses what compute refuses', () => {
    expect(() => of({ ...perceptron, outputs: ['los'] })).toThrow(EngineError);
    expect(() => of({ inputs: {}, graph: graphOf([{ name: 'y', op: 'tahn', inputs: [1] }]) })).toThrow(
      /Did you mean "tanh"/,
    );
  });
});

describe('the way back', () => {
  test('is the ops as they were written, from of to wrt', () => {
    expect(of(perceptron).backward).toEqual([
      {
        of: 'loss',
        wrt: ['w'],
        ops: [
          { op: 'sum', name: 'loss' },
          { op: 'tanh', name: 'a' },
          { op: 'matmul', name: 'h' },
        ],
      },
    ]);
  });
  test('passes by what wrt does not reach, and starts at an intermediate value', () => {
    const program = 'z = jnp.matmul(x, w) + b\nq = jnp.exp(b)\nloss = jnp.sum(z * z) + jnp.sum(q)';
    const inputs = { x: [[1, 2]], w: [[1], [2]], b: [3] };
    const ops = (wrt: string): string[] =>
      of({ program, inputs, gradients: [{ of: 'loss', wrt: [wrt] }] }).backward[0].ops.map((o) => o.op);
    expect(ops('w')).toEqual(['add', 'sum', 'multiply', 'add', 'matmul']);
    expect(ops('z')).toEqual(['add', 'sum', 'multiply']);
    expect(ops('q')).toEqual(['add', 'sum']);
  });
  test('is empty where of does not depend on wrt', () => {
    const { backward } = of({
      program: 'y = jnp.sum(x)',
      inputs: { x: [1], u: [1] },
      gradients: [{ of: 'y', wrt: ['u'] }],
    });
    expect(backward).toEqual([{ of: 'y', wrt: ['u'], ops: [] }]);
  });
});

describe('the picture', () => {
  const requests: Record<string, ExplainRequest> = {
    'a gradient': perceptron,
    'every kind of derivative': {
      program: 'y = jnp.sum(x * x * x)\nz = jnp.sin(x)',
      inputs: { x: [1, 2] },
      outputs: ['y', 'z'],
      gradients: [{ of: 'y', wrt: ['x'] }],
      jvps: [{ of: ['z'], tangents: { x: [1, 0] } }],
      jacobians: [{ of: 'z', wrt: ['x'] }],
      hessians: [{ of: 'y', wrt: ['x'] }],
      hvps: [{ of: 'y', vectors: { x: [1, 1] } }],
    },
    'only inputs': { inputs: { x: 1 }, graph: graphOf([], ['x']) },
    'several results': {
      inputs: { x: [1, 2] },
      graph: graphOf([{ op: 'unstack', inputs: ['x'], outputs: ['a', 'b'] }]),
    },
  };
  test.each(Object.entries(requests))('of %s parses', (_what, request) => {
    const { dot } = of(request);
    const { status, errors } = viz.render(dot, { format: 'json' });
    // Widths of glyphs that its built-in metrics lack are guessed, with a warning.
    const complaints = errors.filter(({ level }) => level !== 'warning');
    expect({ status, complaints }).toEqual({ status: 'success', complaints: [] });
  });

  test('tells names, ops and types, and what results are', () => {
    const labels = labelsOf(of(perceptron).dot);
    expect(labels).toContain('x\\nfloat64[2,5]');
    expect(labels).toContain('h\\ndot_general (matmul)\\nfloat64[2,3]');
    expect(labels.some((label) => label.startsWith('∂loss/∂w\\n'))).toBe(true);
    expect(of(perceptron).dot).toMatch(/cluster_forward[^]*cluster_derivative/);
  });

  const hostile = ['"', '\\', '\\N', 'a\nb', '<b>&amp;', ']; evil [label=x', 'Ω', '\u0000', '%0', '{a|b}', '__proto__'];
  test.each(hostile)('shows the name %j as it is', (name) => {
    const { dot } = of({ inputs: { x: 1 }, graph: graphOf([{ name, op: 'exp', inputs: ['x'] }], [name]) });
    const result = viz.render(dot, { format: 'svg' });
    expect(result.status).toBe('success');
    const texts = [...result.output!.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => unescapeXml(text));
    const shown = name.replaceAll(/\p{Cc}/gu, (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`);
    expect(texts).toContain(shown);
    expect(texts.filter((text) => text !== 'forward')).toHaveLength(5);
  });
});

/** The labels of the nodes of a DOT text, as Graphviz reads them. */
function labelsOf(dot: string): string[] {
  const { objects } = JSON.parse(viz.render(dot, { format: 'json' }).output!) as {
    objects: { label?: string; nodes?: unknown }[];
  };
  return objects.flatMap(({ label, nodes }) => (label === undefined || nodes !== undefined ? [] : [label]));
}

const unescapeXml = (text: string): string =>
  text
    .replaceAll('&#160;', ' ')
    .replaceAll('&#45;', '-')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
