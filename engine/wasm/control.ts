// Loops and branches in code: bodies run as steps over their own memory, carries are moved between turns, and what turns give
// is stacked where it is not known how many there will be.

import { bytesOfAval, itemBytes } from '../ir/aval.ts';
import type { Value } from '../ir/graph.ts';
import { scanOf, whileOf } from '../families/loops.ts';
import type { Operand } from '../optimize/fuse.ts';
import type { Code, FunctionRef, Local } from './assembler.ts';
import type { Draft, LaidControl, Part } from './lay-out.ts';
import type { Row } from './stacks.ts';
import { rowOf, Stacks, tell } from './stacks.ts';
import { copyBytes, element, fixed, transfer } from './transfer.ts';

/** Where values lie, in bytes. */
export interface Frame {
  readonly address: (value: Value) => number;
  /** The scratch of the step with that number. */
  readonly scratch: (step: number) => number;
}

export const addressIn = ({ address }: Frame, { root, view }: Operand): number =>
  address(root) + view.offset * itemBytes(root.aval.dtype);

/** Writes the code that runs the steps of a body. */
export type Steps = (part: Part, frame: Frame) => (code: Code) => void;

/** The frame of a body: its own arrays in the scratch, what it captures where the loop has it. */
function frameOf(part: Part, scratch: number, outer: Frame, captured: ReadonlyMap<Value, number>): Frame {
  const base = scratch + part.at;
  const begins = part.demands.steps.length - part.steps.length;
  return {
    address(value) {
      const own = part.placement.address.get(value);
      return own === undefined ? (captured.get(value) ?? outer.address(value)) : base + own;
    },
    scratch: (step) => base + part.placement.scratch[begins + step],
  };
}

