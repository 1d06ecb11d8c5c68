// The contract every op meets: what front ends, transforms, the interpreter and the compiler may ask of one.

import type { Aval, DType } from './ir/aval.ts';
import type { Builder } from './ir/builder.ts';
import type { Graph, Node, Value } from './ir/graph.ts';
import type { Tensor } from './ir/tensor.ts';
import type { View } from './ir/view.ts';
import type { Padding } from './families/padding.ts';
import type { KernelRequest } from './wasm/kernels/index.ts';
import type { Lower } from './wasm/lanes.ts';

/** An attribute's value: plain data, a bound tensor, or a sub-graph (control flow). */
export type AttrValue =
  | null
  | boolean
  | number
  | string
  | readonly AttrValue[]
  | { readonly slice: readonly (number | null)[] }
  | { readonly array: number }
  | { readonly tensor: Tensor }
  | { readonly graph: Graph }
  | { readonly rule: Rule };
/**
 * A derivative rule that a function was given: it is traced when it is first needed, since it may call the function itself.
 * `live` says which of the arguments are differentiated, to rules that ask.
 */
export type Rule = (b: Builder, live?: readonly boolean[]) => readonly Body[];
/** A graph, and the values from outside that are its first inputs. */
export interface Body {
  readonly graph: Graph;
  readonly captures: readonly Value[];
}
/** A function of arrays that an op is given: it is traced on values of the op's choosing. */
export type Subprogram = (b: Builder, inputs: readonly Value[]) => readonly Value[];
export type Attrs = Readonly<Record<string, AttrValue>>;

/** A number that was written down: it has no dtype of its own until it meets one. */
export type Literal = number | bigint | boolean;
/** What may stand where an op takes a tensor. */
export type Operand = Value | Literal;
/** Bound arguments of a call, by parameter name. */
export type Args = Readonly<
  Record<string, Operand | readonly Operand[] | AttrValue | Subprogram | readonly Subprogram[] | undefined>
>;

export type ParamKind =
  | 'tensor'
  | 'tensors'
  | 'int'
  | 'float'
  | 'bool'
  | 'string'
  | 'enum'
  | 'axis'
  | 'axes'
  | 'ints'
  | 'shape'
  | 'dtype'
  | 'index'
  | 'function'
  | 'functions'
  | 'any';

/** One parameter. `tensor` and `tensors` are operands, in order; everything else is an attribute. */
export interface Param {
  readonly name: string;
  readonly kind: ParamKind;
  /** What an absent argument means; a parameter without one must be given. */
  readonly default?: AttrValue;
  /** The allowed values of an `enum`. */
  readonly values?: readonly string[];
  /** Words that other libraries write for a value: PyTorch's gelu has approximate="none" where jax has False. */
  readonly words?: ReadonlyMap<string, AttrValue>;
  /** Cannot be given by position in a program. */
  readonly keyword?: boolean;
  readonly doc?: string;
}

/** A point of the property tests: operand shapes (or tensors of given dtypes), and attributes. */
export interface Sample {
  readonly operands: readonly {
    readonly shape: readonly number[];
    readonly dtype?: DType;
    /** Where elements are drawn from, uniformly; the op's own `domain` by default. */
    readonly range?: readonly [number, number];
    /** Exact elements, where drawing makes no sense (indices, masks). */
    readonly values?: readonly number[];
  }[];
  readonly attrs?: Attrs;
}

export interface JvpSite {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attrs: Attrs;
  /** One per input; null is a symbolic zero, and at least one is not. */
  readonly tangents: readonly (Value | null)[];
}

export interface TransposeSite {
  readonly node: Node;
  /** One per output; null is a symbolic zero, and at least one is not. */
  readonly cotangents: readonly (Value | null)[];
  /** Which inputs the node is being transposed in. */
  readonly linear: readonly boolean[];
  /** What has come of each input already: a rule may go on from there, and then gives totals. */
  readonly known: (k: number) => Value | null;
}

