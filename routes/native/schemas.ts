// The wire's own types as TypeBox schemas: they check requests and are the components of openapi.yaml.

import type { TSchema } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import type { SparseTensor as EngineSparseTensor, Tensor as EngineTensor, WireTensor } from '../../engine/index.ts';
import { Certificate } from './certificate.ts';
import { component, documented, named, names, oneOf, reference, strict } from './schema.ts';

const dtypes = ['float64', 'float32', 'int64', 'int32', 'uint8', 'bool'] as const;
const DType = oneOf(dtypes, component('DType', { description: 'The type of the elements of a tensor.' }));

const Shape = Type.Array(
  Type.Integer({ minimum: 0 }),
  component('Shape', { description: 'The length of each axis; empty for a scalar.', examples: [[2, 5]] }),
);

const Nested = documented<unknown>(
  component('Nested', {
    description:
      'Numbers, row by row, in lists nested as deep as the tensor has axes. Non-finite numbers are the strings "NaN", ' +
      '"Infinity" and "-Infinity"; int64 beyond ±2^53 is a decimal string.',
    oneOf: [
      { type: 'number' },
      { type: 'boolean' },
      { type: 'string', pattern: '^(NaN|-?Infinity|-?[0-9]+)$' },
      { type: 'array', items: reference('Nested') },
    ],
  }),
);

/** Not checked here: a large tensor is read once, by the engine, which knows where each element stands. */
const Tensor = documented<WireTensor>(
  component('Tensor', {
    description:
      'A tensor, in any of three forms. Bare: a number, a boolean or nested lists of them; the dtype is the one the ' +
      'graph declares, else float64 (bool where every element is a boolean). Described: `data` nested, or flat beside ' +
      '`shape`. Base64: the little-endian, row-major bytes.',
    anyOf: [
      reference('Nested'),
      {
        type: 'object',
        description: 'Described.',
        required: ['data'],
        properties: { dtype: reference('DType'), shape: reference('Shape'), data: reference('Nested') },
        additionalProperties: false,
      },
      {
        type: 'object',
        description: 'Base64.',
        required: ['dtype', 'shape', 'base64'],
        properties: {
          dtype: reference('DType'),
          shape: reference('Shape'),
          base64: { type: 'string', contentEncoding: 'base64' },
        },
        additionalProperties: false,
      },
    ],
    examples: [
      3.5,
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'float32', shape: [2], data: [1, 2] },
    ],
  }),
);

const TensorOut = documented<EngineTensor>(
  component('TensorOut', {
    description:
      'A tensor of an answer: `data` nested, or `base64` where the request asks for `"encoding": "base64"`. A float32 ' +
      'prints as the shortest decimal that reads back as that float32.',
    oneOf: [
      {
        type: 'object',
        required: ['dtype', 'shape', 'data'],
        properties: { dtype: reference('DType'), shape: reference('Shape'), data: reference('Nested') },
        additionalProperties: false,
      },
      {
        type: 'object',
        required: ['dtype', 'shape', 'base64'],
        properties: {
          dtype: reference('DType'),
          shape: reference('Shape'),
          base64: { type: 'string', contentEncoding: 'base64' },
        },
        additionalProperties: false,
      },
    ],
  }),
);

