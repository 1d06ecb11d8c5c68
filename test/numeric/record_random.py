"""Records test/numeric/random-cases.json: what jax.random draws, for engine/numeric/threefry.ts and random.ts.

Run with a Python that has jax 0.10.2. `--count N` draws N numbers of each kind (the committed file has the default),
`--output FILE` writes elsewhere.
"""

import argparse
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update('jax_enable_x64', True)

parser = argparse.ArgumentParser()
parser.add_argument('--count', type=int, default=40)
parser.add_argument('--output', type=Path, default=Path(__file__).with_name('random-cases.json'))
options = parser.parse_args()
count = options.count
key = jax.random.key(2026)


def text(numbers):
    """All of them in one string; floats as the shortest decimals that read back as the same float."""
    flat = np.asarray(numbers).ravel()
    if flat.dtype == bool:
        flat = flat.astype(int)
    if flat.dtype == np.float32:
        return ' '.join(np.format_float_positional(x, unique=True, trim='-') if 1e-4 < abs(x) < 1e6 else str(x) for x in flat)
    return ' '.join(str(x).removesuffix('.0') for x in flat.tolist())


def data(k):
    return text(jax.random.key_data(k))


seeds = [0, 1, 42, -1, 2**31, 2**32 - 1, 2**32, 123456789012345678, -(2**63), 2**63 - 1]
cases = {'key': {str(seed): data(jax.random.key(seed)) for seed in seeds}}
cases['split'] = {str(n): data(jax.random.split(jax.random.key(42), n)) for n in (1, 2, 5)}
cases['foldIn'] = {str(n): data(jax.random.fold_in(jax.random.key(42), n)) for n in (0, 7, 2**32 - 1)}
cases['bits'] = {
    str(width): text(jax.random.bits(key, (count,), f'uint{width}')) for width in (8, 16, 32, 64)
}
for dtype in ('float32', 'float64'):
    t = jnp.dtype(dtype)
    draws = {
        'uniform': jax.random.uniform(key, (count,), t),
        'uniform -3 5': jax.random.uniform(key, (count,), t, -3.0, 5.0),
        'uniform 0.1 0.7': jax.random.uniform(key, (count,), t, 0.1, 0.7),
        'normal': jax.random.normal(key, (count,), t),
        'truncatedNormal -2 2': jax.random.truncated_normal(key, -2.0, 2.0, (count,), t),
        'truncatedNormal 0.5 3': jax.random.truncated_normal(key, 0.5, 3.0, (count,), t),
        'exponential': jax.random.exponential(key, (count,), t),
        'gumbel': jax.random.gumbel(key, (count,), t),
        'laplace': jax.random.laplace(key, (count,), t),
        'logistic': jax.random.logistic(key, (count,), t),
        'bernoulli 0.3': jax.random.bernoulli(key, t.type(0.3), (count,)),
    }
    cases[dtype] = {name: text(drawn) for name, drawn in draws.items()}
ranges = {
    'int32': [(0, 10), (-5, 7), (0, 2**31 - 1), (-(2**31), 2**31 - 1), (3, 3), (0, 2**31)],
    'int64': [(0, 10), (-5, 7), (0, 2**40), (-(2**63), 2**63 - 1), (9, 2)],
}
for dtype, pairs in ranges.items():
    cases[dtype] = {
        f'{low} {high}': text(jax.random.randint(key, (min(count, 12),), low, high, jnp.dtype(dtype))) for low, high in pairs
    }
logits = jnp.asarray([0.5, -1.0, 2.0, -jnp.inf, 0.0])
cases['categorical'] = {
    'float64 0.5 -1 2 -Infinity 0': text(jax.random.categorical(key, logits, shape=(count,))),
    'float32 0.5 -1 2 -Infinity 0': text(jax.random.categorical(key, logits.astype(jnp.float32), shape=(count,))),
}
cases['permutation'] = {str(n): text(jax.random.permutation(key, n)) for n in (1, 2, 10, 50, 3000) if n <= max(count, 50)}
cases['choice'] = {
    '20 8 true': text(jax.random.choice(key, 20, (8,))),
    '20 8 false': text(jax.random.choice(key, 20, (8,), replace=False)),
}
options.output.write_text(json.dumps(cases, indent=2).replace('inf', 'Infinity') + '\n')