/** The function of a loop or a branch. */
export function emitControl(draft: Draft, laid: LaidControl, outer: Frame, scratch: number, steps: Steps): FunctionRef {
  const { module } = draft;
  const { step, parts, staging } = laid;
  const { node } = step;
  const operandAt = step.operands.map((o) => addressIn(outer, o));
  const resultAt = node.outputs.map(outer.address);
  const capture = (part: Part, from: number, count: number, first: number): ReadonlyMap<Value, number> =>
    new Map(part.graph.inputs.slice(first, first + count).map(({ value }, i) => [value, operandAt[from + i]]));

  if (node.op.name === 'switch') {
    const bodies = parts.map((part) => {
      const frame = frameOf(part, scratch, outer, capture(part, 1, part.graph.inputs.length, 0));
      const run = steps(part, frame);
      return (code: Code): void => {
        run(code);
        part.fused.results.forEach((result, i) =>
          copyBytes(code, resultAt[i], addressIn(frame, result), bytesOfAval(node.outputs[i].aval)),
        );
      };
    });
    return module.function([], [], (code) => emitBranches(code, operandAt[0], bodies));
  }

  const stacks = new Stacks(draft);
  if (node.op.name === 'scan') {
    const loop = scanOf(node.inputs, node.attrs);
    const { length, turns, reverse, consts, init, xs } = loop;
    const skip = turns === null ? 0 : 1;
    const [c, m] = [consts.length, init.length];
    const [part] = parts;
    const frame = frameOf(part, scratch, outer, capture(part, skip, c, 1));
    const inputs = part.graph.inputs.map((input) => input.value);
    const run = steps(part, frame);
    const [turn, ...slots] = [inputs[0], ...inputs.slice(1 + c)].map(frame.address);
    const results = part.fused.results.map((result) => addressIn(frame, result));
    const carried = init.map((x) => bytesOfAval(x.aval));
    const elements = inputs.slice(1 + c + m).map((x) => bytesOfAval(x.aval));
    const given = part.graph.outputs.slice(m).map((y) => bytesOfAval(y.aval));
    return module.function([], [], (code) => {
      const [i, n, low] = [code.local('i32'), code.local('i32'), code.local('i32')];
      if (length === null) {
        code.i32(operandAt[0]);
        code.mem('i32.load');
      } else code.i32(length);
      code.set(n);
      carried.forEach((bytes, k) => copyBytes(code, slots[k], operandAt[skip + c + k], bytes));
      const row = rowOf(given);
      const base = length === null ? code.local('i32') : null;
      if (base !== null) {
        stacks.reserve(code, n, row, base);
        tell(code, base, row, resultAt.slice(m));
      }
      stacks.mark(code, low);
      countTurns(code, i, n, reverse, () => {
        storeTurn(code, turn, i);
        elements.forEach((bytes, k) => {
          const from = operandAt[skip + c + m + k];
          if (xs[k].aval.stacked === true) transfer(code, fixed(slots[m + k]), stackedElement(from, i), bytes);
          else copyFrom(code, slots[m + k], from, i, bytes);
        });
        run(code);
        given.forEach((bytes, k) => {
          if (base !== null) transfer(code, rowElement(base, i, row, k), fixed(results[m + k]), bytes);
          else copyTo(code, resultAt[m + k], i, results[m + k], bytes);
        });
        moveCarries(code, slots.slice(0, m), results.slice(0, m), carried, scratch + staging);
        stacks.release(code, low);
      });
      carried.forEach((bytes, k) => copyBytes(code, resultAt[k], slots[k], bytes));
      for (const local of [i, n, low]) code.release(local);
    });
  }

  const { conditionConsts, loop } = whileOf(node.inputs, node.attrs);
  const [p, c, m] = [conditionConsts.length, loop.consts.length, loop.init.length];
  const [test, part] = parts;
  const frame = frameOf(part, scratch, outer, capture(part, p, c, 1));
  const inputs = part.graph.inputs.map((input) => input.value);
  const [turn, ...slots] = [inputs[0], ...inputs.slice(1 + c)].map(frame.address);
  const tested = new Map<Value, number>(capture(test, 0, p, 0));
  test.graph.inputs.slice(p).forEach(({ value }, k) => tested.set(value, slots[k]));
  const testFrame = frameOf(test, scratch, outer, tested);
  const [runTest, run] = [steps(test, testFrame), steps(part, frame)];
  const results = part.fused.results.map((result) => addressIn(frame, result));
  const carried = loop.init.map((x) => bytesOfAval(x.aval));
  const given = part.graph.outputs.slice(m).map((y) => bytesOfAval(y.aval));
  return module.function([], [], (code) => {
    const [i, low] = [code.local('i32'), code.local('i32')];
    carried.forEach((bytes, k) => copyBytes(code, slots[k], operandAt[p + c + k], bytes));
    code.i32(0);
    code.set(i);
    const before = stacks.begin(code, node);
    const row = rowOf(given);
    stacks.mark(code, low);
    if (row.row > 0) tell(code, low, row, resultAt.slice(m + 1));
    code.block((done) => {
      code.loop((again) => {
        stacks.mark(code, low);
        runTest(code);
        code.i32(addressIn(testFrame, test.fused.results[0]));
        code.mem('i32.load8_u');
        code.op('i32.eqz');
        code.brIf(done);
        storeTurn(code, turn, i);
        run(code);
        // What inner loops have stacked goes; the turn's own row takes its place.
        stacks.release(code, low);
        if (row.row > 0) {
          const here = stacks.push(code, row);
          given.forEach((bytes, k) => transfer(code, offset(here, row.offsets[k]), fixed(results[m + k]), bytes));
          code.release(here);
        }
        moveCarries(code, slots.slice(0, m), results.slice(0, m), carried, scratch + staging);
        code.increment(i, 1);
        stacks.bound(code, i, before);
        code.br(again);
      });
    });
    stacks.release(code, low);
    carried.forEach((bytes, k) => copyBytes(code, resultAt[k], slots[k], bytes));
    storeTurn(code, resultAt[m], i);
    stacks.count(code, i, before);
    for (const local of [i, low]) code.release(local);
  });
}

