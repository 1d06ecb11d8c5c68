// What a caller may ask of the engine and what it gets back: the wire contract's own words, as types.

import type { Verdict } from './check/judge.ts';
import type { Base64Text, NumberList } from './codec/lists.ts';
import type { Warning } from './ir/builder.ts';
import type { DType } from './ir/aval.ts';
import type { PlanCache } from './plans.ts';
import type { Machine } from './run/machine.ts';
import type { CodeShare } from './run/share.ts';
import type { Tensor } from './ir/tensor.ts';
import type { SparseFormat, SparseTensor } from './sparse/layout.ts';

/** A number on the wire; non-finite ones and large int64 travel as strings. */
export type WireNumber = number | boolean | string;
export type WireNested = WireNumber | readonly WireNested[];

/**
 * A tensor on the wire: bare, described, base64, or already decoded by a binary front end. What `takeTensors` has read from
 * a body's bytes stands where the text would.
 */
export type WireTensor =
  | WireNested
  | NumberList
  | { readonly dtype?: DType; readonly shape?: readonly number[]; readonly data: WireNested | NumberList }
  | { readonly dtype: DType; readonly shape: readonly number[]; readonly base64: string | Base64Text }
  | Tensor;

export interface GraphNodeSpec {
  readonly name?: string;
  readonly op: string;
  readonly inputs?: readonly unknown[];
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly outputs?: readonly string[];
}

export interface GraphSpec {
  readonly inputs?: readonly { readonly name: string; readonly dtype?: DType; readonly shape?: readonly number[] }[];
  readonly nodes: readonly GraphNodeSpec[];
  readonly outputs?: readonly string[];
  readonly functions?: Readonly<Record<string, GraphSpec>>;
}

export interface GradientRequest {
  readonly of: string;
  readonly wrt: readonly string[];
  readonly cotangent?: WireTensor;
  readonly accumulate?: Readonly<Record<string, WireTensor>>;
  readonly batched?: boolean;
}
export interface JvpRequest {
  readonly of: readonly string[];
  readonly tangents: Readonly<Record<string, WireTensor>>;
  readonly batched?: boolean;
}
export interface JacobianRequest {
  readonly of: string;
  readonly wrt: readonly string[];
  readonly mode?: 'auto' | 'forward' | 'reverse';
  /** Only the entries that may be other than zero: true is COO. */
  readonly sparse?: boolean | SparseFormat;
}
export interface HessianRequest {
  readonly of: string;
  readonly wrt: readonly string[];
  readonly sparse?: boolean | SparseFormat;
}
export interface HvpRequest {
  readonly of: string;
  readonly vectors: Readonly<Record<string, WireTensor>>;
}

export interface BatchRequest {
  readonly inputs: readonly string[];
}

/** One pure function call: a computation, its tensors, and any number of derivatives. */
export interface ComputeRequest {
  readonly program?: string;
  readonly graph?: GraphSpec;
  readonly inputs?: Readonly<Record<string, WireTensor>>;
  readonly outputs?: readonly string[];
  readonly gradients?: readonly GradientRequest[];
  readonly jvps?: readonly JvpRequest[];
  readonly jacobians?: readonly JacobianRequest[];
  readonly hessians?: readonly HessianRequest[];
  readonly hvps?: readonly HvpRequest[];
  /** Maps the whole request over the leading axis of these inputs. */
  readonly batch?: BatchRequest;
  readonly mode?: 'predict' | 'train';
  readonly seed?: number;
  readonly dtype?: 'float64' | 'float32';
  readonly encoding?: 'json' | 'base64';
  readonly debug_nans?: boolean;
  /** Bytes that the plan may take at its peak: what does not fit is computed again. */
  readonly memory_limit?: number;
}

export interface ExplainRequest extends ComputeRequest {
  readonly format?: 'json' | 'text' | 'dot' | 'svg';
}

/** One number of a derivative beside differences. */
export interface Finding {
  /** What it is the derivative by, and of which element; absent for products, which are along a vector. */
  readonly name?: string;
  readonly index?: readonly number[];
  /** What it is the derivative of, and of which element. */
  readonly of: string;
  readonly of_index: readonly number[];
  readonly derivative: number;
  /** By central differences; `right` and `left` are one-sided. */
  readonly difference: number;
  readonly right: number;
  readonly left: number;
  /** What rounding and curvature may have put on `difference`. */
  readonly precision: number;
  /** |derivative − difference| relative to the larger of the two. */
  readonly error: number;
}

