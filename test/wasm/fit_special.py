"""Prints engine/wasm/math/special-tables.ts: the polynomials and rationals of the special functions, of least maximal error.

Run with a Python that has mpmath: python test/wasm/fit_special.py > engine/wasm/math/special-tables.ts, then prettier. Every
table is fitted here from the function's definition at 50 digits.
"""

import sys

from minimax import Target, mpf, shifted
from mpmath import besseli, cos, digamma, erf, erfc, exp, factorial, findroot, fprod, gamma, log, loggamma, pi, psi, sin, sqrt

tolerances = {'f32': mpf(2) ** -26, 'f64': mpf(2) ** mpf('-55.5')}
tiny = mpf(10) ** -15


def written(kind, a):
    # Nine digits tell float32 apart.
    text = f'{float(a):.9g}' if kind == 'f32' else repr(float(a))
    return 'Math.PI' if text == repr(float(pi)) else text


def show(name, note, rows):
    print(f'/** {note} */')
    print(f'export const {name}: Table = {{')
    for kind, c in rows.items():
        print(f'  {kind}: [{", ".join(written(kind, a) for a in c)}],')
    print('};\n')


def polynomial(name, note, f, low, high, to=0, weight=None, points=500, high32=None, low32=None):
    """One polynomial for each type, in powers of (argument - to); `high32` where float32 needs less."""
    rows = {}
    for kind, tolerance in tolerances.items():
        a = low32 if kind == 'f32' and low32 is not None else low
        b = high32 if kind == 'f32' and high32 is not None else high
        target = Target(f, a, b, weight, points)
        c, worst = target.shortest(tolerance, 2 if kind == 'f32' else 8)
        rows[kind] = shifted(c, target.middle, target.radius, to)
        print(f'{name} {kind}: {len(c)} terms, 2^{float(log(worst, 2)):.1f}', file=sys.stderr)
    show(name, note, rows)


def rational(name, note, f, ranges, sizes, mirrored=None, weight=None):
    """A numerator and a denominator for each type, in powers of the argument or of `mirrored` less it."""
    over, under = {}, {}
    for kind, (low, high) in ranges.items():
        target = Target(f, low, high, weight, points=400)
        p, q, worst = target.rational(*sizes[kind])
        p, q = (shifted(c, target.middle, target.radius, mirrored or 0) for c in (p, q))
        if mirrored is not None:
            p, q = ([(-1) ** k * a for k, a in enumerate(c)] for c in (p, q))
        over[kind], under[kind] = [c / q[0] for c in p], [c / q[0] for c in q]
        print(f'{name} {kind}: {sizes[kind]}, 2^{float(log(worst, 2)):.1f}', file=sys.stderr)
    show(f'{name}Over', f'{note}: the numerator.', over)
    show(f'{name}Under', 'The denominator.', under)


# Error functions

def scaled(x):
    """e^(x²) erfc x; far out by DLMF 7.12.1."""
    if x < 100:
        return exp(x * x) * erfc(x)
    return sum((-1) ** k * fprod(2 * j - 1 for j in range(1, k + 1)) / (2 * x * x) ** k for k in range(9)) / (x * sqrt(pi))


def compact(f, K):
    """f's factor beside 1 / (x + K), on s = (x − K) / (x + K)."""
    return lambda s: (lambda x: (x + K) * f(x))(K * (1 + s) / (1 - s))


def erf_near():
    polynomial('erfNear', 'erf(x)/x − 1 in x², for |x| < 1.', lambda z: erf(sqrt(z)) / sqrt(z) - 1, tiny, mpf(1),
               weight=lambda z: 1 / (erf(sqrt(z)) / sqrt(z)))


def erf_far():
    polynomial('erfFar', '−log erfc x in x − 3, from 1 to where erf rounds to 1.', lambda x: -log(erfc(x)), mpf(1), mpf(6), to=3,
               weight=lambda x: erfc(x) / erf(x), high32=mpf(4))


def erfcx_table():
    polynomial('scaledTail', '(x + 4) erfcx x in s = (x − 4) / (x + 4), for x ≥ 0.', compact(scaled, 4), mpf(-1), mpf(1), points=800)


def mills_table():
    polynomial('mills', '(x + 6) e^(x²/2) Φ(−x) in s = (x − 6) / (x + 6), for x ≥ 0.',
               compact(lambda x: scaled(x / sqrt(mpf(2))) / 2, 6), mpf(-1), mpf(1), points=800)


def erfcinv(r):
    """erfc⁻¹(e^(−r²)), by Newton's method on the logarithm."""
    x = r if r < 1.5 else sqrt(r * r - log(r * sqrt(pi)))
    for _ in range(60):
        e = erfc(x)
        step = (-log(e) - r * r) * e * sqrt(pi) / 2 * exp(x * x)
        x -= step
        if abs(step) < mpf(10) ** -45 * abs(x):
            break
    return x


def erfinv(y):
    x = y * sqrt(pi) / 2
    for _ in range(60):
        step = (erf(x) - y) * sqrt(pi) / 2 * exp(x * x)
        x -= step
        if abs(step) < mpf(10) ** -45:
            break
    return x


def erfinv_central():
    top = mpf('0.5625')
    rational('central', 'erf⁻¹(y)/y in 9/16 − y², for |y| ≤ 3/4', lambda z: erfinv(sqrt(z)) / sqrt(z), {'f32': (tiny, top), 'f64': (tiny, top)},
             {'f32': (4, 4), 'f64': (8, 7)}, mirrored=top)


def erfinv_tail():
    low = mpf('1.177')
    rational('tail', 'erfc⁻¹(q) − r in r = √(−log q), for q ≤ 1/4 from 2⁻²⁴ (float32) or 2⁻⁵⁴ on', lambda r: erfcinv(r) - r,
             {'f32': (low, mpf('4.1')), 'f64': (low, mpf('6.13'))}, {'f32': (5, 4), 'f64': (10, 9)}, weight=lambda r: 1 / erfcinv(r))


