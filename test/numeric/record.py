"""Records test/numeric/cases.json: the functions of engine/numeric/ at many arguments, correctly rounded.

Run with a Python that has mpmath. `--count N` draws N arguments for each function and spread (the committed file has the
default), `--output FILE` writes elsewhere, `--tails` adds what rounding took from each value, `--only NAME,NAME` records some.
"""

import argparse
import json
import math
import random
from pathlib import Path

import mpmath as m
from mpmath import mp, mpf

mp.dps = 60
inf, nan = math.inf, math.nan

parser = argparse.ArgumentParser()
parser.add_argument('--count', type=int, default=44)
parser.add_argument('--output', type=Path, default=Path(__file__).with_name('cases.json'))
parser.add_argument('--tails', action='store_true')
parser.add_argument('--only', default='')
options = parser.parse_args()


def short(x):
    """A float near x with few decimal digits, which still has all its bits; this keeps the file small."""
    return float(f'{x:.6g}')


def flat(low, high):
    return lambda: short(random.uniform(low, high))


def scale(low, high):
    """Positive, the exponent of ten uniform."""
    return lambda: short(math.exp(random.uniform(low, high) * math.log(10)))


def both(draw):
    return lambda: draw() * random.choice((-1, 1))


def near(*points, low=-15, high=-2):
    """Close to one of the points, at every distance."""
    return lambda: random.choice(points) + both(scale(low, high))()


def whole(low, high):
    return lambda: random.randrange(low, high + 1)


def tuples(*draws):
    return lambda: tuple(draw() for draw in draws)


def wide(f):
    """f on mpmath's numbers."""
    return lambda *xs: f(*(mpf(x) for x in xs))


def ndtr(x):
    return m.erfc(-x / m.sqrt(2)) / 2


def log_ndtr(x):
    if x > 0:
        return m.log1p(-ndtr(-x))
    if x > -1000:
        return m.log(ndtr(x))
    # Asymptotic, DLMF 7.12.1: exact to sixty digits this far out.
    term, total = mpf(1), mpf(1)
    for k in range(1, 12):
        term *= -(2 * k - 1) / (x * x)
        total += term
    return -x * x / 2 - m.log(-x * m.sqrt(2 * m.pi)) + m.log(total)


def erfinv(y):
    return m.erfinv(y)


def erfcinv(y):
    if y > mpf('0.01'):
        return m.erfinv(1 - y)
    guess = m.sqrt(-m.log(y))
    for _ in range(60):
        guess = guess - (m.log(m.erfc(guess)) - m.log(y)) * m.erfc(guess) / (-2 / m.sqrt(m.pi) * m.exp(-guess * guess))
    return guess


def ndtri(p):
    return -m.sqrt(2) * erfcinv(2 * p) if p < mpf('0.5') else m.sqrt(2) * erfcinv(2 * (1 - p))


def lgamma(x):
    return m.log(abs(m.gamma(x))) if abs(x) < 1e6 else m.loggamma(x).real


def zeta(s, q):
    # mpmath keeps absolute digits here, and the value may be small.
    with mp.workdps(60 + int(abs(s * m.log(abs(q) + 2)))):
        return m.zeta(s, q)


def polygamma(n, x):
    with mp.workdps(60 + int((n + 1) * abs(m.log(abs(x))))):
        return m.psi(int(n), x)


def betaln(a, b):
    with mp.workdps(60 + int(2 * abs(m.log10(a + b)))):
        return m.loggamma(a) + m.loggamma(b) - m.loggamma(a + b)


def logaddexp(x, y):
    return max(x, y) + m.log1p(m.exp(-abs(x - y)))


def sinc_derivative(n, x):
    """By the integral of tⁿ cos(ut + nπ/2) over [0, 1], summed as a series at digits enough for its cancellation."""
    u = m.pi * abs(x)
    with mp.workdps(60 + int(u)):
        total, k = mpf(0), (int(n) + 1) // 2
        power = (m.pi * abs(x)) ** (2 * k - n) / m.factorial(2 * k - n)
        while k < 10 or abs(power) > mpf(10) ** -70:
            total += (-1) ** k * power / (2 * k + 1)
            power *= (m.pi * x) ** 2 / ((2 * k - n + 1) * (2 * k - n + 2))
            k += 1
        return total * m.pi**n * (1 if x > 0 or n % 2 == 0 else -1)