/** All that has come of an input, what was known before included. */
export interface Total {
  readonly total: Value;
}

export interface BatchSite {
  /** Mapped inputs carry the batch axis first. */
  readonly inputs: readonly Value[];
  readonly mapped: readonly boolean[];
  readonly attrs: Attrs;
  readonly size: number;
}

/**
 * A linear map that puts each element of one input into at most one output element, zeros elsewhere: P. For it
 * (P x) ⊙ d = P (x ⊙ Pᵀ d), which is how structural zeros stay zero whatever d is.
 */
export interface Embedding {
  readonly operand: number;
  /** Whether P itself makes zeros (a mask, a pad, a scatter), or only passes on those its input has. */
  readonly zeros: boolean;
  /** Pᵀ d, but 1 and not 0 for an element that P drops: the result may be multiplied or divided by it. */
  readonly gather: (b: Builder, d: Value) => Value;
}

/** The transforms, as control flow applies them to the bodies of its nodes. */
export interface Passes {
  /** The graph's nodes made anew on other inputs: its outputs. */
  inline(b: Builder, graph: Graph, inputs: readonly Value[]): readonly Value[];
  /** Tangents of values for tangents of others; null where they do not depend on them. */
  linearize(b: Builder, of: readonly Value[], seeds: readonly { value: Value; tangent: Value }[]): Linearized;
  /** Cotangents of the variables of a linear program for those of its results, on top of what is known of the variables. */
  transpose(
    b: Builder,
    tape: readonly Node[],
    variables: readonly Value[],
    results: readonly (Value | null)[],
    cotangents: readonly (Value | null)[],
    known?: readonly (Value | null)[],
  ): (Value | null)[];
  /** Each value for mapped ones, which have a leading axis; null where it does not depend on them. */
  batch(b: Builder, of: readonly Value[], mapped: ReadonlyMap<Value, Value>, size: number): (Value | null)[];
  /** Cotangents of values for those of what is computed from them; null where nothing depends on one. */
  vjp(b: Builder, of: readonly Value[], wrt: readonly Value[], cotangents: readonly (Value | null)[]): (Value | null)[];
  /** Matrices of derivatives, of.shape + wrt.shape. */
  jacobianForward(b: Builder, of: Value, wrt: readonly Value[]): Value[];
  jacobianReverse(b: Builder, of: Value, wrt: readonly Value[]): Value[];
}

export interface Linearized {
  /** Tangent of each value asked for; null where it does not depend on any seed. */
  readonly tangents: readonly (Value | null)[];
  /** Every node made on the way, in order: the linear ones among them are the tape that transpose walks. */
  readonly tape: readonly Node[];
}

/** A result that does not depend on what is mapped, where its neighbours do: there is one for the whole batch. */
export interface Unmapped {
  readonly unmapped: Value;
}

/**
 * Which elements of one operand the elements of a linear primitive's result are sums of multiples of: the places where the
 * matrix of the map may be other than zero. Output element i reads the operand's elements in group `at[i]`.
 */
export interface Reads {
  /** The group of each output element, -1 where it reads none; absent: its own number. */
  readonly at?: Int32Array;
  /** Group g is `items[starts[g]]` … `items[starts[g + 1] − 1]`; absent: the one element g. */
  readonly groups?: { readonly starts: Int32Array; readonly items: Int32Array };
  /**
   * The output element whose reads are all read by output element i too, -1 where there is none: in a running sum, its
   * neighbour. All lie before what reads them, or all behind.
   */
  readonly after?: Int32Array;
}

export interface ReadsSite {
  readonly inputs: readonly Aval[];
  readonly outputs: readonly Aval[];
  readonly attrs: Attrs;
  /** An operand that depends on no float input: its elements, where they are known before anything runs. */
  readonly known: (operand: number) => Tensor | null;
  /** How many items lists may have together: a rule that would need more says null. */
  readonly most: number;
}

/** For each element of a value, row-major, the number of the set of indices that it depends on. */
export type IndexRows = Int32Array;

