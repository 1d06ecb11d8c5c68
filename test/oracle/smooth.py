"""Where functions of jax.numpy are smooth: away from kinks, ties and the ends of their domains."""

import numpy as np

MARGIN = 0.03


def clear(x, *kinks):
    return all(np.all(np.abs(np.asarray(x) - k) > MARGIN) for k in kinks)


def distinct(x):
    values = np.sort(np.asarray(x).ravel())
    return bool(np.all(np.diff(values) > MARGIN))


def apart(x, y):
    return bool(np.all(np.abs(np.asarray(x) - np.asarray(y)) > MARGIN))


def off_integers(x):
    x = np.asarray(x)
    return bool(np.all(np.abs(x - np.round(x)) > MARGIN)) and bool(np.all(np.abs(x - np.floor(x) - 0.5) > MARGIN))


def within(low, high):
    return lambda x: bool(np.all((np.asarray(x) > low) & (np.asarray(x) < high)))


def anywhere(_x):
    return True


# Functions of one array and where they are smooth; the second table is known to PyTorch's stand-in too.
UNARY = {
    "jnp.tan": within(-1.2, 1.2),
    "jnp.arcsin": within(-0.9, 0.9),
    "jnp.arccos": within(-0.9, 0.9),
    "jnp.sinh": within(-2, 2),
    "jnp.cosh": within(-2, 2),
    "jnp.arcsinh": anywhere,
    "jnp.arccosh": within(1.2, 20),
    "jnp.arctanh": within(-0.9, 0.9),
    "jnp.exp2": within(-4, 3),
    "jnp.log2": within(0.2, 20),
    "jnp.log10": within(0.2, 20),
    "jnp.cbrt": within(0.2, 20),
    "jnp.reciprocal": lambda x: bool(np.all(np.abs(np.asarray(x)) > 0.3)),
    "jnp.negative": anywhere,
    "jnp.sign": lambda x: clear(x, 0),
    "jnp.floor": off_integers,
    "jnp.ceil": off_integers,
    "jnp.round": off_integers,
    "jnp.trunc": off_integers,
    "jnp.sinc": anywhere,
    "jnp.deg2rad": anywhere,
    "jax.nn.relu6": lambda x: clear(x, 0, 6),
    "jax.nn.selu": lambda x: clear(x, 0),
    "jax.nn.celu": lambda x: clear(x, 0),
    "jax.nn.log_sigmoid": anywhere,
    "jax.nn.soft_sign": lambda x: clear(x, 0),
    "jax.nn.hard_tanh": lambda x: clear(x, -1, 1),
    "jax.nn.gelu": anywhere,
    "jax.nn.mish": anywhere,
    "jax.scipy.special.erf": anywhere,
    "jax.scipy.special.erfc": anywhere,
    "jax.scipy.special.expit": anywhere,
    "jax.scipy.special.gammaln": within(0.5, 8),
    "jax.scipy.special.digamma": within(0.5, 8),
    "jax.lax.rsqrt": within(0.2, 20),
}
COMMON_UNARY = {
    "jnp.sin": anywhere,
    "jnp.cos": anywhere,
    "jnp.tanh": anywhere,
    "jnp.exp": within(-6, 2),
    "jnp.expm1": within(-6, 2),
    "jnp.log": within(0.2, 20),
    "jnp.log1p": within(-0.7, 20),
    "jnp.sqrt": within(0.1, 20),
    "jnp.square": anywhere,
    "jnp.abs": lambda x: clear(x, 0),
    "jnp.arctan": anywhere,
    "jax.nn.relu": lambda x: clear(x, 0),
    "jax.nn.sigmoid": anywhere,
    "jax.nn.softplus": anywhere,
    "jax.nn.silu": anywhere,
    "jax.nn.elu": lambda x: clear(x, 0),
    "jax.nn.leaky_relu": lambda x: clear(x, 0),
}
BINARY = {
    "jnp.hypot": lambda x, y: bool(np.all(np.hypot(x, y) > 0.3)),
    "jnp.arctan2": lambda x, y: bool(np.all(np.hypot(x, y) > 0.3)) and (clear(x, 0) or within(0, 99)(y)),
    "jnp.power": lambda x, y: within(0.3, 9)(x) and within(-3, 3)(y),
    "jnp.copysign": lambda x, y: clear(x, 0) and clear(y, 0),
    "jnp.fmax": apart,
    "jnp.fmin": apart,
    "jnp.logaddexp2": lambda x, y: True,
    "jax.scipy.special.xlogy": lambda x, y: within(0.3, 20)(y),
}
COMMON_BINARY = {
    "jnp.maximum": apart,
    "jnp.minimum": apart,
    "jnp.logaddexp": lambda x, y: True,
}
