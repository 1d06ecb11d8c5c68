"""Records test/wasm/cases.json: elementary functions of float64 arguments from their whole range, correctly rounded.

Run with a Python that has mpmath. `--count N` draws N arguments for each function (the committed file has the default) and
`--output FILE` writes elsewhere, for test/wasm/accuracy.ts. A value is written as the float64 and, after a colon, how many
ulps of it rounding took.
"""

import argparse
import json
import math
import random
import struct
from pathlib import Path

import mpmath as m
from mpmath import mp, mpf

mp.dps = 60
inf, nan = math.inf, math.nan

parser = argparse.ArgumentParser()
parser.add_argument('--count', type=int, default=60)
parser.add_argument('--output', type=Path, default=Path(__file__).with_name('cases.json'))
parser.add_argument('--only', default='')
options = parser.parse_args()


def draw():
    """A float64 anywhere, by its bits, or from where functions do something."""
    kind = random.random()
    if kind < 0.3:
        return struct.unpack('d', random.randbytes(8))[0]
    for upto, size in ((0.42, 2), (0.57, 20), (0.67, 110), (0.75, 760)):
        if kind < upto:
            return random.uniform(-size, size)
    if kind < 0.85:
        return random.choice((-1, 1)) * math.exp(-random.uniform(0, 40))
    if kind < 0.95:
        return 1 + random.uniform(-0.5, 0.5) * math.exp(-random.uniform(0, 35))
    return float(random.randint(-30, 30))


def beside(x):
    """A second argument: anywhere, or close to the first."""
    kind = random.random()
    return draw() if kind < 0.8 else x * random.uniform(0.5, 1.5) if kind < 0.9 else x


def softplus(x):
    return m.log1p(m.exp(x)) if x < 0 else x + m.log1p(m.exp(-x))


def powers_sum(x, y, base):
    high, low = max(x, y), min(x, y)
    return high + m.log1p(m.exp((low - high) * m.log(base))) / m.log(base)


def power(x, y):
    if x < 0:
        assert y == int(y)
        return m.power(-x, y) * (-1 if int(y) % 2 else 1)
    return m.power(x, y)


def gelu(x):
    # x / (1 + e^-t)
    return x / (1 + m.exp(-2 * m.sqrt(2 / m.pi) * (x + mpf('0.044715') * x**3)))


def angle(y, x):
    return m.atan2(y, x)


anywhere = lambda *xs: True
positive = lambda x: x > 0
functions = {
    'exp': (1, m.exp, anywhere),
    'exp2': (1, lambda x: m.power(2, x), anywhere),
    'expm1': (1, m.expm1, anywhere),
    'log': (1, m.log, positive),
    'log2': (1, lambda x: m.log(x) / m.log(2), positive),
    'log10': (1, lambda x: m.log(x) / m.log(10), positive),
    'log1p': (1, m.log1p, lambda x: x > -1),
    'sin': (1, m.sin, anywhere),
    'cos': (1, m.cos, anywhere),
    'tan': (1, m.tan, anywhere),
    'asin': (1, m.asin, lambda x: abs(x) <= 1),
    'acos': (1, m.acos, lambda x: abs(x) <= 1),
    'atan': (1, m.atan, anywhere),
    'atan2': (2, angle, lambda y, x: x != 0 and y != 0),
    'sinh': (1, m.sinh, anywhere),
    'cosh': (1, m.cosh, anywhere),
    'tanh': (1, m.tanh, anywhere),
    'asinh': (1, m.asinh, anywhere),
    'acosh': (1, m.acosh, lambda x: x >= 1),
    'atanh': (1, m.atanh, lambda x: abs(x) < 1),
    'sigmoid': (1, lambda x: 1 / (1 + m.exp(-x)), anywhere),
    'log_sigmoid': (1, lambda x: -softplus(-x), anywhere),
    'softplus': (1, softplus, anywhere),
    'silu': (1, lambda x: x / (1 + m.exp(-x)), anywhere),
    'mish': (1, lambda x: x * m.tanh(softplus(x)), anywhere),
    'gelu_tanh': (1, gelu, anywhere),
    'pow': (2, power, lambda x, y: x > 0 or (x < 0 and y == math.floor(y))),
    'cbrt': (1, lambda x: m.cbrt(x) if x > 0 else -m.cbrt(-x), anywhere),
    'rsqrt': (1, lambda x: 1 / m.sqrt(x), positive),
    'hypot': (2, lambda x, y: m.sqrt(x * x + y * y), anywhere),
    'logaddexp': (2, lambda x, y: powers_sum(x, y, m.e), anywhere),
    'logaddexp2': (2, lambda x, y: powers_sum(x, y, mpf(2)), anywhere),
    'sinc': (1, lambda x: m.sinpi(x) / (m.pi * x), lambda x: x != 0),
    'logit': (1, lambda x: m.log(x / (1 - x)), lambda x: 0 < x < 1),
    'soft_sign': (1, lambda x: x / (1 + abs(x)), anywhere),
    'xlogy': (2, lambda x, y: x * m.log(y), lambda x, y: y > 0),
    'xlog1py': (2, lambda x, y: x * m.log1p(y), lambda x, y: y > -1),
    'entr': (1, lambda x: -x * m.log(x), positive),
}


def ulp(y):
    return math.ulp(y) if y == y and abs(y) != inf else math.ulp(1.7976931348623157e308)


def float_of(value):
    """The nearest float64: mpmath's own conversion cuts subnormal numbers."""
    sign, mantissa, exponent, width = value._mpf_
    if width == 0:
        return 0.0
    top = exponent + width
    if top > 1100:
        return -inf if sign else inf
    if top < -1100:
        return -0.0 if sign else 0.0
    shift = max(width - 53, -1074 - exponent)
    if shift > 0:
        kept, rest = mantissa >> shift, mantissa & ((1 << shift) - 1)
        half = 1 << (shift - 1)
        if rest > half or (rest == half and kept & 1):
            kept += 1
        mantissa, exponent = kept, exponent + shift
    try:
        y = math.ldexp(int(mantissa), exponent)
    except OverflowError:
        y = inf
    return -y if sign else y


def text(y):
    return 'Infinity' if y == inf else '-Infinity' if y == -inf else repr(y)


recorded = {}
for name, (arity, f, inside) in functions.items():
    if options.only and name not in options.only.split(','):
        continue
    random.seed(name)
    calls, values = [], []
    while len(calls) < options.count:
        x = draw()
        xs = (x,) if arity == 1 else (x, beside(x))
        if not all(math.isfinite(x) for x in xs) or not inside(*xs):
            continue
        if any(abs(x) > 2.0**64 for x in xs) and random.random() < 0.5:
            # Beyond most functions' interest.
            continue
        exact = f(*(mpf(x) for x in xs))
        if exact == 0:
            # mpmath has no signs of zeros.
            continue
        y = float_of(exact)
        rest = (exact - mpf(y)) / mpf(ulp(y)) if abs(y) != inf else mpf(0)
        calls.append(','.join(repr(x) for x in xs))
        values.append(f'{text(y)}:{float(rest):.3f}')
    recorded[name] = {'arguments': ' '.join(calls), 'values': ' '.join(values)}

options.output.write_text(json.dumps(recorded, indent=1) + '\n')