const SparseTensorOut = documented<EngineSparseTensor>(
  component('SparseTensorOut', {
    description:
      'The entries of a Jacobian or Hessian that may be other than zero; a zero among them is a number like any other. COO: ' +
      '`indices` has a list for each axis, `indices[k][e]` being the index of element e along axis k; elements are sorted ' +
      'row-major. CSR: `indices` has the column of each element, and those of row i are `indptr[i]` to `indptr[i + 1]`; ' +
      'columns are the elements of `wrt`, row-major, rows all axes before. With `"encoding": "base64"` the lists are int32 tensors.',
    oneOf: [
      {
        type: 'object',
        required: ['dtype', 'shape', 'indices', 'data'],
        properties: {
          dtype: reference('DType'),
          shape: reference('Shape'),
          indptr: { type: 'array', items: { type: 'integer' } },
          indices: {
            type: 'array',
            items: { oneOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] },
          },
          data: { type: 'array', items: reference('Nested') },
        },
        additionalProperties: false,
      },
      {
        type: 'object',
        required: ['dtype', 'shape', 'indices', 'base64'],
        properties: {
          dtype: reference('DType'),
          shape: reference('Shape'),
          indptr: reference('TensorOut'),
          indices: reference('TensorOut'),
          base64: { type: 'string', contentEncoding: 'base64' },
        },
        additionalProperties: false,
      },
    ],
  }),
);

/** A block of a Jacobian or Hessian: sparse where that was asked for. */
const BlockOut = documented<EngineTensor | EngineSparseTensor>({
  anyOf: [reference('TensorOut'), reference('SparseTensorOut')],
});

/** The components that stand in others by reference alone. */
export const referenced: readonly TSchema[] = [DType, Shape, Nested, TensorOut, SparseTensorOut];

const GraphInput = strict(
  {
    name: Type.String(),
    dtype: Type.Optional(DType),
    shape: Type.Optional(Shape),
  },
  component('GraphInput', { description: 'A declared input. What it leaves out is read off the tensor.' }),
);

const Node = strict(
  {
    name: Type.Optional(Type.String({ description: 'The name of the result.' })),
    op: Type.String({ description: 'An op of the catalogue, `GET /v1/ops`, or one of its aliases.' }),
    inputs: Type.Optional(
      documented<readonly unknown[]>({
        type: 'array',
        description:
          'Operands: the name of a value, a number, a tensor constant, or `null` where an optional operand is left out.',
        items: { anyOf: [{ type: 'string' }, { type: 'null' }, reference('Tensor')] },
      }),
    ),
    attrs: Type.Optional(
      documented<Readonly<Record<string, unknown>>>({
        type: 'object',
        description: 'Attributes by name, as the op documents them: `{"axis": 0}`.',
        additionalProperties: true,
      }),
    ),
    outputs: Type.Optional(names('The names of the results, of an op with several.')),
  },
  component('Node', { description: 'One call of an op. Nodes may stand in any order.' }),
);

const Graph = strict(
  {
    inputs: Type.Optional(Type.Array(GraphInput, { description: 'May be left out: it is read off the tensors.' })),
    nodes: Type.Array(Node),
    outputs: Type.Optional(names('What is returned when the request names no outputs.')),
    functions: Type.Optional(
      documented<Readonly<Record<string, never>>>({
        type: 'object',
        description: 'Sub-graphs by name, for control flow.',
        additionalProperties: reference('Graph'),
      }),
    ),
  },
  component('Graph', {
    description: 'A computation as JSON, for programs that write programs.',
    examples: [
      {
        nodes: [
          { name: 'xt', op: 'matrix_transpose', inputs: ['x'] },
          { name: 'g', op: 'matmul', inputs: ['xt', 'x'] },
          { name: 'y', op: 'multiply', inputs: ['g', 2] },
        ],
        outputs: ['y'],
      },
    ],
  }),
);

const of = Type.String({ description: 'The name of the value to differentiate.' });
const wrt = names('The names to differentiate with respect to: inputs or intermediates.');
const batched = Type.Optional(
  Type.Boolean({ description: 'Many at once: each given tensor has a leading axis, and so has each result.' }),
);

const Gradient = strict(
  {
    of,
    wrt,
    cotangent: Type.Optional(Tensor),
    accumulate: Type.Optional(
      named<WireTensor>(Tensor, { description: 'By name: what is returned is this plus the gradient.' }),
    ),
    batched,
  },
  component('GradientRequest', {
    description:
      'A vector-Jacobian product: the gradient of `of`, weighted by `cotangent`. Without one, the gradient of the sum ' +
      'of `of`, which for a scalar is its gradient.',
  }),
);

