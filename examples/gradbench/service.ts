// The service as the driver sees it: tensors in base64 both ways, one POST for a run.

/** A tensor on the wire. Bare numbers and lists of them are float64. */
export type Tensor =
  number | readonly Tensor[] | { readonly dtype: string; readonly shape: readonly number[]; readonly base64: string };

interface Encoded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly base64: string;
}

/** A body of `POST /v1/compute`, as far as the evals use it. */
export interface ComputeRequest {
  readonly program: string;
  readonly inputs?: Readonly<Record<string, Tensor>>;
  readonly outputs?: readonly string[];
  readonly gradients?: readonly { readonly of: string; readonly wrt: readonly string[] }[];
  readonly jacobians?: readonly {
    readonly of: string;
    readonly wrt: readonly string[];
    readonly mode?: 'auto' | 'forward' | 'reverse';
    readonly sparse?: boolean | 'coo' | 'csr';
  }[];
  readonly jvps?: readonly {
    readonly of: readonly string[];
    readonly tangents: Readonly<Record<string, Tensor>>;
    readonly batched?: boolean;
  }[];
}

type Named<T> = Readonly<Record<string, T>>;

/** Its answer, with tensors in base64. */
export interface ComputeAnswer {
  readonly outputs: Named<Encoded>;
  readonly gradients: readonly { readonly wrt: Named<Encoded> }[];
  readonly jacobians: readonly {
    readonly wrt: Named<Encoded & { readonly indices?: readonly Encoded[] | Encoded; readonly indptr?: Encoded }>;
  }[];
  readonly jvps: readonly { readonly of: Named<Encoded> }[];
  readonly stats: {
    /** Milliseconds: finding or making the plan, and the engine's own run of it. */
    readonly compile_ms: number;
    readonly run_ms: number;
  };
}

/** Sends a body made by `bodyOf`. Throws an Error with the service's own words where it refuses. */
export async function compute(url: string, body: Uint8Array<ArrayBuffer>): Promise<ComputeAnswer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(new URL('/v1/compute', url), { method: 'POST', body, headers });
  const answer: unknown = await response.json();
  if (response.ok) return answer as ComputeAnswer;
  const { detail, errors } = answer as { detail?: string; errors?: readonly { message: string; line?: number }[] };
  const said = errors?.map(({ message, line }) => (line === undefined ? message : `line ${line}: ${message}`));
  throw new Error(`The service answers ${response.status}: ${said?.join(' ') ?? detail ?? ''}`);
}

/** The bytes of a request, made once for all runs. `timeout_ms` is for one run, compilation included. */
export const bodyOf = (request: ComputeRequest, timeout_ms: number): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify({ ...request, encoding: 'base64', timeout_ms }));

/** Numbers of any nesting, row-major, as a tensor of that shape. */
export function float64(shape: readonly number[], data: Nested): Tensor {
  return encoded('float64', shape, Float64Array.from(flat(data)));
}

const flat = (data: Nested): number[] => (typeof data === 'number' ? [data] : data.flatMap(flat));

/** The same for whole numbers: indices, labels. */
export function int32(shape: readonly number[], data: ArrayLike<number>): Tensor {
  return encoded('int32', shape, Int32Array.from(data));
}

export type Nested = number | readonly Nested[];

const encoded = (dtype: string, shape: readonly number[], { buffer }: Float64Array | Int32Array): Tensor => ({
  dtype,
  shape,
  base64: Buffer.from(buffer).toString('base64'),
});

/** The elements of an answer's tensor. */
export function elements({ dtype, base64 }: Encoded): Float64Array | Int32Array {
  const { buffer } = Uint8Array.from(Buffer.from(base64, 'base64'));
  return dtype === 'int32' ? new Int32Array(buffer) : new Float64Array(buffer);
}

/** A scalar's number. */
export const scalar = (tensor: Encoded): number => elements(tensor)[0];

/** A tensor as nested lists. */
export function nested(tensor: Encoded): Nested {
  const data = elements(tensor);
  let at = 0;
  const read = (axis: number): Nested =>
    axis === tensor.shape.length ? data[at++] : Array.from({ length: tensor.shape[axis] }, () => read(axis + 1));
  return read(0);
}
