// Every error the engine can give a user: its code, what kind of mistake it is, and where it points.

/** What went wrong, in the words an HTTP layer or a command line can map to its own codes. */
export type ErrorKind = 'malformed' | 'uncomputable' | 'limit' | 'unknown' | 'deadline';

interface CatalogueEntry {
  readonly kind: ErrorKind;
  readonly title: string;
}

/** The catalogue: each code, its kind and the title a client shows. Messages are written where the values are known. */
export const catalogue = {
  E_REQUEST_SHAPE: { kind: 'malformed', title: 'The request does not have the shape of a request' },
  E_NUMBER_OVERFLOW: { kind: 'malformed', title: 'A number is outside the range of its dtype' },
  E_TENSOR_SHAPE: { kind: 'malformed', title: 'A tensor is not well formed' },
  E_PROGRAM_SYNTAX: { kind: 'uncomputable', title: 'The program cannot be parsed' },
  E_PROGRAM_NAME: { kind: 'uncomputable', title: 'The program uses a name that is not defined' },
  E_PROGRAM_TYPE: { kind: 'uncomputable', title: 'The program uses a value in a way its type does not allow' },
  E_PROGRAM_VALUE: { kind: 'uncomputable', title: 'The program gives a value that is not allowed there' },
  E_PROGRAM_UNSUPPORTED: { kind: 'uncomputable', title: 'The program uses something outside the language' },
  E_OP_UNKNOWN: { kind: 'uncomputable', title: 'There is no such op' },
  E_OP_ARITY: { kind: 'uncomputable', title: 'An op is given the wrong number of inputs' },
  E_ATTRIBUTE: { kind: 'uncomputable', title: 'An attribute of an op is wrong' },
  E_DTYPE: { kind: 'uncomputable', title: 'A dtype is not allowed there' },
  E_SHAPE_MISMATCH: { kind: 'uncomputable', title: 'Shapes do not fit together' },
  E_AXIS: { kind: 'uncomputable', title: 'An axis is out of range' },
  E_INDEX: { kind: 'uncomputable', title: 'An index is not allowed there' },
  E_INDEX_OUT_OF_BOUNDS: { kind: 'uncomputable', title: 'An index is out of bounds' },
  E_EMPTY_REDUCTION: { kind: 'uncomputable', title: 'A reduction over nothing has no value' },
  E_INTEGER_DIVISION_BY_ZERO: { kind: 'uncomputable', title: 'An integer is divided by zero' },
  E_NEGATIVE_INTEGER_POWER: { kind: 'uncomputable', title: 'An integer is raised to a negative power' },
  E_GRAPH_CYCLE: { kind: 'uncomputable', title: 'Nodes depend on each other in a circle' },
  E_GRAPH_NAME: { kind: 'uncomputable', title: 'A name in the graph is wrong' },
  E_NAME_UNKNOWN: { kind: 'uncomputable', title: 'There is no value of that name' },
  E_INPUT_MISSING: { kind: 'uncomputable', title: 'An input has no tensor' },
  E_INPUT_UNUSED: { kind: 'uncomputable', title: 'A tensor is given for a name the graph does not have' },
  E_INPUT_MISMATCH: { kind: 'uncomputable', title: 'A tensor is not what the graph declares' },
  E_NOT_DIFFERENTIABLE: { kind: 'uncomputable', title: 'There is no derivative there' },
  E_NO_DERIVATIVE_RULE: { kind: 'uncomputable', title: 'An op has no derivative rule' },
  E_NON_SCALAR_OUTPUT: { kind: 'uncomputable', title: 'A scalar is needed there' },
  E_WRT_DUPLICATE: { kind: 'uncomputable', title: 'A name stands twice in wrt' },
  E_WRT_EMPTY: { kind: 'uncomputable', title: 'There is nothing to differentiate with respect to' },
  E_BATCH: { kind: 'uncomputable', title: 'A batch does not fit' },
  E_COTANGENT: { kind: 'uncomputable', title: 'A cotangent or tangent does not fit' },
  E_NAN: { kind: 'uncomputable', title: 'An op made the first NaN' },
  E_LIMIT: { kind: 'limit', title: 'The computation is over a limit' },
  E_MODEL_UNKNOWN: { kind: 'unknown', title: 'There is no such model' },
  E_DEADLINE: { kind: 'deadline', title: 'The time limit passed' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;

/** Where in a request something stands: a JSON Pointer into the body, or a place in the program's text. */
export interface Place {
  /** JSON Pointer (RFC 6901) into the request body. */
  readonly pointer?: string;
  /** 1-based line in the program text. */
  readonly line?: number;
  /** 1-based column in the program text. */
  readonly column?: number;
}

/** One complaint: where, what was found and what was expected, and something the user can do. */
export interface Issue extends Place {
  readonly message: string;
  readonly hint?: string;
}

/** A mistake of the user's. Everything else that is thrown is a bug of ours. */
export class EngineError extends Error {
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, issues: Issue | readonly Issue[]) {
    const list = Array.isArray(issues) ? (issues as readonly Issue[]) : [issues as Issue];
    super(list[0]?.message ?? catalogue[code].title);
    this.name = 'EngineError';
    this.code = code;
    this.issues = list;
  }
}

/** Throws a user error about the thing at hand; whoever knows the place adds it with {@link located}. */
export function fail(code: ErrorCode, message: string, hint?: string): never {
  throw new EngineError(code, hint === undefined ? { message } : { message, hint });
}

/** Runs `body`; an EngineError without a place that leaves it gets this one. */
export function located<T>(place: Place | undefined, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (place === undefined || !(error instanceof EngineError)) throw error;
    const issues = error.issues.map((issue) =>
      issue.pointer === undefined && issue.line === undefined ? { ...place, ...issue } : issue,
    );
    throw new EngineError(error.code, issues);
  }
}

/** States what must hold whatever the user sent; a failure is our bug and becomes a 500 with the request's id. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}