/** What a check has found about one derivative. */
export interface CheckedDerivative {
  readonly kind: 'gradient' | 'jvp' | 'jacobian' | 'hessian' | 'hvp';
  readonly of: readonly string[];
  readonly wrt: readonly string[];
  readonly verdict: Verdict;
  /** Elements that were displaced one by one; all others were in a random direction, together. */
  readonly elements: { readonly checked: number; readonly total: number };
  /** The number that is farthest from the differences, kinks aside. */
  readonly worst: Finding | null;
  /** Some of the places where the function has no derivative, and the derivative is a choice between one-sided ones. */
  readonly kinks: readonly Finding[];
  /** How far forward and reverse mode are apart, relative; null where one of them has no rule. */
  readonly adjoint: number | null;
}

/** One number of a rule that a function was given, beside what it should be. */
export interface RuleFinding {
  /** A cotangent of an argument, a tangent of a result, or a result that the reverse rule computes on its way. */
  readonly of: 'argument' | 'result' | 'value';
  /** Which of the float arguments or results, counted from 0 through all of their arrays, and which element. */
  readonly number: number;
  readonly index: readonly number[];
  readonly given: number;
  readonly expected: number;
}

/** What a check has found about the rule that a function was given, where it is first applied. */
export interface CheckedRule {
  readonly kind: 'custom_vjp' | 'custom_jvp';
  /** The function. */
  readonly name: string;
  /** Where it is applied. */
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
  /** unreached: it is applied where this request does not come by, or takes more than a check may. */
  readonly verdict: Verdict | 'unreached';
  /** Along a random direction of the arguments, weighted over the results: by the rule, and by central differences. */
  readonly derivative: number | null;
  readonly difference: number | null;
  /** How far ⟨w, J v⟩ by the rule and by the function's own derivative are apart, relative; null where there is none. */
  readonly adjoint: number | null;
  /** False where a forward rule is not linear in its tangents, which reverse mode needs. */
  readonly linear?: boolean;
  readonly worst: RuleFinding | null;
}

export interface Certificate {
  readonly verdict: Verdict;
  /** Functions with rules of their own. */
  readonly rules: readonly CheckedRule[];
  /** Gradients, JVPs, Jacobians, Hessians, then HVPs, each in the order asked for. */
  readonly checks: readonly CheckedDerivative[];
}

export interface CheckResponse extends Certificate {
  readonly graph_id: string;
  readonly warnings: readonly Warning[];
  readonly stats: {
    /** Runs at displaced values. */
    readonly evaluations: number;
    /** Milliseconds. */
    readonly check_ms: number;
  };
}

/** How a Jacobian or a Hessian is made. */
export interface StructureStats {
  /** forward: Jacobian-vector products, one for each column or colour of columns; reverse: vector-Jacobian products. */
  readonly mode: 'forward' | 'reverse';
  readonly rows: number;
  readonly columns: number;
  /** Products that are computed, together. */
  readonly vectors: number;
  /** Parts that they are computed in, one after another, where memory does not suffice for all. */
  readonly chunks: number;
  /** Entries that may be other than zero, and colours they are told apart by; absent where the matrix is computed whole. */
  readonly nnz?: number;
  readonly colours?: number;
  /** What each mode takes that was weighed: floating-point operations and elements moved. */
  readonly work: { readonly forward?: number | undefined; readonly reverse?: number | undefined };
}

/** What keeping a memory limit costs, beside what the same computation would cost without one. */
export interface RecomputeStats {
  readonly flops: number;
  readonly peak_bytes: number;
  readonly without: { readonly flops: number; readonly peak_bytes: number };
}

type Named<T> = Readonly<Record<string, T>>;

export interface ComputeResponse {
  readonly outputs: Named<Tensor>;
  readonly gradients: readonly { readonly of: string; readonly wrt: Named<Tensor> }[];
  readonly jvps: readonly { readonly of: Named<Tensor> }[];
  readonly jacobians: readonly { readonly of: string; readonly wrt: Named<Tensor | SparseTensor> }[];
  readonly hessians: readonly { readonly of: string; readonly wrt: Named<Named<Tensor | SparseTensor>> }[];
  readonly hvps: readonly { readonly of: string; readonly wrt: Named<Tensor> }[];
  readonly graph_id: string;
  readonly warnings: readonly Warning[];
  readonly stats: {
    readonly plan: 'compiled' | 'cached';
    /** Milliseconds. */
    readonly compile_ms: number;
    readonly run_ms: number;
    readonly flops: number;
    readonly peak_bytes: number;
    /** Turns that loops made whose number depends on data; absent where there are no such loops. */
    readonly loop_turns?: number;
    /** Present where something is computed again so that memory suffices. */
    readonly recompute?: RecomputeStats;
    /** How each Jacobian and Hessian was made, in the order asked for; absent where there are none. */
    readonly jacobians?: readonly StructureStats[];
    readonly hessians?: readonly StructureStats[];
  };
}