const Jvp = strict(
  { of: names('The names of the values to differentiate.'), tangents: named<WireTensor>(Tensor), batched },
  component('JvpRequest', {
    description: 'A Jacobian-vector product (forward mode): how each `of` moves when the inputs move along `tangents`.',
  }),
);

const sparse = Type.Optional(
  Type.Unsafe<boolean | 'coo' | 'csr'>(
    Type.Union([Type.Boolean(), Type.Literal('coo'), Type.Literal('csr')], {
      description:
        'Return only the entries that may be other than zero, found from the computation itself: `true` or `"coo"` as ' +
        'coordinates, `"csr"` as compressed rows. As many vectors are pushed through as the matrix has colours.',
      default: false,
    }),
  ),
);

const Jacobian = strict(
  {
    of,
    wrt,
    mode: Type.Optional(
      oneOf(['auto', 'forward', 'reverse'], {
        description:
          '`auto` takes the mode with less work (floating-point operations and elements moved, of both programs); ' +
          '`stats.jacobians` says which.',
        default: 'auto',
      }),
    ),
    sparse,
  },
  component('JacobianRequest', { description: 'Jacobians, each of shape `of.shape + wrt.shape`.' }),
);

const Hessian = strict(
  { of, wrt, sparse },
  component('HessianRequest', { description: 'All second derivatives of a scalar, one block for each pair of `wrt`.' }),
);

const Hvp = strict(
  { of, vectors: named<WireTensor>(Tensor) },
  component('HvpRequest', { description: 'A Hessian-vector product: the Hessian of a scalar times `vectors`.' }),
);

const BatchOf = strict(
  { inputs: names('The inputs to map over: each has a leading axis of the same size, one entry for each example.') },
  component('BatchRequest', {
    description:
      'Maps the whole request over the leading axis of some inputs (vmap): the computation sees one example, and every ' +
      'output and derivative comes with a leading axis, one for each example. Cotangents, tangents, vectors and what is ' +
      'accumulated are the same for all examples, or have that leading axis too.',
  }),
);

