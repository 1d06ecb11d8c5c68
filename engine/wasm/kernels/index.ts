// The kernels by kind: an op asks for one as data, and this is where the data becomes code.

import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import type { NormalizeIndexRequest } from './bounds.ts';
import { normalizeIndexKernel } from './bounds.ts';
import type { ConvRequest } from './conv.ts';
import { convolve } from './conv.ts';
import type { CopyRequest } from './copy.ts';
import { copyKernel } from './copy.ts';
import type { RandomBitsRequest, RandomDrawRequest } from './draw.ts';
import { randomBitsKernel, randomDrawKernel } from './draw.ts';
import type { GatherRequest, LastWriterRequest, ScatterRequest } from './indexing.ts';
import { gatherKernel, lastWriterKernel, scatterKernel } from './indexing.ts';
import type { RandomIntegersRequest, RandomKeysRequest } from './keys.ts';
import { randomIntegersKernel, randomKeysKernel } from './keys.ts';
import type { PoolArgmaxRequest } from './pool.ts';
import { poolArgmaxKernel } from './pool.ts';
import type { ScanRequest } from './scan.ts';
import { scanKernel } from './scan.ts';
import type { ArgExtremumRequest } from './search.ts';
import { argExtremumKernel } from './search.ts';
import type { SortRequest } from './sort.ts';
import { sortKernel } from './sort.ts';

/** What an op can ask for. */
export type KernelRequest =
  | CopyRequest
  | GatherRequest
  | ScatterRequest
  | LastWriterRequest
  | ScanRequest
  | ArgExtremumRequest
  | SortRequest
  | RandomBitsRequest
  | RandomDrawRequest
  | RandomKeysRequest
  | RandomIntegersRequest
  | PoolArgmaxRequest
  | NormalizeIndexRequest
  | ConvRequest;

type Kind = KernelRequest['kind'];
type Make<K extends Kind> = (
  context: KernelContext,
  request: Extract<KernelRequest, { kind: K }>,
  site: KernelSite,
) => Kernel | null;

const kernels: { readonly [K in Kind]: Make<K> } = {
  copy: copyKernel,
  gather: gatherKernel,
  scatter: scatterKernel,
  last_writer: lastWriterKernel,
  scan: scanKernel,
  argextremum: argExtremumKernel,
  sort: sortKernel,
  random_bits: randomBitsKernel,
  random_draw: randomDrawKernel,
  random_keys: randomKeysKernel,
  random_integers: randomIntegersKernel,
  pool_argmax: poolArgmaxKernel,
  normalize_index: normalizeIndexKernel,
  conv: convolve,
};

/** The kernel that was asked for, as a function of the module; null where there is none on this engine. */
export function kernelFor(context: KernelContext, request: KernelRequest, site: KernelSite): Kernel | null {
  return (kernels[request.kind] as Make<Kind>)(context, request, site);
}
