// The kernels by kind: an op asks for one as data, and this is where the data becomes code.

import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import type { ConvRequest } from './conv.ts';
import { convolve } from './conv.ts';

/** What an op can ask for. */
export type KernelRequest = ConvRequest;

/** The kernel that was asked for, as a function of the module. */
export function kernelFor(context: KernelContext, request: KernelRequest, site: KernelSite): Kernel | null {
  return convolve(context, request, site);
}
