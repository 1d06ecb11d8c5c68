// What bodies of loops and branches read from outside: each value once, and numbers that are known as the body's own.

import { branchesOf } from '../families/branches.ts';
import { scanOf, whileOf } from '../families/loops.ts';
import { sizeOf } from '../ir/aval.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { Attrs } from '../op.ts';

interface Operands {
  readonly inputs: readonly Value[];
  readonly attrs: Attrs;
}

/**
 * The operands and attributes of a loop or a branch whose operands are `inputs` now. Values that have turned out to be one are
 * read once, and scalars that have turned out to be known are constants inside: so the body can be simplified by them.
 */
export function tidyCaptures(node: Node, inputs: readonly Value[]): Operands {
  const { attrs } = node;
  switch (node.op.name) {
    case 'scan': {
      const { turns, consts, body } = scanOf(inputs, attrs);
      const skip = turns === null ? 0 : 1;
      const tidied = specialize(body, 1, consts);
      return {
        inputs: [...inputs.slice(0, skip), ...tidied.captured, ...inputs.slice(skip + consts.length)],
        attrs: { ...attrs, body: { graph: tidied.graph }, consts: tidied.captured.length },
      };
    }
    case 'while_loop': {
      const { condition, conditionConsts, loop } = whileOf(inputs, attrs);
      const [test, body] = [specialize(condition, 0, conditionConsts), specialize(loop.body, 1, loop.consts)];
      return {
        inputs: [...test.captured, ...body.captured, ...loop.init],
        attrs: {
          ...attrs,
          condition: { graph: test.graph },
          body: { graph: body.graph },
          condition_consts: test.captured.length,
          consts: body.captured.length,
        },
      };
    }
    case 'switch': {
      const [index, ...operands] = inputs;
      // All branches have the same operands, so the same ones go.
      const branches = branchesOf(attrs).map((graph) => specialize(graph, 0, operands));
      return {
        inputs: [index, ...branches[0].captured],
        attrs: { ...attrs, branches: branches.map(({ graph }) => ({ graph })) },
      };
    }
    default:
      return { inputs, attrs };
  }
}

/** A body, whose inputs from `first` on stand for captured values, with as few of these as can be. */
function specialize(
  graph: Graph,
  first: number,
  captured: readonly Value[],
): { readonly graph: Graph; readonly captured: readonly Value[] } {
  const images = new Map<Value, Value>();
  const constants: Node[] = [];
  const variables = new Map<Value, Value>();
  captured.forEach((x, i) => {
    const variable = graph.inputs[first + i].value;
    const known = variables.get(x);
    if (known !== undefined) images.set(variable, known);
    else if (isScalarConstant(x)) {
      const constant = copyOf(x.node!, []);
      constants.push(constant);
      images.set(variable, constant.outputs[0]);
    } else variables.set(x, variable);
  });
  if (images.size === 0) return { graph, captured };
  const now = (x: Value): Value => images.get(x) ?? x;
  const nodes = graph.nodes.map((node) => {
    if (!node.inputs.some((x) => images.has(x))) return node;
    const copy = copyOf(node, node.inputs.map(now));
    node.outputs.forEach((y, i) => images.set(y, copy.outputs[i]));
    return copy;
  });
  return {
    graph: {
      inputs: graph.inputs.filter(({ value }) => !images.has(value)),
      nodes: [...constants, ...nodes],
      outputs: graph.outputs.map(now),
    },
    captured: [...variables.keys()],
  };
}

const isScalarConstant = ({ node, aval }: Value): boolean =>
  node?.op.primitive!.constant !== undefined && sizeOf(aval.shape) === 1;

function copyOf(node: Node, inputs: readonly Value[]): Node {
  const outputs: Value[] = [];
  const copy: Node = { ...node, inputs, outputs };
  node.outputs.forEach(({ id, aval }, index) => outputs.push({ id, aval, node: copy, index }));
  return copy;
}