export interface SpreadSite extends ReadsSite {
  /** One for each operand; null where it depends on nothing. What turns have stacked has one element for all turns. */
  readonly sets: readonly (IndexRows | null)[];
  /** The sets of a body's results, from the sets and the known tensors of its inputs. */
  through(
    body: Graph,
    sets: readonly (IndexRows | null)[],
    known: readonly (Tensor | null)[],
  ): readonly (IndexRows | null)[];
  /**
   * The sets of the results of the transposed map of a body that is linear in its inputs from one on: one result for each of
   * those, from the sets of what stands for the body's outputs.
   */
  back(
    body: Graph,
    first: number,
    sets: readonly (IndexRows | null)[],
    known: readonly (Tensor | null)[],
  ): readonly (IndexRows | null)[];
  /** Element by element, the union of two values' sets. */
  unite(a: IndexRows | null, b: IndexRows | null): IndexRows | null;
}

/** How a reduction joins two elements: associative, with an identity. */
export type Reducer = 'sum' | 'prod' | 'max' | 'min' | 'all' | 'any';

/** Axes of x and of y in pairs: summed over, and one product for each index. */
export interface Contraction {
  readonly contract: readonly [readonly number[], readonly number[]];
  readonly batch: readonly [readonly number[], readonly number[]];
}

/**
 * What holds of a primitive whatever its operands are, bit for bit (any NaN being as good as another): the compiler uses it
 * to make graphs smaller.
 */
export interface Laws {
  /**
   * For each operand, in a dtype, the number that changes nothing where it stands there, the result being the other operand
   * (1 in a product); null where there is none.
   */
  neutral?(dtype: DType): readonly [Literal | null, Literal | null];
  /** f(f(x)) is x. */
  readonly undoesItself?: true;
  /** f(f(x)) is f(x); of two operands, f(x, x) is x. */
  readonly settles?: true;
  /** f(−x) is f(x), where there are negative numbers. */
  readonly even?: true;
  /** f(x) is −x; of bool, not x. */
  readonly negates?: true;
  /** The first elements of the result along an axis, fewer than it has, from less; null where it must be whole. */
  first?(b: Builder, inputs: readonly Value[], attrs: Attrs, axis: number, count: number): Value | null;
  /** The same value otherwise; null where nothing is gained. */
  rewrite?(b: Builder, inputs: readonly Value[], attrs: Attrs): Value | null;
}

/** What evaluation offers to control flow. */
export interface Run {
  /** Runs a sub-graph on tensors, in the order of its inputs. */
  graph(graph: Graph, inputs: readonly Tensor[]): readonly Tensor[];
  /** Counts the turns of a loop as it makes them; fails where one has made more than it may. */
  turn(made: number): void;
  /** How many turns have been counted; and whether a loop may have made so many. */
  turns(): number;
  bound(made: number): void;
}