/** The fields of a computation, which compute and explain share. */
export const computation = {
  program: Type.Optional(
    Type.String({
      description:
        'The computation as text: a pure subset of Python with `jax.numpy` names. The last assignment is the output.',
      examples: ['y = jnp.sum(jnp.tanh(x @ w + b))'],
    }),
  ),
  graph: Type.Optional(Graph),
  model: Type.Optional(Type.String({ description: 'The name of a registered graph: `name` or `name@version`.' })),
  inputs: Type.Optional(named<WireTensor>(Tensor, { description: 'A tensor for each input, by name.' })),
  outputs: Type.Optional(
    names('The names of the values to return. By default what the last statement assigns, or `graph.outputs`.'),
  ),
  gradients: Type.Optional(Type.Array(Gradient)),
  jvps: Type.Optional(Type.Array(Jvp)),
  jacobians: Type.Optional(Type.Array(Jacobian)),
  hessians: Type.Optional(Type.Array(Hessian)),
  hvps: Type.Optional(Type.Array(Hvp)),
  batch: Type.Optional(BatchOf),
  mode: Type.Optional(
    oneOf(['predict', 'train'], {
      description: 'What `is_training()` sees, and what dropout and batch normalisation obey.',
      default: 'predict',
    }),
  ),
  seed: Type.Optional(
    Type.Integer({
      description: 'Of the random draws: the same seed gives the same numbers on every machine.',
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
  ),
  dtype: Type.Optional(
    oneOf(['float64', 'float32'], { description: 'Of bare numbers and constants.', default: 'float64' }),
  ),
  encoding: Type.Optional(
    oneOf(['json', 'base64'], { description: 'How the tensors of the answer are written.', default: 'json' }),
  ),
  debug_nans: Type.Optional(
    Type.Boolean({ description: 'Answer 422 with the op that first made a NaN.', default: false }),
  ),
  memory_limit: Type.Optional(
    Type.Integer({
      description:
        'Bytes of memory that the plan may take at its peak, inputs and results included. What does not fit is let go of and ' +
        'computed again; results have the bits that they have without a limit, and `stats.recompute` tells what that costs.',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      examples: [50_000_000],
    }),
  ),
  timeout_ms: Type.Optional(
    Type.Integer({
      description: 'How long the answer may take, in milliseconds, from when the request arrived; the server caps it.',
      minimum: 1,
    }),
  ),
};

export const Warning = strict(
  {
    code: Type.String(),
    node: Type.Union([Type.String(), Type.Null()], { description: 'The node it is about.' }),
    message: Type.String(),
  },
  component('Warning', { description: 'Numeric trouble, or a convention that was applied.' }),
);

const result = { of: Type.String(), wrt: named<EngineTensor>(TensorOut) };

const matrixStats = {
  mode: oneOf(['forward', 'reverse'], {
    description: 'Whether Jacobian-vector products were computed or vector-Jacobian products.',
  }),
  rows: Type.Integer(),
  columns: Type.Integer(),
  vectors: Type.Integer({ description: 'Products that were computed, together.' }),
  chunks: Type.Integer({ description: 'Parts they were computed in, where memory would not have held all at once.' }),
  nnz: Type.Optional(
    Type.Integer({ description: 'Entries that may be other than zero; absent where the matrix was computed whole.' }),
  ),
  colours: Type.Optional(Type.Integer({ description: 'Colours that the entries were told apart by.' })),
  work: strict(
    { forward: Type.Optional(Type.Number()), reverse: Type.Optional(Type.Number()) },
    { description: 'Floating-point operations and elements moved, of each mode that was weighed.' },
  ),
};

const MatrixStats = strict(
  matrixStats,
  component('MatrixStats', { description: 'How a Jacobian or Hessian was made.' }),
);

const MatrixExplanation = strict(
  {
    kind: oneOf(['jacobian', 'hessian']),
    of: Type.String(),
    wrt: Type.Array(Type.String(), {
      description: 'Columns (and rows of a Hessian) are their elements, one after another.',
    }),
    ...matrixStats,
    picture: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'The pattern, one character for each entry or, of a large matrix, for a rectangle of them: a blank where all are ' +
          'zero, `#` where none need be, `.`, `:`, `+` between.',
      }),
    ),
    entries: Type.Optional(
      strict(
        { rows: Type.Array(Type.Integer()), columns: Type.Array(Type.Integer()) },
        { description: 'The places of the entries, where there are few.' },
      ),
    ),
    colouring: Type.Optional(
      Type.Array(Type.Integer(), {
        description: 'The colour of each column (forward mode) or row (reverse mode), where there are few.',
      }),
    ),
  },
  component('MatrixExplanation', { description: 'How a Jacobian or Hessian would be made.' }),
);

const Recompute = strict(
  {
    flops: Type.Number({ description: 'Planned floating-point operations.' }),
    peak_bytes: Type.Number({ description: 'Planned peak memory.' }),
    without: strict(
      { flops: Type.Number(), peak_bytes: Type.Number() },
      { description: 'The same where nothing is computed again.' },
    ),
  },
  component('RecomputeStats', {
    description: 'What keeping the memory limit costs. Absent where everything fits as it is.',
  }),
);

