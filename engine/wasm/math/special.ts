// The special functions on vectors, by name.

import type { Lower } from '../lanes.ts';
import { bessel, besselScaled } from './bessel.ts';
import { betaln } from './betaln.ts';
import { digamma, tetragamma, trigamma } from './digamma.ts';
import { erf, erfc, erfcx } from './erf.ts';
import { erfcinv, erfinv, ndtri } from './erfinv.ts';
import { gamma, lgamma } from './gamma.ts';
import { geluExact, logNdtr, ndtr } from './normal.ts';
import { sincSlope } from './sinc.ts';

export const special = {
  erf,
  erfc,
  erfcx,
  erfinv,
  erfcinv,
  ndtr,
  ndtri,
  log_ndtr: logNdtr,
  gelu_exact: geluExact,
  lgamma,
  gamma_fn: gamma,
  digamma,
  trigamma,
  tetragamma,
  betaln,
  i0: bessel(0),
  i1: bessel(1),
  i2: bessel(2),
  i0e: besselScaled(0),
  i1e: besselScaled(1),
  i2e: besselScaled(2),
  sinc_slope: sincSlope,
} as const satisfies Record<string, Lower>;
