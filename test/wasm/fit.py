"""Prints engine/wasm/math/tables.ts: the polynomials of the vector functions, of least maximal error.

Run with a Python that has mpmath: python test/wasm/fit.py > engine/wasm/math/tables.ts, then prettier. Each entry names
what is approximated, where, the weight of its error, and the degrees for float32 and float64. The coefficients are
rounded to the format one after the other, lowest first, and what is left is fitted again after each.
"""

import struct
import sys

from mpmath import asin, atan, atanh, cbrt, cos, cosh, exp, expm1, linspace, log, lu_solve, matrix, mp, mpf, pi, sin, sinh, sqrt

mp.dps = 40
NODES, ROUNDS = 70, 10


def single(c):
    """The float32 nearest to c."""
    return struct.unpack('f', struct.pack('f', float(c)))[0]


def least(f, weight, low, high, fixed, degree):
    """The remaining coefficients of the polynomial that begins with the fixed ones: least squares on Chebyshev's nodes,
    the weights multiplied by the errors again and again until these are level (Lawson)."""
    free = list(range(len(fixed), degree + 1))
    middle, radius = (low + high) / 2, (high - low) / 2
    nodes = [middle - radius * cos(pi * (2 * k + 1) / (2 * NODES)) for k in range(NODES)]
    # In units of the radius, which keeps the equations well conditioned.
    rows = [[weight(x) * (x / radius) ** k for k in free] for x in nodes]
    wanted = [weight(x) * (f(x) - sum(c * x**k for k, c in enumerate(fixed))) for x in nodes]
    level = [mpf(1)] * NODES
    best = None
    for _ in range(ROUNDS):
        a = matrix(len(free), len(free))
        b = matrix(len(free), 1)
        for i in range(len(free)):
            b[i] = sum(l * r[i] * w for l, r, w in zip(level, rows, wanted))
            for j in range(i + 1):
                a[i, j] = a[j, i] = sum(l * r[i] * r[j] for l, r in zip(level, rows))
        found = lu_solve(a, b)
        errors = [abs(w - sum(found[i] * r[i] for i in range(len(free)))) for r, w in zip(rows, wanted)]
        if best is None or max(errors) < best[0]:
            best = max(errors), [found[i] / radius**k for i, k in enumerate(free)]
        total = sum(l * e for l, e in zip(level, errors))
        level = [l * e / total for l, e in zip(level, errors)]
    return best[1]


def error_of(f, weight, low, high, coefficients):
    return max(
        abs(weight(x) * (f(x) - sum(c * x**k for k, c in enumerate(coefficients))))
        for x in linspace(low + (high - low) / 997, high, 400)
    )


def fit(f, weight, low, high, degree, rounded):
    fixed = []
    while len(fixed) <= degree:
        found = least(f, weight, low, high, fixed, degree)
        fixed.append(mpf(rounded(found[0])))
    return [float(c) for c in fixed], error_of(f, weight, low, high, fixed)


tiny = mpf(10) ** -12


def away(g):
    """g off its removable point at 0."""
    return lambda x: g(x if abs(x) > tiny else tiny)


half_ln2 = log(2) / 2 * mpf('1.005')
eighth = (pi / 4 * mpf('1.005')) ** 2
log_edge = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf('1.001')

