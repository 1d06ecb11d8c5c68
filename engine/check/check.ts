// Checks the derivatives of a request against differences of what they are derivatives of, and one mode against the other.

import { codeFor, compute } from '../compute.ts';
import type { Plan } from '../compile.ts';
import { compileProbe, feedPlan } from '../compile.ts';
import { EngineError } from '../errors.ts';
import { isFloat } from '../ir/aval.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { KeptPlan } from '../plans.ts';
import { planKey } from '../plans.ts';
import type {
  Certificate,
  CheckedDerivative,
  CheckedRule,
  CheckResponse,
  ComputeRequest,
  ComputeResponse,
  EngineContext,
} from '../request.ts';
import { interpret } from '../run/interpret.ts';
import { steps } from './differences.ts';
import { blocksOf, tensorsOf } from './blocks.ts';
import type { Compared, Comparison } from './compare.ts';
import { compareElements, compareVector } from './compare.ts';
import { Evaluator } from './evaluate.ts';
import { worse } from './judge.ts';
import type { Item, Probe } from './probe.ts';
import { addProbe } from './probe.ts';
import { checkRules } from './rules.ts';

/** Operations that all displaced runs together may take: where checking is what is asked for, and on top of an answer. */
const effort = { check: 1e9, certify: 1e8 } as const;
/** Comparisons of single numbers, likewise: about a microsecond each. */
const comparisons = { check: 1e6, certify: 1e5 } as const;

/**
 * Gradients, products, Jacobians and Hessians of a request held against central differences in float64 and against the other
 * mode; without any, the gradient of every output by every float input. Throws an EngineError for what cannot be computed.
 */
export function check(request: ComputeRequest, context: EngineContext): CheckResponse {
  const started = context.now();
  const { answer, evaluations, ...certificate } = examine(withGradients(request, context), context, 'check');
  return {
    ...certificate,
    graph_id: answer.graph_id,
    warnings: answer.warnings,
    stats: { evaluations, check_ms: context.now() - started },
  };
}

/** The same of a request that is answered anyway, with less effort where it is large. */
export function certify(request: ComputeRequest, context: EngineContext): Certificate {
  const { verdict, rules, checks } = examine(request, context, 'certify');
  return { verdict, rules, checks };
}

interface Examined extends Certificate {
  readonly answer: ComputeResponse;
  readonly evaluations: number;
}

function examine(request: ComputeRequest, context: EngineContext, thoroughness: keyof typeof effort): Examined {
  const asked = plainly(request);
  const answer = compute(asked, context);
  const began = context.now();
  const items = itemsOf(asked);
  let evaluations = 0;
  let flops = 0;
  const checks = items.map((item): CheckedDerivative => {
    const { evaluator, probe } = probeFor(asked, item, context);
    const compared = comparedOf(asked, item, answer, probe);
    const rows = probe.quantities.reduce((n, q) => n + q, 0) * probe.lead;
    const most = Math.floor(
      Math.min(
        effort[thoroughness] / items.length / (probe.flops * (2 * steps.length + 1)),
        comparisons[thoroughness] / Math.max(1, rows),
      ),
    );
    const comparison =
      probe.along === 'vector'
        ? compareVector(evaluator, compared)
        : compareElements(evaluator, compared, Math.max(2, most));
    evaluations += evaluator.evaluations;
    flops += evaluator.evaluations * probe.flops;
    return report(asked, item, comparison, probe.comparable);
  });
  context.report?.({
    graph_id: answer.graph_id,
    plan: answer.stats.plan,
    runner: 'none',
    compile_ms: 0,
    feed_ms: 0,
    run_ms: context.now() - began,
    flops,
    peak_bytes: 0,
    bytes_in: 0,
    bytes_out: 0,
  });
  const rules = rulesOf(asked, context, thoroughness);
  const verdict = [...checks, ...rules].reduce(
    (all, { verdict: one }) => (one === 'unreached' ? all : worse(all, one)),
    'ok' as Certificate['verdict'],
  );
  return { verdict, rules, checks, answer, evaluations };
}

/** Operations that the checks of rules may take where they are interpreted, as they all are. */
const ruleEffort = { check: 1e8, certify: 1e7 } as const;

/** The rules that functions of a request were given, whether or not what it asks for passes through them. */
function rulesOf(request: ComputeRequest, { limits }: EngineContext, thoroughness: keyof typeof effort): CheckedRule[] {
  let rules: CheckedRule[] = [];
  compileProbe(request, limits, (c) => (rules = checkRules(c, ruleEffort[thoroughness])));
  return rules;
}

/** The same derivatives by themselves: without outputs and what is added to gradients, sparse matrices as coordinates. */
function plainly(request: ComputeRequest): ComputeRequest {
  const { gradients, jacobians, hessians } = request;
  return {
    ...request,
    outputs: [],
    encoding: 'json',
    debug_nans: false,
    memory_limit: undefined,
    gradients: gradients?.map(({ accumulate: _accumulate, ...asked }) => asked),
    jacobians: jacobians?.map(coordinates),
    hessians: hessians?.map(coordinates),
  };
}

const coordinates = <T extends { readonly sparse?: boolean | string }>(asked: T): T =>
  asked.sparse === 'csr' ? { ...asked, sparse: 'coo' } : asked;

const kinds = ['gradients', 'jvps', 'jacobians', 'hessians', 'hvps'] as const;

const itemsOf = (request: ComputeRequest): Item[] =>
  kinds.flatMap((kind) => (request[kind] ?? []).map((_asked, at) => ({ kind, at })));

