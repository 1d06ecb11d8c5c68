"""Records values, gradients and curvatures of elementwise ops, activations, losses and special functions into
elementwise.fixture.json, from JAX (x64) and PyTorch: python record_elementwise.py

Each case holds the op, its attributes, its operands and its output; for float operands the cotangent that the weights
1, 1.5, 2, 2.5, 1, ... pull back from the output, and the derivative of those cotangents along 1, 1.5, 2, 2.5, 1, ... through
the elements of all operands that have one. Points are ordinary ones: kinks and singular points are pinned in kinks.test.ts.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import jax.scipy.special as special
import numpy as np
import torch
import torch.nn.functional as F

jax.config.update('jax_enable_x64', True)

cases = []


def number(v):
    if isinstance(v, (bool, int, np.integer)):
        return int(v)
    return float(v) if np.isfinite(v) else ('NaN' if np.isnan(v) else 'Infinity' if v > 0 else '-Infinity')


def tensor(x):
    x = x.numpy(force=True) if isinstance(x, torch.Tensor) else np.asarray(x)
    return {'dtype': str(x.dtype), 'shape': list(x.shape), 'data': [number(v) for v in x.ravel().tolist()]}


def weights(n, start=0):
    return 1 + 0.5 * ((np.arange(n) + start) % 4)


def directions(floats):
    out, at = [], 0
    for x in floats:
        out.append(weights(x.size, at).reshape(x.shape))
        at += x.size
    return out


def record(op, operands, attrs, wrt, value, gradients, curvatures):
    where = {i: k for k, i in enumerate(wrt)}
    cases.append({
        'op': op,
        'attrs': attrs,
        'operands': [tensor(x) for x in operands],
        'outputs': [tensor(value)],
        'pulled': [len(gradients) > 0],
        'gradients': [tensor(gradients[where[i]]) if i in where and gradients else None for i in range(len(operands))],
        'curvatures': [tensor(c) for c in curvatures],
    })


def case(op, fn, *operands, **attrs):
    """A function of JAX."""
    operands = [np.asarray(x) for x in operands]
    wrt = [i for i, x in enumerate(operands) if x.dtype == np.float64]
    floats = [jnp.asarray(operands[i]) for i in wrt]

    def full(*xs):
        ys = list(operands)
        for i, x in zip(wrt, xs):
            ys[i] = x
        return fn(*ys)

    value = full(*floats)
    if not wrt or not jnp.issubdtype(value.dtype, jnp.floating):
        return record(op, operands, attrs, wrt, value, [], [])

    def weighted(*xs):
        y = full(*xs)
        return jnp.sum(y.ravel() * weights(y.size))

    grad = jax.grad(weighted, argnums=tuple(range(len(wrt))))
    gradients, curvatures = jax.jvp(grad, tuple(floats), tuple(jnp.asarray(d) for d in directions(floats)))
    record(op, operands, attrs, wrt, value, gradients, curvatures)


def case_torch(op, fn, *operands, keywords=(), **attrs):
    """A function of PyTorch; the last operands go by keyword where `keywords` names them, and have no derivative."""
    operands = [np.asarray(x) for x in operands]
    count = len(operands) - len(keywords)
    wrt = [i for i, x in enumerate(operands[:count]) if x.dtype == np.float64]
    xs = [torch.tensor(x, requires_grad=i in wrt) for i, x in enumerate(operands)]
    floats = [xs[i] for i in wrt]
    y = fn(*xs[:count], **dict(zip(keywords, xs[count:])), **attrs)
    total = (y.reshape(-1) * torch.tensor(weights(y.numel()))).sum()
    gradients = torch.autograd.grad(total, floats, create_graph=True, materialize_grads=True)
    along = sum((g * torch.tensor(d)).sum() for g, d in zip(gradients, directions([operands[i] for i in wrt])))
    if along.requires_grad:
        curvatures = torch.autograd.grad(along, floats, materialize_grads=True)
    else:
        curvatures = [torch.zeros_like(x) for x in floats]
    record(op, operands, attrs, wrt, y, gradients, curvatures)


plain = [-2.3, -0.6, 0.4, 1.9]
positive = [0.2, 0.9, 1.7, 6.5]
unit = [-0.9, -0.3, 0.2, 0.7]
inside = [0.05, 0.4, 0.6, 0.97]
wide = [-30.0, -4.0, 0.3, 25.0]

for name in ['abs', 'atan', 'asinh', 'cos', 'cosh', 'exp', 'expm1', 'exp2', 'negative', 'sin', 'sinh', 'square', 'tan', 'tanh', 'cbrt',
             'reciprocal', 'sign', 'floor', 'ceil', 'trunc', 'round', 'deg2rad', 'rad2deg', 'nan_to_num', 'positive', 'isnan', 'isinf',
             'isfinite', 'signbit', 'logical_not']:
    case(name, getattr(jnp, name), plain)
for name in ['log', 'log1p', 'log2', 'log10', 'sqrt']:
    case(name, getattr(jnp, name), positive)
case('rsqrt', jax.lax.rsqrt, positive)
case('acosh', jnp.acosh, [1.01, 1.5, 3.0, 40.0])
for name in ['acos', 'asin', 'atanh']:
    case(name, getattr(jnp, name), unit)
for name in ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'fmax', 'fmin', 'atan2', 'hypot', 'copysign', 'logaddexp',
             'logaddexp2', 'remainder', 'fmod', 'floor_divide', 'heaviside', 'equal', 'not_equal', 'less', 'less_equal', 'greater',
             'greater_equal', 'logical_and', 'logical_or', 'logical_xor']:
    case(name, getattr(jnp, name), plain, [1.3, -0.7, -2.4, 0.8])
case('pow', jnp.pow, positive, plain)
case('float_power', jnp.float_power, positive, plain)
case('integer_pow', lambda x: jax.lax.integer_pow(x, 5), plain, y=5)
case('integer_pow', lambda x: jax.lax.integer_pow(x, -2), plain, y=-2)
case('clip', jnp.clip, plain, [-1.0] * 4, [1.0] * 4)
case('round', lambda x: jnp.round(x, 1), [-2.35, 0.25, 1.97], decimals=1)
case('round', lambda x: jnp.round(x, -1), [-24.0, 15.0, 26.0], decimals=-1)
case_torch('lerp', torch.lerp, plain, positive, inside)

ints = np.array([-7, -3, 0, 5, 12])
for name in ['abs', 'sign', 'negative', 'square', 'bitwise_invert']:
    case(name, getattr(jnp, name), ints)
for name in ['floor_divide', 'remainder', 'fmod', 'bitwise_and', 'bitwise_or', 'bitwise_xor', 'maximum', 'minimum', 'divide']:
    case(name, getattr(jnp, name), ints, np.array([2, -2, 5, -3, 7]))
case('trunc_divide', jax.lax.div, ints, np.array([2, -2, 5, -3, 7]))
case('pow', jnp.pow, ints, np.array([3, 0, 0, 2, 40]))
for name in ['bitwise_left_shift', 'bitwise_right_shift']:
    case(name, getattr(jnp, name), ints, np.array([1, 2, 3, 62, 70]))

nn = jax.nn
for name in ['relu', 'relu6', 'elu', 'celu', 'selu', 'gelu', 'silu', 'sigmoid', 'log_sigmoid', 'softplus', 'soft_sign', 'mish',
             'hard_tanh', 'hard_sigmoid', 'hard_silu', 'leaky_relu', 'squareplus']:
    case(name, getattr(nn, name), plain)
for name in ['sigmoid', 'log_sigmoid', 'softplus', 'silu', 'mish', 'selu', 'soft_sign']:
    case(name, getattr(nn, name), [-4.0, 25.0] if name == 'silu' else wide)
case('gelu', lambda x: nn.gelu(x, approximate=False), plain, approximate=False)
case('elu', nn.elu, plain, [1.5, 0.5, 0.7, 2.0])
case('leaky_relu', nn.leaky_relu, plain, [0.5, 0.1, 0.2, 0.3])
case('log1mexp', nn.log1mexp, positive)
case('glu', nn.glu, [[0.3, -1.2, 0.8, 2.0]])
case_torch('prelu', F.prelu, [[0.5, -1.0], [-0.3, 0.2]], [0.25, 0.75])
for name in ['softshrink', 'hardshrink', 'tanhshrink']:
    case_torch(name, getattr(F, name), plain)
rows = [[0.3, -1.2, 0.8], [2.0, 1.1, -0.4]]
for name in ['softmax', 'log_softmax']:
    case(name, getattr(nn, name), rows)
    case(name, lambda x, name=name: getattr(nn, name)(x, axis=0), rows, axis=0)
case('softmax', lambda x, where: nn.softmax(x, where=where), rows, np.array([[True, False, True], [True, True, True]]))
case('logsumexp', special.logsumexp, rows)
case('logsumexp', lambda x: special.logsumexp(x, axis=1, keepdims=True), rows, axis=1, keepdims=True)
case('logsumexp', lambda x, b: special.logsumexp(x, axis=1, b=b), rows, [[1.0, 0.5, 2.0], [0.3, 0.2, 1.5]], axis=1)

for name in ['erf', 'erfc', 'ndtr', 'log_ndtr']:
    case(name, getattr(special, name), plain)
case('erfcx', special.erfcx, [-0.6, 0.4, 1.9])
case('erfinv', special.erfinv, unit)
case('ndtri', special.ndtri, inside)
case('logit', special.logit, inside)
case('lgamma', special.gammaln, positive)
case('digamma', special.digamma, positive)
case('polygamma', lambda x: special.polygamma(2, x), positive, n=2)
case('gamma_fn', special.gamma, positive)
case('betaln', special.betaln, positive, inside)
case('multigammaln', lambda x: special.multigammaln(x, 3), [2.5, 4.0], d=3)
case('xlogy', special.xlogy, plain, positive)
case('xlog1py', special.xlog1py, plain, positive)
case('entr', special.entr, positive)
case('rel_entr', special.rel_entr, positive, inside)

classes, soft = np.array([2, 0]), [[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]]
per_class = [0.5, 1.5, 2.0]
target = [[0.1, 0.9, -0.5], [1.0, 2.5, 0.3]]
for reduction in ['mean', 'sum', 'none']:
    case_torch('mse_loss', F.mse_loss, rows, target, reduction=reduction)
    case_torch('cross_entropy', F.cross_entropy, rows, classes, reduction=reduction)
    case_torch('cross_entropy', F.cross_entropy, rows, classes, per_class, keywords=['weight'], reduction=reduction,
               label_smoothing=0.2, ignore_index=0)
    case_torch('nll_loss', F.nll_loss, rows, classes, per_class, keywords=['weight'], reduction=reduction)
case_torch('cross_entropy', F.cross_entropy, rows, soft)
case_torch('cross_entropy', F.cross_entropy, rows, soft, per_class, keywords=['weight'], label_smoothing=0.1)
case_torch('cross_entropy', F.cross_entropy, [0.3, -1.2, 0.8], np.array(1))
case_torch('cross_entropy', F.cross_entropy, [[[0.3, -1.2], [0.8, 0.1], [0.5, 0.0]]], np.array([[2, 1]]), ignore_index=1)
case_torch('nll_loss', F.nll_loss, rows, classes, ignore_index=2)
case_torch('l1_loss', F.l1_loss, rows, target)
case_torch('huber_loss', F.huber_loss, rows, target, delta=0.8)
case_torch('smooth_l1_loss', F.smooth_l1_loss, rows, target, beta=0.7)
case_torch('binary_cross_entropy', F.binary_cross_entropy, inside, [0.1, 0.9, 0.4, 1.0])
case_torch('binary_cross_entropy_with_logits', F.binary_cross_entropy_with_logits, wide, [0.1, 0.9, 0.4, 1.0])
case_torch('binary_cross_entropy_with_logits', F.binary_cross_entropy_with_logits, rows, soft, per_class, [2.0, 1.0, 0.5],
           keywords=['weight', 'pos_weight'], reduction='sum')
case_torch('kl_div', F.kl_div, target, soft, reduction='batchmean')
case_torch('kl_div', F.kl_div, target, rows, log_target=True)
case_torch('poisson_nll_loss', F.poisson_nll_loss, rows, [[0.5, 1.0, 4.0], [2.0, 3.0, 1.0]], full=True)
case_torch('gaussian_nll_loss', F.gaussian_nll_loss, rows, target, [[0.5, 1.0, 2.0], [0.7, 1.5, 0.2]], full=True)

path = pathlib.Path(__file__).with_name('elementwise.fixture.json')
path.write_text('[\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]\n')