TABLES = [
    ('expTail', '(eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2', away(lambda r: (expm1(r) - r) / r**2), abs, -half_ln2, half_ln2, 4, 9),
    ('exp2Tail', '(2ʳ − 1) / r for |r| ≤ ½', away(lambda r: expm1(r * log(2)) / r), abs, mpf('-.501'), mpf('.501'), 5, 10),
    ('logTail', '(log(1 + f) − f + f²/2) / f³ for √½ ≤ 1 + f ≤ √2', lambda f: (log(1 + f) - f + f * f / 2) / f**3 if abs(f) > 1e-9 else mpf(1) / 3, lambda f: f * f, sqrt(mpf('.5')) - mpf('1.0005'), sqrt(mpf(2)) - mpf('.9995'), 7, None),
    ('atanhTail', '(2 atanh(s) / s − 2) / z, z = s², for s = f / (2 + f) there', away(lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z), abs, mpf(0), log_edge, 2, 6),
    ('atanhThird', '(2 atanh(s) / s − 2) / z, z = s², for s ≤ ⅓', away(lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2) / z), abs, mpf(0), mpf(1) / 9, 3, 9),
    ('log2Tail', '(2 atanh(s) log₂ e / s − 2 log₂ e (1 + z/3)) / z², z = s², for s = f / (2 + f) there', away(lambda z: (2 * atanh(sqrt(z)) / sqrt(z) - 2 - 2 * z / 3) / z**2 / log(2)), lambda z: z * z, mpf(0), log_edge, 2, 6),
    ('sinTail', '(sin r / r − 1) / z, z = r², for |r| ≤ π/4', away(lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z), abs, mpf(0), eighth, 2, 5),
    ('cosTail', '(cos r − 1 + z/2) / z², z = r², for |r| ≤ π/4', away(lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2), lambda z: z * z, mpf(0), eighth, 2, 5),
    ('sinhTail', '(sinh r / r − 1) / z, z = r², for 0 ≤ r ≤ ln 2', away(lambda z: (sinh(sqrt(z)) / sqrt(z) - 1) / z), abs, mpf(0), (2 * half_ln2) ** 2, 2, 5),
    ('coshTail', '(cosh r − 1) / z, z = r², for 0 ≤ r ≤ ln 2', away(lambda z: (cosh(sqrt(z)) - 1) / z), abs, mpf(0), (2 * half_ln2) ** 2, 3, 5),
    ('asinTail', '(asin s / s − 1) / z, z = s², for s ≤ ½', away(lambda z: (asin(sqrt(z)) / sqrt(z) - 1) / z), abs, mpf(0), mpf('.25'), 4, 12),
    ('atanTail', '(atan s / s − 1) / z, z = s², for s ≤ ½', away(lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z), abs, mpf(0), mpf('.25'), 4, 11),
    ('sincTail', '(sin πr / πr − 1) / z, z = r², for |r| ≤ ½', away(lambda z: (sin(pi * sqrt(z)) / (pi * sqrt(z)) - 1) / z), abs, mpf(0), mpf('.25'), 3, 7),
    ('cbrtStart', 'm^−⅓ for 1 ≤ m ≤ 2', lambda m: 1 / cbrt(m), lambda m: mpf(1), mpf(1), mpf(2), 3, 4),
]

def text(x, width):
    """Nine digits are a float32's own."""
    return 'Math.LN2' if x == float(log(2)) else repr(float('%.9g' % x)) if width == 'f32' else repr(x)


print('''// The polynomials of the vector functions, lowest power first. Written by test/wasm/fit.py.

/** Coefficients for each element type. */
export interface Table {
  readonly f32: readonly number[];
  readonly f64: readonly number[];
}
''')
for name, what, f, weight, low, high, degree32, degree64 in TABLES:
    rows = []
    for width, degree, rounded in (('f32', degree32, single), ('f64', degree64, float)):
        if degree is None:
            rows.append((width, [], None))
            continue
        c, off = fit(f, weight, low, high, degree, rounded)
        print(name, width, 'error 2^%.1f' % float(log(off) / log(2)), file=sys.stderr)
        rows.append((width, c, off))
    errors = ' and '.join('2^%.1f' % float(log(off) / log(2)) for _, _, off in rows if off is not None)
    print(f'/** {what}. Weighted error {errors}. */')
    print(f'export const {name}: Table = {{')
    for width, c, _ in rows:
        print(f'  {width}: [{", ".join(text(x, width) for x in c)}],')
    print('};\n')