/** The request, with the gradient of each float output by each float input where it asks for no derivative. */
function withGradients(request: ComputeRequest, context: EngineContext): ComputeRequest {
  if (itemsOf(request).length > 0) return request;
  const { outputs } = compute(request, context);
  const of = Object.keys(outputs).filter((name) => isFloat(outputs[name].dtype));
  const wrt = floatInputs(request, context);
  if (of.length === 0 || wrt.length === 0) {
    throw new EngineError('E_NOT_DIFFERENTIABLE', {
      pointer: '',
      message: `There is no derivative to check: no ${of.length === 0 ? 'output' : 'input'} is of a float dtype.`,
    });
  }
  return { ...request, gradients: of.map((name) => ({ of: name, wrt })) };
}

function floatInputs(request: ComputeRequest, { limits }: EngineContext): string[] {
  const names: string[] = [];
  compileProbe(request, limits, (c) => {
    for (const { name, value } of c.posted) if (isFloat(value.aval.dtype)) names.push(name);
  });
  return names;
}

/** Operations of one run that the interpreter has done before they could be compiled. */
const mostInterpreted = 1e6;

const probes = new WeakMap<Plan, Probe>();

/** The probe of an item, compiled or kept from an earlier check, ready to run. */
function probeFor(
  request: ComputeRequest,
  item: Item,
  context: EngineContext,
): { readonly evaluator: Evaluator; readonly probe: Probe } {
  const { limits, plans } = context;
  const key = `probe of ${item.kind} ${item.at}: ${plans === undefined ? '' : planKey(request)}`;
  let kept = plans?.get(key);
  if (kept === undefined) {
    let probe: Probe | undefined;
    const { plan } = compileProbe(request, limits, (c) => (probe = addProbe(c, item)));
    probes.set(plan, probe!);
    kept = plans?.set(key, plan) ?? { plan };
  }
  const { plan } = kept;
  const probe = probes.get(plan)!;
  const own = { ...plan, graph: { ...plan.graph, inputs: plan.graph.inputs.slice(0, probe.given) } };
  const feeds = feedPlan(own, { ...request, dtype: 'float64' }, limits);
  return { probe, evaluator: new Evaluator(probe, plan, feeds, runnerOf(kept, request, context)) };
}

function runnerOf(
  kept: KeptPlan,
  request: ComputeRequest,
  context: EngineContext,
): (feeds: readonly Tensor[]) => readonly Tensor[] {
  // Depends on the plan alone, so that a check is the same each time.
  const small = kept.plan.cost.flops < mostInterpreted;
  const code = small ? null : codeFor(kept, { ...request, dtype: 'float64' }, context);
  const { graph } = kept.plan;
  if (code === null) return (feeds) => interpret(graph, feeds);
  return (feeds) => {
    code.enter().forEach((place, i) => place.set(feeds[i].data as never));
    try {
      code.run();
    } catch {
      // Where the values are a mistake the interpreter says which.
      return interpret(graph, feeds);
    }
    return code.results().map((t) => ({ ...t, data: t.data.slice() }));
  };
}

function comparedOf(request: ComputeRequest, item: Item, answer: ComputeResponse, probe: Probe): Compared {
  const { of, wrt } = namesOf(request, item);
  const tensors = tensorsOf(answer, item);
  const shapes = probe.variables.map(({ shape }) => shape);
  const beside = probe.along === 'vector' ? [{ shape: [] }] : probe.variables;
  return {
    blocks: blocksOf(tensors, beside),
    quantities: quantityNames(item, of, wrt).map((name, i) => ({
      name,
      shape: tensors[i][0].shape.slice(
        0,
        tensors[i][0].shape.length - (probe.along === 'vector' ? 0 : shapes[0].length),
      ),
    })),
    variables: wrt.map((name, k) => ({ name, shape: shapes[k] })),
    single: probe.single,
  };
}

function namesOf(
  request: ComputeRequest,
  { kind, at }: Item,
): { readonly of: readonly string[]; readonly wrt: readonly string[] } {
  switch (kind) {
    case 'jvps':
      return { of: request.jvps![at].of, wrt: Object.keys(request.jvps![at].tangents) };
    case 'hvps':
      return { of: [request.hvps![at].of], wrt: Object.keys(request.hvps![at].vectors) };
    default:
      return { of: [request[kind]![at].of], wrt: request[kind]![at].wrt };
  }
}

/** What is differentiated: values, or for second derivatives their gradients. */
const quantityNames = ({ kind }: Item, of: readonly string[], wrt: readonly string[]): readonly string[] =>
  kind === 'hessians' || kind === 'hvps' ? wrt.map((name) => `∂${of[0]}/∂${name}`) : of;

const singular = {
  gradients: 'gradient',
  jvps: 'jvp',
  jacobians: 'jacobian',
  hessians: 'hessian',
  hvps: 'hvp',
} as const;

function report(request: ComputeRequest, item: Item, comparison: Comparison, comparable: boolean): CheckedDerivative {
  const { verdict, checked, total, worst, kinks, adjoint } = comparison;
  const { of, wrt } = namesOf(request, item);
  const head = { kind: singular[item.kind], of, wrt };
  if (!comparable) return { ...head, verdict: 'ok', elements: { checked: 0, total }, worst: null, kinks: [], adjoint };
  return { ...head, verdict, elements: { checked, total }, worst, kinks, adjoint };
}
