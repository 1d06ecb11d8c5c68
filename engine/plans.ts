// Plans kept for requests of the same form: the same computation and questions on tensors of the same types.

import { EngineError } from './errors.ts';
import { NumberList } from './codec/lists.ts';
import type { Plan } from './compile.ts';
import { bytesOfAval } from './ir/aval.ts';
import type { ComputeRequest } from './request.ts';

/** A bounded store of plans, the least recently used leaving first. */
export interface PlanCache {
  readonly get: (key: string) => Plan | undefined;
  readonly set: (key: string, plan: Plan) => void;
  readonly stats: () => PlanCacheStats;
}

export interface PlanCacheStats {
  readonly plans: number;
  /** The estimate that `maxBytes` bounds. */
  readonly bytes: number;
  /** Plans that left to make room. */
  readonly evictions: number;
}

/** `maxBytes` bounds an estimate of what the plans and their keys hold in memory. */
export function createPlanCache(maxBytes: number): PlanCache {
  const plans = new Map<string, { plan: Plan; bytes: number }>();
  let held = 0;
  let evictions = 0;
  return {
    stats: () => ({ plans: plans.size, bytes: held, evictions }),
    get(key) {
      const entry = plans.get(key);
      if (entry === undefined) return undefined;
      // A Map iterates in the order of insertion: back in is last in.
      plans.delete(key);
      plans.set(key, entry);
      return entry.plan;
    },
    set(key, plan) {
      const bytes = bytesHeld(plan) + 2 * key.length;
      if (bytes > maxBytes / 4 || plans.has(key)) return;
      plans.set(key, { plan, bytes });
      held += bytes;
      for (const [oldest, entry] of plans) {
        if (held <= maxBytes) break;
        plans.delete(oldest);
        held -= entry.bytes;
        evictions++;
      }
    },
  };
}

/** Constants in full, and about as much as a node and its values take as objects. */
function bytesHeld(plan: Plan): number {
  let bytes = 0;
  for (const node of plan.graph.nodes) {
    bytes += 600;
    if (node.op.name === 'constant') bytes += bytesOfAval(node.outputs[0].aval);
  }
  return bytes;
}

/** What decides a plan: everything in a request but the elements of its tensors. */
export function planKey(request: ComputeRequest): string {
  const { program, graph, outputs, inputs, gradients, jvps, jacobians, hessians, hvps, mode, seed, dtype } = request;
  return JSON.stringify({
    program,
    graph,
    outputs,
    jacobians,
    hessians,
    mode,
    seed,
    dtype,
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