export const ComputeResponse = strict(
  {
    outputs: named<EngineTensor>(TensorOut),
    gradients: Type.Array(strict(result)),
    jvps: Type.Array(strict({ of: named<EngineTensor>(TensorOut) })),
    jacobians: Type.Array(strict({ of: Type.String(), wrt: named<unknown>(BlockOut) })),
    hessians: Type.Array(strict({ of: Type.String(), wrt: named<unknown>(named<unknown>(BlockOut)) })),
    hvps: Type.Array(strict(result)),
    graph_id: Type.String({
      pattern: '^sha256:[0-9a-f]{64}$',
      description: 'The digest of the graph: the same mathematics has the same one, however it was posted.',
    }),
    warnings: Type.Array(Warning),
    certificate: Type.Optional(Certificate),
    stats: strict({
      plan: oneOf(['compiled', 'cached']),
      compile_ms: Type.Number(),
      run_ms: Type.Number({
        description:
          "The engine's run alone, from tensors in memory to results in memory, as exact as the clock: microseconds at least.",
      }),
      flops: Type.Number({ description: 'Planned floating-point operations.' }),
      peak_bytes: Type.Number({
        description: 'Planned peak memory: all arrays that are there at once, and what steps keep for themselves.',
      }),
      loop_turns: Type.Optional(
        Type.Number({ description: 'Turns that loops made whose number depends on data, where there are such loops.' }),
      ),
      recompute: Type.Optional(Recompute),
      jacobians: Type.Optional(Type.Array(MatrixStats)),
      hessians: Type.Optional(Type.Array(MatrixStats)),
    }),
  },
  component('ComputeResponse', { description: 'Each list is in the order it was asked in.' }),
);

const Typed = strict({ name: Type.String(), dtype: DType, shape: Shape });

export const Explanation = strict(
  {
    graph_id: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }),
    inputs: Type.Array(Typed),
    outputs: Type.Array(Typed),
    text: Type.String({ description: 'The forward graph in its canonical text, whose digest is the graph_id.' }),
    plan_text: Type.String({ description: 'The whole plan: forward and derivatives.' }),
    nodes: Type.Array(
      strict({
        id: Type.String(),
        op: Type.String(),
        inputs: Type.Array(Type.String()),
        attrs: documented<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
        dtype: DType,
        shape: Shape,
        name: Type.Optional(Type.String()),
        part: oneOf(['forward', 'derivative']),
      }),
    ),
    backward: Type.Array(
      strict({
        of: Type.String(),
        wrt: Type.Array(Type.String()),
        ops: Type.Array(strict({ op: Type.String(), name: Type.Optional(Type.String()) })),
      }),
      {
        description:
          'For each gradient asked for: the ops as they were written, in the order in which the cotangent passes them.',
      },
    ),
    matrices: Type.Array(MatrixExplanation, {
      description: 'How each Jacobian, then each Hessian would be made, and where it may be other than zero.',
    }),
    dot: Type.String({ description: 'The plan for Graphviz.' }),
    flops: Type.Number(),
    peak_bytes: Type.Number({ description: 'What the memory limit is held against, as in the `stats` of an answer.' }),
    recompute: Type.Optional(Recompute),
    passes: Type.Array(strict({ name: Type.String(), text: Type.String(), result: Type.Optional(Type.String()) }), {
      description:
        'How the plan is compiled: each pass, what it does and what came of it. None where the plan is interpreted.',
    }),
    warnings: Type.Array(Warning),
  },
  component('Explanation', { description: 'What a computation would do.' }),
);

export const Problem = Type.Object(
  {
    type: Type.String({ description: 'The kind of error, as an address that describes it.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String({ description: 'This request: the id that its `X-Request-Id` and the log have.' }),
    code: Type.String({ description: 'The kind of error, for programs.' }),
    errors: Type.Array(
      strict({
        pointer: Type.Optional(Type.String({ description: 'A JSON Pointer into the body.' })),
        line: Type.Optional(Type.Integer({ description: 'In the program, or in a body that is not JSON; from 1.' })),
        column: Type.Optional(Type.Integer({ description: 'From 1.' })),
        message: Type.String({ description: 'What was found and what was expected.' }),
        hint: Type.Optional(Type.String({ description: 'What to do about it.' })),
      }),
    ),
  },
  component('Problem', { description: 'An error, as RFC 9457 has it.' }),
);
