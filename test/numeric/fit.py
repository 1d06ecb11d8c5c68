"""Prints the tables of engine/numeric/: Chebyshev interpolants of each function, mostly as powers of a shifted argument.

Run with a Python that has mpmath. Every table is fitted here from the function's definition at 60 digits, to a relative
error below 2^-58 on its interval, so that none is transcribed from elsewhere.
"""

import sys

from mpmath import mp, mpf, cos, digamma, erf, erfc, exp, findroot, gamma, besseli, loggamma, pi, sqrt, tanh, taylor

mp.dps = 60


def chebyshev(f, low, high, terms):
    """The Chebyshev coefficients of the interpolant at `terms` nodes on [low, high]."""
    middle, radius = (mpf(high) + low) / 2, (mpf(high) - low) / 2
    nodes = [cos(pi * (2 * k + 1) / (2 * terms)) for k in range(terms)]
    values = [f(middle + radius * t) for t in nodes]
    found = []
    for j in range(terms):
        total = sum(v * cos(j * pi * (2 * k + 1) / (2 * terms)) for k, v in enumerate(values))
        found.append(total * (1 if j == 0 else 2) / terms)
    return found


def powers(found, radius):
    """A Chebyshev sum as powers of (x - middle)."""
    before, now = [mpf(1)], [mpf(0), mpf(1)]
    total = [mpf(0)] * len(found)
    for j, c in enumerate(found):
        row = before if j == 0 else now
        for k, b in enumerate(row):
            total[k] += c * b
        if j > 0:
            after = [mpf(0)] + [2 * b for b in now]
            for k, b in enumerate(before):
                after[k] -= b
            before, now = now, after
    return [c / mpf(radius) ** k for k, c in enumerate(total)]


def fit(f, low, high, floor=2.0**-58):
    """The shortest interpolant that meets the floor relative to the smallest value on the interval."""
    found = chebyshev(f, low, high, 44)
    scale = min(abs(f(mpf(low) + (mpf(high) - low) * k / 16)) for k in range(17))
    terms = max(k for k, c in enumerate(found) if abs(c) > floor * scale / 2) + 1
    return chebyshev(f, low, high, terms)


def show(name, coefficients, note):
    print(f'/** {note} */')
    print(f'const {name} = [{", ".join(repr(float(c)) for c in coefficients)}];\n')


def polynomial(name, f, low, high, note, shift=None):
    found = fit(f, low, high)
    middle, radius = (mpf(high) + low) / 2, (mpf(high) - low) / 2
    c = powers(found, radius)
    if shift is not None:
        # Powers of (x - shift) instead of (x - middle).
        around_middle = c
        c = taylor(lambda x: sum(a * (x - middle) ** k for k, a in enumerate(around_middle)), shift, len(c) - 1)
    show(name, c, f'{note}, {low} ≤ argument ≤ {high}, powers of (argument − {float(middle if shift is None else shift)})')


def series(name, f, low, high, note):
    found = fit(f, low, high)
    show(name, found, f'{note}: Chebyshev coefficients on [{low}, {high}]')


def pair(c):
    high = float(c)
    return high, float(c - mpf(high))


def lgamma_shape(x):
    """log Γ(x) / ((x − 1)(x − 2)), continued through its removable points."""
    x = mpf(x)
    if min(abs(x - 1), abs(x - 2)) < mpf(10) ** -25:
        x += mpf(10) ** -25
    return loggamma(x) / ((x - 1) * (x - 2))


def error_functions():
    g = lambda z: (erf(sqrt(z)) / sqrt(z) if z > 0 else 2 / sqrt(pi)) - 1
    polynomial('erfSmall', g, mpf(0), mpf(3) / 4, 'erf(x)/x − 1 in z = x²', shift=mpf(0))
    scaled = lambda x: exp(x * x) * erfc(x)
    polynomial('scaled0', scaled, mpf(-1) / 2, mpf(1) / 2, 'erfcx')
    polynomial('scaled1', scaled, mpf(1) / 2, mpf(3) / 2, 'erfcx')
    polynomial('scaled2', scaled, mpf(3) / 2, mpf(5) / 2, 'erfcx')
    polynomial('scaled3', scaled, mpf(5) / 2, mpf(9) / 2, 'erfcx')
    tail = lambda u: (scaled(1 / sqrt(u)) / sqrt(u) * sqrt(pi) if u > mpf(10) ** -4 else asymptotic(u))
    polynomial('scaledTail', tail, mpf(0), mpf(16) / 324, '√π x erfcx(x) in u = 1/x²', shift=mpf(0))


def asymptotic(u):
    total, term = mpf(1), mpf(1)
    for k in range(1, 60):
        term *= -(2 * k - 1) * u / 2
        total += term
    return total


def gammas():
    polynomial('lgammaHalf', lgamma_shape, mpf(1) / 2, mpf(1), 'log Γ(x) / ((x − 1)(x − 2))')
    polynomial('lgammaOne', lgamma_shape, mpf(1), mpf(2), 'log Γ(x) / ((x − 1)(x − 2))')
    polynomial('lgammaTwo', lgamma_shape, mpf(2), mpf(3), 'log Γ(x) / ((x − 1)(x − 2))')
    root = findroot(digamma, 1.46163214496836234126)
    slope = lambda x: digamma(x) / (x - root) if abs(x - root) > mpf(10) ** -20 else digamma(root + mpf(10) ** -20) * mpf(10) ** 20
    print(f'// root of digamma: {pair(root)}')
    polynomial('digammaOne', slope, mpf(1), mpf(2), 'ψ(x) / (x − x₀)')
    coefficients = taylor(lambda t: 1 / gamma(1 + t) if t != -1 else mpf(0), 0, 34)
    halves = [pair(c) for c in coefficients]
    show('reciprocalHigh', [h for h, _ in halves], 'Taylor coefficients of 1/Γ(1 + t) at 0, high halves')
    show('reciprocalLow', [l for _, l in halves], 'their low halves')


def bessels():
    for n in (0, 1):
        near = lambda x: exp(-x) * (besseli(n, x) if n == 0 else (besseli(1, x) / x if x > 0 else mpf(1) / 2))
        for piece, (low, high) in enumerate([(0, 1), (1, 3), (3, 5), (5, 8)]):
            polynomial(f'near{n}{piece}', near, mpf(low), mpf(high), f'e⁻ˣ I{n}(x)' + (' / x' if n else ''))
        large = lambda v: exp(-1 / v) * besseli(n, 1 / v) / sqrt(v) if v > mpf(10) ** -3 else hankel(n, v)
        series(f'far{n}', large, mpf(0), mpf(1) / 8, f'√x e⁻ˣ I{n}(x) in 1/x')


def hyperbolics():
    g = lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z if z > mpf(10) ** -20 else mpf(-1) / 3
    polynomial('tanhSmall', g, mpf(0), mpf(5) / 16, '(tanh(x)/x − 1)/x² in z = x²', shift=mpf(0))


def hankel(n, v):
    total, term, mu = mpf(1), mpf(1), 4 * n * n
    for k in range(1, 60):
        after = term * -(mu - (2 * k - 1) ** 2) * v / (8 * k)
        if abs(after) >= abs(term):
            break
        term = after
        total += term
    return total / sqrt(2 * pi)


for wanted in sys.argv[1:] or ['error_functions', 'gammas', 'bessels', 'hyperbolics']:
    {'error_functions': error_functions, 'hyperbolics': hyperbolics, 'gammas': gammas, 'bessels': bessels}[wanted]()
