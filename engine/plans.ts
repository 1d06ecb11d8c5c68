// Plans kept for requests of the same form: the same computation and questions on tensors of the same types.

import { EngineError } from './errors.ts';
import { NumberList } from './codec/lists.ts';
import type { Slot } from './asked/compilation.ts';
import type { Plan } from './compile.ts';
import { bytesOfAval } from './ir/aval.ts';
import type { ComputeRequest } from './request.ts';
import { bytesOfCode } from './run/execute.ts';
import type { CompiledPlan } from './run/execute.ts';

/** A plan that is kept. */
export interface KeptPlan {
  readonly plan: Plan;
  /** What it was compiled to; null where it is interpreted, absent until one of the two is known. */
  code?: CompiledPlan | null;
  /** Its loops keep the starts of segments alone. */
  segments?: true;
  /** What its loops kept has become too large: it is run in segments. */
  overflowed?: true;
}

/** Counts since the store was made, and what it holds now. */
export interface PlanCounts {
  /** Requests whose plan was there, and whose was not. */
  readonly hits: number;
  readonly misses: number;
  /** Plans that left for others. */
  readonly evictions: number;
  readonly held: number;
  /** An estimate of the memory that is held: plans, their keys and constants, modules and their machine code. */
  readonly bytes: number;
}

/** A bounded store of plans and of what they were compiled to, the least recently used leaving first. */
export interface PlanCache {
  get(key: string): KeptPlan | undefined;
  /** Keeps a plan, unless it alone would take more than half of the store. */
  set(key: string, plan: Plan): KeptPlan;
  /** The code of a kept plan of that structure: requests that differ in names or in spelling share it. */
  codeOf(digest: string): CompiledPlan | undefined;
  /** Keeps the code with its plan. */
  setCode(kept: KeptPlan, digest: string, code: CompiledPlan): void;
  counts(): PlanCounts;
}

interface Entry extends KeptPlan {
  readonly key: string;
  readonly bytes: number;
  digest?: string;
}

interface SharedCode {
  readonly code: CompiledPlan;
  readonly bytes: number;
  /** Plans that have it. */
  users: number;
}

/** `maxBytes` bounds the estimate. */
export function createPlanCache(maxBytes: number): PlanCache {
  const plans = new Map<string, Entry>();
  const codes = new Map<string, SharedCode>();
  let [hits, misses, evictions, bytes] = [0, 0, 0, 0];

  function drop(entry: Entry): void {
    plans.delete(entry.key);
    bytes -= entry.bytes;
    const shared = entry.digest === undefined ? undefined : codes.get(entry.digest);
    if (shared === undefined || --shared.users > 0) return;
    codes.delete(entry.digest!);
    bytes -= shared.bytes;
  }

  function shrink(): void {
    for (const oldest of plans.values()) {
      if (bytes <= maxBytes) return;
      drop(oldest);
      evictions++;
    }
  }

  return {
    get(key) {
      const entry = plans.get(key);
      if (entry === undefined) {
        misses++;
        return undefined;
      }
      hits++;
      // A Map iterates in the order of insertion: back in is last in.
      plans.delete(key);
      plans.set(key, entry);
      return entry;
    },
    set(key, plan) {
      const entry: Entry = { plan, key, bytes: bytesOfPlan(plan) + 2 * key.length };
      const known = plans.get(key);
      if (known !== undefined) drop(known);
      if (entry.bytes > maxBytes / 2) return entry;
      plans.set(key, entry);
      bytes += entry.bytes;
      shrink();
      return entry;
    },
    codeOf: (digest) => codes.get(digest)?.code,
    setCode(kept, digest, code) {
      kept.code = code;
      const entry = kept as Entry;
      if (plans.get(entry.key) !== entry) return;
      let shared = codes.get(digest);
      if (shared === undefined) {
        shared = { code, bytes: bytesOfCode(code.code), users: 0 };
        if (shared.bytes + entry.bytes > maxBytes / 2) return drop(entry);
        codes.set(digest, shared);
        bytes += shared.bytes;
      }
      shared.users++;
      entry.digest = digest;
      shrink();
    },
    counts: () => ({ hits, misses, evictions, held: plans.size, bytes }),
  };
}

/** Bytes of the lists of indices that a sparse answer has. */
export const layoutBytes = (slot: Slot): number =>
  'layout' in slot && slot.layout !== undefined
    ? slot.layout.indices.data.byteLength + (slot.layout.indptr?.data.byteLength ?? 0)
    : 0;

/** What a node and its values take as objects. */
const nodeBytes = 1200;

function bytesOfPlan(plan: Plan): number {
  let bytes = 2000;
  for (const node of plan.graph.nodes) {
    bytes += nodeBytes;
    if (node.op.name === 'constant') bytes += bytesOfAval(node.outputs[0].aval);
  }
  for (const slot of plan.slots) bytes += layoutBytes(slot);
  for (const { tensor } of plan.assumed) bytes += tensor.data.byteLength;
  return bytes;
}

/** What decides a plan: everything in a request but the elements of its tensors. */
export function planKey(request: ComputeRequest): string {
  const { program, graph, outputs, inputs, gradients, jvps, jacobians, hessians, hvps, batch, mode, seed, dtype } =
    request;
  const { memory_limit } = request;
  return JSON.stringify({
    program,
    graph,
    outputs,
    jacobians,
    hessians,
    batch,
    mode,
    seed,
    dtype,
    memory_limit,
    inputs: typesOf(inputs),
    gradients: gradients?.map(({ cotangent, accumulate, ...asked }) => ({
      ...asked,
      cotangent: cotangent === undefined ? undefined : typeOf(cotangent),
      accumulate: typesOf(accumulate),
    })),
    jvps: jvps?.map(({ tangents, ...asked }) => ({ ...asked, tangents: typesOf(tangents) })),
    hvps: hvps?.map(({ vectors, ...asked }) => ({ ...asked, vectors: typesOf(vectors) })),
  });
}

const typesOf = (tensors: Readonly<Record<string, unknown>> | undefined): unknown =>
  tensors === undefined ? undefined : Object.entries(tensors).map(([name, wire]) => [name, typeOf(wire)]);

/** The type a wire tensor will decode to, as far as its form shows it; decoding still checks every element. */
function typeOf(wire: unknown): string {
  if (typeof wire === 'object' && wire !== null && !Array.isArray(wire) && !(wire instanceof NumberList)) {
    const { dtype, shape, data } = wire as { dtype?: unknown; shape?: unknown; data?: unknown };
    return `${String(dtype)} ${Array.isArray(shape) ? shape.join() : 'as nested'} ${data === undefined ? '' : dtype === undefined || !Array.isArray(shape) ? nestedType(data) : ''}`;
  }
  return nestedType(wire);
}

function nestedType(wire: unknown): string {
  if (wire instanceof NumberList) return `[${wire.shape.join()}]`;
  const shape: number[] = [];
  let at = wire;
  while (Array.isArray(at)) {
    shape.push(at.length);
    at = at[0];
  }
  return `[${shape.join()}]${typeof at === 'boolean' && allBoolean(wire) ? '?' : ''}`;
}

const allBoolean = (wire: unknown): boolean =>
  Array.isArray(wire) ? wire.every(allBoolean) : typeof wire === 'boolean';

/** The wire tensor at a JSON Pointer of the request. */
export function tensorAt(request: ComputeRequest, pointer: string): unknown {
  let at: unknown = request;
  for (const step of pointer.slice(1).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) {
      throw new EngineError('E_INPUT_MISSING', { pointer, message: 'There is no tensor here.' });
    }
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