/** What the passes ask of a primitive. Rules build with the builder they are handed and know no other op's file. */
export interface Primitive {
  /** Output types from input types; throws an EngineError when they do not fit. */
  infer(inputs: readonly Aval[], attrs: Attrs): Aval | readonly Aval[];
  /** The meaning: slow, obvious, exact in what it promises. Outputs in the inferred types. `run` is for sub-graphs. */
  eval(inputs: readonly Tensor[], attrs: Attrs, outputs: readonly Aval[], run?: Run): Tensor | readonly Tensor[];
  /** Output tangents, linear in the input tangents; null is zero. Absent: the op has no derivative rule. */
  jvp?(b: Builder, site: JvpSite): Value | null | readonly (Value | null)[];
  /** Cotangents of the linear inputs (null elsewhere or for zero); defined where the op is linear. */
  transpose?(b: Builder, site: TransposeSite): readonly (Value | Total | null)[];
  /** The operands in which the op claims linearity: each on its own, or jointly when they are tangents together. */
  readonly linear?: readonly number[];
  /**
   * What the results read of an operand in which the primitive is linear; one entry for all outputs. Absent, or null: every
   * output element may read every element.
   */
  reads?(site: ReadsSite, operand: number): Reads | null;
  /** The same for loops and branches: the sets of their results' elements from those of their operands' elements. */
  spread?(site: SpreadSite): readonly (IndexRows | null)[];
  /** Outputs with the batch axis first. */
  batch(b: Builder, site: BatchSite): Value | readonly (Value | Unmapped)[];
  readonly embedding?: (node: Node) => Embedding | null;
  /**
   * `onto` plus the node's result, where the node places elements in zeros or moves what does: they are added to `onto` in
   * place of the zeros. Null: nothing is gained by it.
   */
  accumulate?(b: Builder, node: Node, onto: Value): Value | null;
  /** The operand of which every output element is one element, repeated or not (a broadcast, a gather). */
  readonly repeats?: number;
  /** A tensor that is known before anything runs. */
  constant?(attrs: Attrs): Tensor;
  /** Where nothing is computed: the output as a view of the input; null where its elements must be moved. */
  view?(x: View, attrs: Attrs, output: Aval): View | null;
  /** How a reduction over `axis` joins two elements. */
  readonly reduces?: Reducer;
  /** A conversion between dtypes, as `convertTensor` makes it. */
  readonly converts?: true;
  /** Which axes a contraction sums over and which it pairs. */
  contraction?(attrs: Attrs): Contraction;
  readonly laws?: Laws;
  /** The axis along which the operands lie one after another in the result, which is nothing else. */
  joined?(attrs: Attrs): number;
  /** The zeros around and between the operand's elements in the result, which is nothing else. */
  padded?(attrs: Attrs): Padding;
  /** Whether the result is zero whatever the numbers are: a part of what has zeros there by its structure. */
  vanishes?(node: Node): boolean;
  /** The same in simpler primitives, for the compiler: what it can fuse. */
  expand?(b: Builder, inputs: readonly Value[], attrs: Attrs): Value | null;
  /**
   * The meaning of an elementwise primitive on vectors, for operands of a dtype (bool ones travel as masks); undefined
   * where there is none, and `pointwise` is called lane by lane.
   */
  lower?(attrs: Attrs, dtype: DType): Lower | undefined;
  /** The meaning of an elementwise primitive on the elements of floats, one at a time. */
  pointwise?(attrs: Attrs): ((...xs: number[]) => number) | undefined;
  /** For what is no loop over elements: the kernel that computes it, as data; null where there is none for the types. */
  kernel?(inputs: readonly Aval[], outputs: readonly Aval[], attrs: Attrs): KernelRequest | null;
  /** The sub-graph that the node is, of the node's inputs: once all is differentiated, it stands in its place. */
  inlined?(attrs: Attrs): Graph;
  /** For what can be differentiated further and never run: what to tell when it would have to. */
  refuse?(node: Node): Error;
  /** Floating-point operations of one run; one per output element by default. */
  flops?(inputs: readonly Aval[], outputs: readonly Aval[], attrs: Attrs): number;
}

/** One op, as one data object. */
export interface Op {
  /** The wire name. */
  readonly name: string;
  readonly family: string;
  readonly doc: { readonly text: string; readonly math?: string; readonly source?: string };
  readonly aliases?: readonly string[];
  /** In the order of the op's signature in jax.numpy, so that positions mean the same. */
  readonly params: readonly Param[];
  /** Names of the results where there are several; `list` where their number depends on the arguments. */
  readonly results?: readonly string[] | 'list';
  /** yes; zero: piecewise constant, its derivative is zero by convention; no: integer or boolean results. */
  readonly differentiable: 'yes' | 'zero' | 'no';
  /** Checks and promotes the arguments, then emits a primitive or expands into other ops. */
  readonly call: (b: Builder, args: Args) => Value | readonly Value[];
  /** Absent for a composite, which leaves no trace in the graph but its name as origin. */
  readonly primitive?: Primitive;
  /** Hidden from the catalogue: an internal of the engine. */
  readonly internal?: boolean;
  readonly samples: readonly Sample[];
}