/** Turn i's element of the stacked value whose place is at `from`. */
const stackedElement =
  (from: number, i: Local) =>
  (code: Code): void => {
    code.i32(from);
    code.mem('i32.load', 4);
    code.get(i);
    code.op('i32.mul');
    code.i32(from);
    code.mem('i32.load');
    code.op('i32.add');
  };
const rowElement =
  (base: Local, i: Local, { offsets, row }: Row, k: number) =>
  (code: Code): void => {
    code.get(i);
    code.i32(row);
    code.op('i32.mul');
    code.get(base);
    code.op('i32.add');
    code.i32(offsets[k]);
    code.op('i32.add');
  };
const offset =
  (base: Local, bytes: number) =>
  (code: Code): void => {
    code.get(base);
    code.i32(bytes);
    code.op('i32.add');
  };

/** Runs the body of the index at an address, clamped to those there are. */
function emitBranches(code: Code, indexAt: number, bodies: readonly ((code: Code) => void)[]): void {
  const index = code.local('i64');
  code.i32(indexAt);
  code.mem('i64.load');
  code.set(index);
  const from = (k: number): void => {
    if (k === bodies.length - 1) {
      bodies[k](code);
      return;
    }
    code.get(index);
    code.i64(BigInt(k));
    code.op('i64.le_s');
    code.if(
      () => bodies[k](code),
      () => from(k + 1),
    );
  };
  from(0);
  code.release(index);
}

/** Runs `body` for i from 0 up to n, or from n − 1 down. */
export function countTurns(code: Code, i: Local, n: Local, reverse: boolean, body: () => void): void {
  const turn = (first: () => void, again: () => void): void => {
    first();
    code.set(i);
    code.get(n);
    code.i32(0);
    code.op('i32.gt_s');
    code.if(() => {
      code.loop((label) => {
        body();
        again();
        code.brIf(label);
      });
    });
  };
  if (reverse) {
    turn(
      () => {
        code.get(n);
        code.i32(1);
        code.op('i32.sub');
      },
      () => {
        code.increment(i, -1);
        code.get(i);
        code.i32(0);
        code.op('i32.ge_s');
      },
    );
    return;
  }
  turn(
    () => code.i32(0),
    () => {
      code.increment(i, 1);
      code.get(i);
      code.get(n);
      code.op('i32.lt_s');
    },
  );
}

function storeTurn(code: Code, at: number, i: Local): void {
  code.i32(at);
  code.get(i);
  code.op('i64.extend_i32_u');
  code.mem('i64.store');
}

const copyFrom = (code: Code, to: number, from: number, i: Local, bytes: number): void =>
  transfer(code, fixed(to), element(from, i, bytes), bytes);
const copyTo = (code: Code, to: number, i: Local, from: number, bytes: number): void =>
  transfer(code, element(to, i, bytes), fixed(from), bytes);

/** Results of a turn to where the next one reads them: by way of `staging` where one lies in another's way. */
function moveCarries(
  code: Code,
  to: readonly number[],
  from: readonly number[],
  bytes: readonly number[],
  staging: number,
): void {
  const moves = to.flatMap((_at, k) => (to[k] === from[k] || bytes[k] === 0 ? [] : [k]));
  const overlaps = (a: number, b: number, x: number, y: number): boolean => a < x + y && x < a + b;
  const inTheWay = moves.filter((k) =>
    moves.some((other) => other !== k && overlaps(to[other], bytes[other], from[k], bytes[k])),
  );
  const waiting = new Map<number, number>();
  let at = staging;
  for (const k of inTheWay) {
    waiting.set(k, at);
    copyBytes(code, at, from[k], bytes[k]);
    at += Math.ceil((bytes[k] + 16) / 64) * 64;
  }
  for (const k of moves) copyBytes(code, to[k], waiting.get(k) ?? from[k], bytes[k]);
}