/** How a Jacobian or Hessian would be made. */
export interface MatrixExplanation extends StructureStats {
  readonly kind: 'jacobian' | 'hessian';
  readonly of: string;
  readonly wrt: readonly string[];
  /** A row of characters for each row, or of several where there are many: blank where all entries are zero. */
  readonly picture?: readonly string[];
  /** The places of the entries, where there are few. */
  readonly entries?: { readonly rows: readonly number[]; readonly columns: readonly number[] };
  /** The colour of each column (forward) or row (reverse), where there are few. */
  readonly colouring?: readonly number[];
}

/** What a computation would do, without running it. */
export interface Explanation {
  readonly graph_id: string;
  readonly inputs: readonly { readonly name: string; readonly dtype: DType; readonly shape: readonly number[] }[];
  readonly outputs: readonly { readonly name: string; readonly dtype: DType; readonly shape: readonly number[] }[];
  /** The forward graph in its canonical text, whose digest is the graph_id. */
  readonly text: string;
  /** The whole plan: forward and derivatives. */
  readonly plan_text: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly op: string;
    readonly inputs: readonly string[];
    readonly attrs: Readonly<Record<string, unknown>>;
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly name?: string;
    /** forward: part of the posted computation; derivative: made by differentiating it. */
    readonly part: 'forward' | 'derivative';
  }[];
  /** For each gradient asked for: the ops as they were written, in the order in which the cotangent passes them. */
  readonly backward: readonly {
    readonly of: string;
    readonly wrt: readonly string[];
    readonly ops: readonly { readonly op: string; readonly name?: string }[];
  }[];
  /** For each Jacobian, then each Hessian asked for: how it would be made, and where it may be other than zero. */
  readonly matrices: readonly MatrixExplanation[];
  /** The plan for Graphviz. */
  readonly dot: string;
  readonly flops: number;
  /** What the memory limit is held against, as in the statistics of an answer. */
  readonly peak_bytes: number;
  /** Present where something is computed again so that memory suffices. */
  readonly recompute?: RecomputeStats;
  /** How the plan is compiled: each pass, what it does and what came of it; none where the plan is interpreted. */
  readonly passes: readonly { readonly name: string; readonly text: string; readonly result?: string }[];
  readonly warnings: readonly Warning[];
}

/** Bounds that are checked before work is done. */
export interface Limits {
  /** Characters of a program. */
  readonly program_chars: number;
  /** Steps a program may take while it is traced. */
  readonly program_steps: number;
  /** Nodes of the whole plan, derivatives included. */
  readonly nodes: number;
  /** Elements of one tensor. */
  readonly tensor_elements: number;
  /** Planned peak memory of one request, bytes. */
  readonly bytes: number;
  /** Whether that is what the request itself asks for. */
  readonly asked_bytes?: boolean;
  /** Planned floating-point operations of one request. */
  readonly flops: number;
  /** Bytes of all returned tensors together. */
  readonly output_bytes: number;
  /** Turns that one while_loop may make. */
  readonly loop_turns: number;
}

/** What the host's WebAssembly makes of vectors. */
export interface Vectors {
  /** Pairs of adjacent vectors become 256-bit operations, so larger tiles fit the registers. */
  readonly wide: boolean;
  /** Fused multiply-add (relaxed SIMD) is there. */
  readonly fma: boolean;
}

/** What the engine needs of its host: limits and a clock (milliseconds), which it has none of its own. */
export interface EngineContext {
  readonly limits: Limits;
  readonly now: () => number;
  /** Is told the floating-point operations of a plan before it runs, and may throw to keep it from running. */
  readonly admit?: (flops: number) => void;
  /** Plans of earlier requests, kept between calls; without it every request is compiled anew. */
  readonly plans?: PlanCache;
  /** What compiled plans run on (`createMachine`); without it everything is interpreted. */
  readonly machine?: Machine;
  /** Other threads' code; without it each thread compiles for itself. */
  readonly share?: CodeShare;
  /** Told of compiled code that stopped for no mistake of the caller's; the interpreter has answered in its place. */
  readonly onTrap?: (trap: Trap) => void;
  /** Told of each computation, explanation and check that ended well. */
  readonly report?: (report: Report) => void;
}

/**
 * What a computation took. An explanation has a plan's cost and runs nothing; a check runs displaced copies beside the
 * computation itself, and reports both. Neither is a computation: the runner is `none`.
 */
export interface Report {
  readonly graph_id: string;
  readonly plan: 'compiled' | 'cached';
  readonly runner: 'wasm' | 'interpreter' | 'none';
  /** Milliseconds: until the plan was ready, then until its tensors lay where it reads them, then until it had results. */
  readonly compile_ms: number;
  readonly feed_ms: number;
  readonly run_ms: number;
  readonly flops: number;
  readonly peak_bytes: number;
  /** Bytes of all tensors given, and of all results. */
  readonly bytes_in: number;
  readonly bytes_out: number;
}

/** A bug of ours in compiled code. Nothing of it quotes the request. */
export interface Trap {
  readonly graph_id: string;
  /** What went wrong, and in which functions of the module. */
  readonly error: string;
}
