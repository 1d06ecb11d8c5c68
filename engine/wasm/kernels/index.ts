// The kernels by kind: an op asks for one as data, and this is where the data becomes code.

import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';

/** What an op can ask for. */
export type KernelRequest = { readonly kind: 'none' };

/** The kernel that was asked for, as a function of the module. */
export function kernelFor(_context: KernelContext, _request: KernelRequest, _site: KernelSite): Kernel | null {
  return null;
}