def erfinv_far():
    rational('far', 'The same below', lambda r: erfcinv(r) - r, {'f32': (mpf(4), mpf('10.2')), 'f64': (mpf(6), mpf('27.4'))},
             {'f32': (3, 4), 'f64': (9, 8)}, weight=lambda r: 1 / erfcinv(r))


# Gamma functions

def lgamma_near():
    def shape(x):
        x = x + mpf(10) ** -25 if min(abs(x - 1), abs(x - 2)) < mpf(10) ** -25 else x
        return loggamma(x) / ((x - 1) * (x - 2))
    polynomial('lgammaNear', 'log Γ(z) / ((z − 1)(z − 2)) in z − 2, 1 ≤ z ≤ 3.', shape, mpf(1), mpf(3), to=mpf(2))


def binet_table():
    def f(u):
        if u < mpf(10) ** -8:
            return mpf(1) / 12 - u / 360 + u * u / 1260 - u**3 / 1680
        x = 1 / sqrt(u)
        return (loggamma(x) - (x - mpf(1) / 2) * log(x) + x - log(2 * pi) / 2) * x
    polynomial('binet', 'x (log Γ(x) − (x − ½) log x + x − ½ log 2π) in 1/x², for x ≥ 3.', f, mpf(0), mpf(1) / 9,
               weight=lambda u: sqrt(u) / loggamma(1 / sqrt(u)) if u > 0 else 0)


def rgamma_near():
    polynomial('reciprocal', '1/Γ(z) in z − 3/2, 1 ≤ z ≤ 2.', lambda x: 1 / gamma(x), mpf(1), mpf(2), to=mpf(3) / 2)


def digamma_near():
    root = findroot(digamma, mpf('1.46163214496836234126'))
    halves = {}
    for kind, digits in (('f32', 24), ('f64', 53)):
        # In [1, 2) so many digits are so many less one after the point.
        high = mpf(int(root * 2 ** (digits - 1))) / 2 ** (digits - 1)
        halves[kind] = [high, root - high]
    show('digammaRoot', 'The zero x₀ of ψ in two halves.', halves)

    def slope(x):
        return digamma(x) / (x - root) if abs(x - root) > mpf(10) ** -20 else psi(1, root)
    polynomial('digammaNear', 'ψ(z) / (z − x₀) in z − 3/2, 1 ≤ z ≤ 2.', slope, mpf(1), mpf(2), to=mpf(3) / 2)


def digamma_far():
    def f(u):
        if u < mpf(10) ** -8:
            return mpf(1) / 12 - u / 120 + u * u / 252 - u**3 / 240
        x = 1 / sqrt(u)
        return (log(x) - 1 / (2 * x) - digamma(x)) / u
    polynomial('digammaFar', 'x² (log x − 1/(2x) − ψ(x)) in 1/x², for x ≥ 3.', f, mpf(0), mpf(1) / 9,
               weight=lambda u: u / digamma(1 / sqrt(u)) if u > 0 else 0)


def polygammas():
    # ψ⁽ⁿ⁾(x) ~ (−1)ⁿ⁺¹ (n − 1)! x⁻ⁿ (1 + n/(2x) + …), DLMF 5.15.8.
    for n, low in ((1, 3), (2, 3)):
        def f(u):
            x = 1 / sqrt(u)
            return ((-1) ** (n + 1) * psi(n, x) / factorial(n - 1) * x**n - 1 - mpf(n) / (2 * x)) / u
        polynomial(f'psi{n}', f'x² ({"−" if n == 2 else ""}x{"²" if n == 2 else ""} ψ{"′" * n}(x) − 1 − {"1/(2x)" if n == 1 else "1/x"}) in 1/x², for x ≥ {low}.',
                   f, mpf(10) ** -7, mpf(1) / low**2, weight=lambda u: u)


# Bessel functions

def bessels():
    def hankel(n, v):
        x = 1 / v
        if x < 2000:
            return besseli(n, x) * exp(-x) * sqrt(x)
        return sum((-1) ** k * fprod(4 * n * n - (2 * j - 1) ** 2 for j in range(1, k + 1)) / (factorial(k) * (8 * x) ** k)
                   for k in range(12)) / sqrt(2 * pi)
    power = {0: '', 1: ' / x', 2: ' / x²'}
    for n in (0, 1, 2):
        polynomial(f'near{n}', f'I{"₀₁₂"[n]}(x){power[n]} in x²/4, for |x| ≤ 8.', lambda z: besseli(n, 2 * sqrt(z)) / (2 * sqrt(z)) ** n,
                   tiny, mpf(16))
        polynomial(f'far{n}', f'√x e⁻ˣ I{"₀₁₂"[n]}(x) in 16/x − 1, for x ≥ 8.', lambda t: hankel(n, (t + 1) / 16), tiny - 1, mpf(1))


# Circular functions

def sinc_slope():
    def f(z):
        x = sqrt(z)
        return (cos(pi * x) - sin(pi * x) / (pi * x)) / z
    polynomial('slope', 'sinc′(x)/x in x², for |x| ≤ 3/4.', f, tiny, mpf(9) / 16)


print("""// The polynomials and rationals of the special functions, lowest power first. Written by test/wasm/fit_special.py.

import type { Table } from './tables.ts';
""")
for table in (erf_near, erf_far, erfcx_table, mills_table, erfinv_central, erfinv_tail, erfinv_far, lgamma_near, binet_table, rgamma_near,
              digamma_near, digamma_far, polygammas, bessels, sinc_slope):
    table()
