// Convolution as a kernel: which of the ways to compute it suits its shapes.

import type { Kernel, KernelContext, KernelSite } from '../kernel.ts';
import { sizeOf } from '../../ir/aval.ts';
import { dotsCost, dotsKernel, suitsDots } from './conv-dots.ts';
import { featuresKernel, overImages, rowsCost } from './conv-features.ts';
import type { ConvRequest, Geometry } from './conv-geometry.ts';
import { geometryOf } from './conv-geometry.ts';
import { boundsOf, cut, piecesOf, piecesWorth } from './conv-parts.ts';
import { plainFunction } from './conv-plain.ts';
import { heights, positionsKernel } from './conv-positions.ts';

export type { ConvRequest } from './conv-geometry.ts';

/** Ways to compute a convolution: vectors along features, along places, along taps, or none. */
export type Method = 'features' | 'positions' | 'dots' | 'plain';

/** What is otherwise chosen by the shapes. */
export interface Tuning {
  readonly method?: Method;
  /** Into how many pieces, about. */
  readonly pieces?: number;
}

/** Below this the code of a tiled kernel costs more than it saves. */
const fewFlops = 2048;
/** Each combination of phases has code of its own. */
const mostCombinations = 36;

/**
 * conv_general of (x, weight) on float32 or float64, of any rank, operands at any strides. Sums are taken in the type
 * itself (float64 by the plain loop), in an order fixed by the shapes.
 */
export function convolve(
  context: KernelContext,
  request: ConvRequest,
  site: KernelSite,
  tuning: Tuning = {},
): Kernel | null {
  const [{ dtype }] = site.inputs;
  if (dtype !== 'float32' && dtype !== 'float64') return null;
  if (sizeOf(site.outputs[0].shape) === 0) {
    const types = Array.from({ length: 5 }, () => 'i32' as const);
    return { run: context.module.function(types, [], () => {}), chunks: 1, scratchBytes: 0 };
  }
  const g = geometryOf(request, site);
  const pieces = tuning.pieces ?? piecesWorth(g);
  switch (tuning.method ?? choose(context, g)) {
    case 'features':
      return featuresKernel(context, g, pieces);
    case 'positions':
      return positionsKernel(context, g, pieces);
    case 'dots':
      return suitsDots(g) ? dotsKernel(context, g, pieces) : plainKernel(context, g, pieces);
    case 'plain':
      return plainKernel(context, g, pieces);
  }
}

function choose({ fused, wide }: KernelContext, g: Geometry): Method {
  if (g.combinations.length > mostCombinations || g.flops < fewFlops) return 'plain';
  // Registers' worth of sums for each: what is computed only to be dropped counts as well.
  const lanes = (16 / g.item) * (wide ? 2 : 1);
  const rows = g.axes.at(-1)!.phases[0].count;
  const length = overImages(g, fused) ? g.images : rows;
  const perRow = rowsCost(length, fused) / length;
  const byFeatures = perRow * Math.ceil(g.features / lanes);
  let flat = 1;
  for (const [d, axis] of g.axes.entries()) {
    const t = axis.phases[0].count;
    const offsets = axis.phases.flatMap((p) => p.taps.map((tap) => Math.floor(tap.offset / axis.step)));
    const spread = offsets.length === 0 ? 0 : Math.max(...offsets) - Math.min(...offsets);
    flat *= d === 0 ? t : (t + spread) / t;
    if (d > 0) flat *= t;
  }
  const places = g.axes.reduce((n, axis) => n * axis.phases[0].count, 1);
  const cost = heights(g.features, fused).reduce((n, h) => n + [0, 1.4, 2.2, 3, 4, 5, 6][h], 0);
  const vectors = Math.ceil(flat / lanes);
  const byPositions = (cost * vectors) / places;
  const byDots = suitsDots(g) ? g.features * dotsCost(g, lanes) : Infinity;
  if (byDots < Math.min(byFeatures, byPositions)) return 'dots';
  return byFeatures <= byPositions ? 'features' : 'positions';
}

function plainKernel({ module }: KernelContext, g: Geometry, pieces: number): Kernel {
  const limits = { images: g.images, groups: g.groups, blocks: g.features, rows: g.axes[0].out };
  const parts = cut(g, limits, false, pieces);
  const plain = plainFunction(module, g);
  const run = module.function(
    Array.from({ length: 5 }, () => 'i32' as const),
    [],
    (code) => {
      const bounds = boundsOf(code, code.param(4), parts, limits);
      for (const p of [0, 1, 2]) code.get(code.param(p));
      for (const { from, to } of [bounds.images, bounds.groups, bounds.blocks, bounds.rows]) {
        code.get(from);
        code.get(to);
      }
      code.call(plain);
    },
  );
  return { run, chunks: piecesOf(parts), scratchBytes: 0 };
}
