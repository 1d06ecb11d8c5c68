"""Records draws of jax.random (x64) into random.fixture.json, to be met bit for bit: python record_random.py"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from jax import random

jax.config.update('jax_enable_x64', True)

cases = []


def tensor(x):
    x = np.asarray(x)
    if x.dtype == np.uint32:
        x = x.astype(np.int64)  # a key
    exact = x.dtype == np.int64  # beyond 2^53
    return {'dtype': str(x.dtype), 'shape': list(x.shape), 'data': [str(v).replace('inf', 'Infinity') if exact or not np.isfinite(v) else v for v in x.ravel().tolist()]}


def case(op, fn, *operands, **attrs):
    y = fn(*[jnp.asarray(x) for x in operands])
    cases.append(
        {
            'op': op,
            'attrs': attrs,
            'operands': [tensor(x) for x in operands],
            'outputs': [tensor(y)],
            'pulled': [False],
            'gradients': [None for _ in operands],
        }
    )


key = np.asarray(random.PRNGKey(42))
other = np.asarray(random.split(random.PRNGKey(7), 3)[1])

for seed in [0, 42, -1, 2**40 + 3, -(2**50)]:
    case('random.key', random.PRNGKey, np.int64(seed))
case('random.key', random.PRNGKey, np.int32(-5))
case('random.split', random.split, key)
case('random.split', lambda k: random.split(k, (2, 3)), other, num=[2, 3])
for data in [7, 0, 2**31 + 5]:
    case('random.fold_in', random.fold_in, key, np.int64(data))
case('random.bits', lambda k: random.bits(k, (5,)).view(np.int64), key, shape=[5])
case('random.bits', lambda k: random.bits(k, (2, 2), np.uint32).view(np.int32), other, shape=[2, 2], dtype='int32')
case('random.bits', lambda k: random.bits(k, (5,), np.uint8), key, shape=[5], dtype='uint8')

for dtype in ['float64', 'float32']:
    for name in ['uniform', 'normal', 'exponential', 'gumbel', 'laplace', 'logistic']:
        draw = getattr(random, name)
        case(f'random.{name}', lambda k: draw(k, (3, 7), dtype), key, shape=[3, 7], dtype=dtype)
        case(f'random.{name}', lambda k: draw(k, (), dtype), other, dtype=dtype)
    case('random.rademacher', lambda k: random.rademacher(k, (5,), dtype), key, shape=[5], dtype=dtype)
    low, high = np.array(-2.7, dtype), np.array([[3.1], [1e3]], dtype)
    case('random.uniform', lambda k, a, b: random.uniform(k, (2, 9), dtype, a, b), key, low, high, shape=[2, 9], dtype=dtype)
    p = np.array([0.1, 0.9, 0.5], dtype)
    case('random.bernoulli', random.bernoulli, key, p)
    case('random.bernoulli', lambda k, p: random.bernoulli(k, p, (4, 3)), other, p, shape=[4, 3])
    logits = np.array([[0.3, -1.2, 0.8, 2.0], [1.0, 1.0, -np.inf, 0.2]], dtype)
    case('random.categorical', random.categorical, key, logits[0])
    case('random.categorical', lambda k, x: random.categorical(k, x, 0), key, logits[:1], axis=0)
    case('random.categorical', lambda k, x: random.categorical(k, x, shape=(8, 2)), other, logits, shape=[8, 2])
    weights = np.array([0.1, 0.0, 0.6, 0.3], dtype)
    values = np.array([10.0, 20.0, 30.0, 40.0], dtype)
    case('random.choice', lambda k, a, p: random.choice(k, a, (6,), p=p), key, values, weights, shape=[6])
    case('random.choice', lambda k, a, p: random.choice(k, a, (3,), False, p), key, values, weights, shape=[3], replace=False)

for dtype, low, high in [
    ('int64', -5, 10),
    ('int64', 0, 3),
    ('int64', -(2**63), 2**63 - 1),
    ('int64', 4, 4),
    ('int32', -(2**31), 2**31),
    ('int32', 0, 2**33),
    ('int32', 17, 1000),
    ('uint8', 0, 256),
    ('uint8', -3, 7),
]:
    bounds = np.int64(low), np.int64(high)
    case('random.randint', lambda k, a, b: random.randint(k, (6,), a, b, dtype), key, *bounds, shape=[6], dtype=dtype)
case(
    'random.randint',
    lambda k, a, b: random.randint(k, (2, 3), a, b),
    other,
    np.array([0, 5, 9]),
    np.array([[10], [100]]),
    shape=[2, 3],
)

matrix = np.arange(12.0).reshape(3, 4)
case('random.permutation', lambda k: random.permutation(k, 9), key, x=9)
case('random.permutation', lambda k, x: random.permutation(k, x, 1), key, matrix, axis=1)
case('random.permutation', lambda k, x: random.permutation(k, x, 0, independent=True), key, matrix, independent=True)
case('random.choice', lambda k: random.choice(k, 5, (4,)), key, a=5, shape=[4])
case('random.choice', lambda k, a: random.choice(k, a, (2, 2), axis=1), other, matrix, shape=[2, 2], axis=1)
case('random.choice', lambda k, a: random.choice(k, a, (2,), False), key, matrix, shape=[2], replace=False)
case('random.choice', lambda k: random.choice(k, 6, (), False), other, a=6, replace=False)

# To rounding only: what they are made of has other rounding here than in XLA.
bounds = np.array([-1.5, 0.1, 2.0]), np.array(2.5)
case('random.truncated_normal', lambda k, a, b: random.truncated_normal(k, a, b, (2, 3)), key, *bounds, shape=[2, 3])
case('random.cauchy', lambda k: random.cauchy(k, (5,)), key, shape=[5])

path = pathlib.Path(__file__).with_name('random.fixture.json')
path.write_text('[\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]\n')