def sinc(x):
    return sinpi(x) / (m.pi * x)


def sinpi(x):
    return signed(m.sinpi(x), x)


def signed(value, x):
    """The value, a zero with the sign of x."""
    return value if value != 0 else math.copysign(0.0, x)


# name: (definition, [draws], {argument: value} where the limit is a matter of convention or mpmath refuses)
functions = {
    'erf': (
        wide(m.erf),
        [flat(-1, 1), flat(-6, 6), both(scale(-320, 0))],
        {0.0: 0.0, '-0': -0.0, inf: 1.0, -inf: -1.0, nan: nan, 7.0: 1.0, -1e300: -1.0},
    ),
    'erfc': (
        wide(m.erfc),
        [flat(-1, 1), flat(-6, 6), flat(0, 27.2), both(scale(-20, 0))],
        {0.0: 1.0, inf: 0.0, -inf: 2.0, nan: nan, 28.0: 0.0, 1e300: 0.0, -1e300: 2.0},
    ),
    'erfcx': (
        wide(lambda x: m.exp(x * x) * m.erfc(x) if x < 1e4 else (1 - 1 / (2 * x * x) + 3 / (4 * x**4)) / (x * m.sqrt(m.pi))),
        [flat(-1, 1), flat(-26.6, 6), flat(0, 50), scale(-10, 307)],
        {0.0: 1.0, inf: 0.0, -inf: inf, nan: nan, -30.0: inf},
    ),
    'erfinv': (
        wide(erfinv),
        [flat(-1, 1), both(scale(-320, -1)), near(1.0, -1.0, low=-15, high=-1)],
        {0.0: 0.0, '-0': -0.0, 1.0: inf, -1.0: -inf, 1.5: nan, -2.0: nan, nan: nan, inf: nan},
    ),
    'erfcinv': (
        wide(erfcinv),
        [flat(0, 2), scale(-307, 0), scale(-5, 0)],
        {0.0: inf, 1.0: 0.0, 2.0: -inf, -0.1: nan, 2.1: nan, nan: nan},
    ),
    'ndtr': (
        wide(ndtr),
        [flat(-1, 1), flat(-37, 8), flat(-5, 5)],
        {0.0: 0.5, inf: 1.0, -inf: 0.0, nan: nan, -40.0: 0.0, 1e300: 1.0, -1e300: 0.0},
    ),
    'logNdtr': (
        wide(log_ndtr),
        [flat(-2, 2), flat(-40, 38), lambda: -scale(0, 8)()],
        {0.0: -math.log(2), inf: -0.0, -inf: -inf, nan: nan, -1e200: -inf, -1e8: -5e15 - 19.339619277157},
    ),
    'ndtri': (
        wide(ndtri),
        [flat(0, 1), scale(-307, 0), near(1.0, low=-15, high=-1), near(0.5, low=-15, high=-1)],
        {0.0: -inf, 0.5: 0.0, 1.0: inf, -0.1: nan, 1.1: nan, nan: nan},
    ),
    'lgamma': (
        wide(lgamma),
        [flat(0, 3), flat(3, 200), scale(-300, 300), near(1.0, 2.0), flat(-30, 0), flat(-1000, -30), lambda: -scale(-300, 0)()]
        + [near(-2.4570247382208006, -2.7476826467274127, -3.14358088834998, -7.000198333407324, -12.000000002087676)],
        {0.0: inf, '-0': inf, 1.0: 0.0, 2.0: 0.0, -1.0: inf, -50.0: inf, inf: inf, -inf: inf, nan: nan, 1e307: inf, -1e300: inf},
    ),
    'gamma': (
        wide(m.gamma),
        [flat(0, 3), flat(3, 171.6), both(scale(-307, 0)), flat(-30, 0), flat(-176, -30)],
        {0.0: inf, '-0': -inf, 1.0: 1.0, 5.0: 24.0, 171.0: float(math.factorial(170)), -1.0: nan, -50.0: nan}
        | {inf: inf, -inf: nan, nan: nan, 172.0: inf, -200.5: -0.0},
    ),
    'digamma': (
        wide(m.digamma),
        [flat(0, 3), flat(3, 200), both(scale(-300, 300)), near(1.4616321449683622), flat(-30, 0), flat(-10000, -30)]
        + [near(-0.5040830082644554, -1.5734984731623904, -2.6107208684441446, -9.702672540001863, -99.814)],
        {0.0: nan, '-0': nan, -1.0: nan, -50.0: nan, inf: inf, -inf: nan, nan: nan, -1e300: nan},
    ),
    'trigamma': (
        wide(lambda x: m.psi(1, x)),
        [flat(0, 3), flat(3, 200), both(scale(-150, 2)), scale(2, 300), flat(-30, 0)],
        {0.0: inf, '-0': inf, -1.0: inf, inf: 0.0, nan: nan},
    ),
    'polygamma': (
        wide(polygamma),
        [tuples(whole(0, 4), flat(0, 20)), tuples(whole(2, 30), flat(0.1, 60)), tuples(whole(0, 5), scale(-40, 40))]
        + [tuples(lambda: random.choice((1, 3, 5)), flat(-100, 0))],
        {(1, inf): 0.0, (0, inf): inf, (2, inf): -0.0, (2, nan): nan, (3, 0.0): inf, (2, -1.0): nan, (1, -1.0): inf},
    ),
    'zeta': (
        wide(zeta),
        [tuples(flat(1, 10), flat(0, 20)), tuples(flat(1, 60), flat(0, 5)), tuples(flat(1, 20), scale(-10, 10))]
        + [tuples(lambda: 1 + scale(-10, -1)(), flat(0.1, 10))],
        {(1.0, 2.0): inf, (0.5, 2.0): nan, (2.0, 0.0): inf, (2.0, -1.0): inf, (2.5, -0.5): nan, (nan, 1.0): nan}
        | {(2.0, inf): 0.0, (inf, 2.0): 0.0},
    ),
    'betaln': (
        wide(betaln),
        [tuples(scale(-20, 10), scale(-20, 10)), tuples(flat(0, 40), flat(0, 40)), tuples(scale(10, 20), scale(-3, 20))]
        + [tuples(scale(-300, -20), scale(-300, 5))],
        {(0.0, 1.0): inf, (1.0, inf): -inf, (nan, 1.0): nan, (1.0, 1.0): 0.0, (2.0, 0.0): inf},
    ),
    'sinh': (
        wide(m.sinh),
        [flat(-3, 3), both(scale(-20, 2.85)), flat(700, 710.475)],
        {0.0: 0.0, '-0': -0.0, inf: inf, -inf: -inf, nan: nan, 710.5: inf, 5e-324: 5e-324},
    ),
    'cosh': (
        wide(m.cosh),
        [flat(-3, 3), both(scale(-20, 2.85)), flat(700, 710.475)],
        {0.0: 1.0, inf: inf, -inf: inf, nan: nan, -710.5: inf},
    ),
    'tanh': (
        wide(m.tanh),
        [flat(-1, 1), flat(-20, 20), both(scale(-20, 2))],
        {0.0: 0.0, '-0': -0.0, inf: 1.0, -inf: -1.0, nan: nan, 1e300: 1.0, 5e-324: 5e-324},
    ),
    'hypot': (
        wide(m.hypot),
        [tuples(both(scale(-3, 3)), scale(-3, 3)), tuples(scale(-300, 307), scale(-300, 307)), tuples(flat(1, 2), flat(0, 2))]
        + [tuples(scale(-320, -300), scale(-320, -300))],
        {(0.0, 0.0): 0.0, (inf, nan): inf, (nan, -inf): inf, (nan, 1.0): nan, (1e308, 1e308): float(m.hypot(1e308, 1e308))}
        | {(3e-320, 4e-320): 5e-320, (-0.0, -0.0): 0.0, (1.7e308, 1.7e308): inf},
    ),
    'pow': (
        wide(m.power),
        [tuples(scale(-3, 3), flat(-90, 90)), tuples(flat(0.5, 2), flat(-700, 700)), tuples(scale(-300, 300), flat(-1, 1))],
        {(1.0, nan): 1.0, (1.0, inf): 1.0, (-1.0, -inf): 1.0, (nan, 0.0): 1.0, (0.0, 0.0): 1.0, (-0.0, -3.0): -inf}
        | {(-8.0, 3.0): -512.0, (-8.0, 0.5): nan, (-inf, 3.0): -inf, (2.0, -1074.0): 5e-324, (0.5, inf): 0.0},
    ),
    'sigmoid': (
        wide(lambda x: 1 / (1 + m.exp(-x))),
        [flat(-3, 3), flat(-740, 40), both(scale(-20, 2))],
        {0.0: 0.5, inf: 1.0, -inf: 0.0, nan: nan, -1000.0: 0.0, 1000.0: 1.0},
    ),
    'softplus': (
        wide(lambda x: m.log1p(m.exp(x))),
        [flat(-3, 3), flat(-740, 40), both(scale(-20, 5))],
        {0.0: math.log(2), inf: inf, -inf: 0.0, nan: nan, -1000.0: 0.0, 1000.0: 1000.0},
    ),
    'logSigmoid': (
        wide(lambda x: -m.log1p(m.exp(-x))),
        [flat(-3, 3), flat(-40, 740), both(scale(-20, 5))],
        {inf: -0.0, -inf: -inf, nan: nan, -1000.0: -1000.0, 1000.0: -0.0},
    ),
    'logaddexp': (
        wide(logaddexp),
        [tuples(flat(0, 5), flat(-5, 5)), tuples(flat(-50, -5), flat(-50, -5)), tuples(both(scale(0, 300)), both(scale(0, 300)))]
        + [lambda: (lambda x: (x, short(math.log(-math.expm1(x)))))(-scale(-6, 0)())],
        {(inf, inf): inf, (-inf, -inf): -inf, (inf, -inf): inf, (1.0, -inf): 1.0, (nan, inf): nan, (1000.0, 1000.0): 1000.6931471805599},
    ),
    'sinc': (
        wide(sinc),
        [flat(-3, 3), flat(-100, 100), both(scale(-20, 20)), near(1.0, -2.0, 5.0)],
        {0.0: 1.0, '-0': 1.0, inf: nan, -inf: nan, nan: nan, 1e-300: 1.0},
    ),
    'sincDerivative': (
        wide(sinc_derivative),
        [tuples(whole(1, 8), flat(-3, 3)), tuples(whole(1, 8), flat(-30, 30)), tuples(whole(1, 8), both(scale(-20, 0)))],
        {(1, 0.0): 0.0, (2, 0.0): float(-m.pi**2 / 3), (3, -0.0): 0.0, (4, 0.0): float(m.pi**4 / 5), (8, 0.0): float(m.pi**8 / 9)}
        | {(2, inf): nan, (0, 0.0): 1.0, (-1, 1.0): nan},
    ),
    'sinpi': (
        wide(sinpi),
        [flat(-3, 3), flat(-1e4, 1e4), both(scale(-300, 15)), near(1.0, -2.0, 5.0)],
        {0.0: 0.0, '-0': -0.0, 1.0: 0.0, -1.0: -0.0, 0.5: 1.0, -1.5: 1.0, 1e300: 0.0, inf: nan, -inf: nan, nan: nan},
    ),
    'cospi': (
        wide(m.cospi),
        [flat(-3, 3), flat(-1e4, 1e4), both(scale(-300, 15)), near(0.5, -1.5, 4.5)],
        {0.0: 1.0, '-0': 1.0, 1.0: -1.0, 0.5: 0.0, -0.5: 0.0, 1.5: 0.0, 1e300: 1.0, inf: nan, -inf: nan, nan: nan},
    ),
    'xlogy': (
        wide(lambda x, y: x * m.log(y)),
        [tuples(both(scale(-10, 10)), scale(-300, 300)), tuples(flat(-2, 2), flat(0.5, 2))],
        {(0.0, 0.0): 0.0, (0.0, inf): 0.0, (0.0, nan): nan, (0.0, -1.0): 0.0, (1.0, -1.0): nan, (2.0, 0.0): -inf, (nan, 1.0): nan},
    ),
    'xlog1py': (
        wide(lambda x, y: x * m.log1p(y)),
        [tuples(both(scale(-10, 10)), scale(-300, 300)), tuples(flat(-2, 2), flat(-1, 2)), tuples(flat(-2, 2), both(scale(-20, -1)))],
        {(0.0, -1.0): 0.0, (0.0, inf): 0.0, (0.0, nan): nan, (0.0, -2.0): 0.0, (1.0, -2.0): nan, (2.0, -1.0): -inf},
    ),
    'remainder': (
        wide(lambda x, y: x - y * m.floor(x / y)),
        [tuples(flat(-50, 50), both(flat(0.1, 9))), tuples(both(scale(-10, 10)), both(scale(-5, 5)))],
        {(5.0, 3.0): 2.0, (-5.0, 3.0): 1.0, (5.0, -3.0): -1.0, (-6.0, 3.0): 0.0, (6.0, -3.0): -0.0, (1.0, 0.0): nan, (inf, 1.0): nan}
        | {(1.0, inf): 1.0, (-1.0, inf): inf, (1.0, -inf): -inf, (0.0, -2.0): -0.0, (nan, 1.0): nan, (1e300, 3.0): 1e300 % 3.0},
    ),
    'i0': (wide(lambda x: m.besseli(0, x)), [flat(-9, 9), flat(0, 713.9), scale(-10, 1)], {0.0: 1.0, inf: inf, -inf: inf, nan: nan}),
    'i1': (
        wide(lambda x: m.besseli(1, x)),
        [flat(-9, 9), flat(0, 713.9), both(scale(-300, 1))],
        {0.0: 0.0, '-0': -0.0, inf: inf, -inf: -inf, nan: nan, 720.0: inf},
    ),
    'i0e': (
        wide(lambda x: m.besseli(0, x) * m.exp(-abs(x))),
        [flat(-9, 9), flat(0, 700), scale(-10, 1), scale(2, 4)],
        {0.0: 1.0, inf: 0.0, -inf: 0.0, nan: nan},
    ),
    'i1e': (
        wide(lambda x: m.besseli(1, x) * m.exp(-abs(x))),
        [flat(-9, 9), flat(0, 700), both(scale(-300, 1)), scale(2, 4)],
        {0.0: 0.0, '-0': -0.0, inf: 0.0, -inf: -0.0, nan: nan},
    ),
    'roundHalfEven': (
        wide(lambda x: signed(m.nint(x), x)),
        [flat(-5, 5), both(scale(0, 17)), lambda: random.randrange(-50, 50) + 0.5],
        {0.5: 0.0, 1.5: 2.0, 2.5: 2.0, -0.5: -0.0, '-0': -0.0, 0.49999999999999994: 0.0, inf: inf, -inf: -inf, nan: nan}
        | {4503599627370495.5: 4503599627370496.0, 4503599627370497.0: 4503599627370497.0, -0.2: -0.0},
    ),
}


def written(x):
    x = float(x)
    text = 'NaN' if x != x else 'Infinity' if x == inf else '-Infinity' if x == -inf else repr(x)
    return text.removesuffix('.0')


def main():
    cases = {}
    for name, (definition, draws, edges) in functions.items():
        if options.only and name not in options.only.split(','):
            continue
        random.seed(name)
        found = [(key if isinstance(key, tuple) else (float(key),), value, 0.0) for key, value in edges.items()]
        for draw in draws:
            for _ in range(options.count):
                xs = draw()
                xs = xs if isinstance(xs, tuple) else (xs,)
                try:
                    value = definition(*xs)
                except (ValueError, ZeroDivisionError):
                    continue
                if not m.isfinite(value) or isinstance(value, m.mpc) or abs(value) > mpf(1.7e308):
                    continue
                found.append((xs, float(value), float(value - mpf(float(value)))))
        cases[name] = {
            'arguments': ' '.join(','.join(written(x) for x in xs) for xs, _, _ in found),
            'values': ' '.join(written(v) for _, v, _ in found),
        }
        if options.tails:
            cases[name]['tails'] = ' '.join(written(t) for _, _, t in found)
    options.output.write_text(json.dumps(cases, indent=2) + '\n')


main()
