"""Records values and gradients of array ops from JAX (x64) into arrays.fixture.json: python record_arrays.py

Each case holds the op, its attributes, its operands, the float outputs (and integer ones), and for every float operand the
cotangent that the weights 1, 1.5, 2, 2.5, 1, ... pull back from the concatenated float outputs.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update('jax_enable_x64', True)

rng = np.random.default_rng(7)
cases = []


def draw(*shape):
    return np.round(rng.uniform(-2, 2, shape), 2)


def ints(values):
    return np.asarray(values, dtype=np.int64)


def number(v):
    if isinstance(v, (int, np.integer)):
        return int(v)
    return float(v) if np.isfinite(v) else ('NaN' if np.isnan(v) else 'Infinity' if v > 0 else '-Infinity')


def tensor(x):
    x = np.asarray(x)
    return {'dtype': str(x.dtype), 'shape': list(x.shape), 'data': [number(v) for v in x.ravel().tolist()]}


def case(op, fn, *operands, **attrs):
    operands = [np.asarray(x) for x in operands]
    wrt = [i for i, x in enumerate(operands) if x.dtype == np.float64]

    def outputs(*floats):
        full = list(operands)
        for i, x in zip(wrt, floats):
            full[i] = x
        y = fn(*full)
        return list(y) if isinstance(y, (list, tuple)) else [y]

    def weighted(*floats):
        total, at = 0.0, 0
        for y in outputs(*floats):
            if jnp.issubdtype(y.dtype, jnp.floating):
                w = 1 + 0.5 * ((np.arange(y.size) + at) % 4)
                total, at = total + jnp.sum(y.ravel() * w), at + y.size
        return total

    floats = [jnp.asarray(operands[i]) for i in wrt]
    ys = outputs(*floats)
    has = any(jnp.issubdtype(y.dtype, jnp.floating) for y in ys)
    grads = jax.grad(weighted, argnums=tuple(range(len(wrt))))(*floats) if wrt and has else []
    cases.append({
        'op': op,
        'attrs': attrs,
        'operands': [tensor(x) for x in operands],
        'outputs': [tensor(y) for y in ys],
        'gradients': [tensor(g) for g in grads],
    })


whole = {'slice': [None, None, None]}

for a, b in [((2, 3), (3, 4)), ((3,), (3,)), ((3,), (2, 3, 2)), ((2, 2, 3), (3,)), ((2, 1, 2, 3), (3, 3, 1)), ((2, 0), (0, 3)),
             ((2, 3), (2, 3, 2)), ((1, 2, 2), (3, 2, 1))]:
    case('matmul', jnp.matmul, draw(*a), draw(*b))
for text, shapes in [('ij,jk', [(2, 3), (3, 2)]), ('ii', [(3, 3)]), ('ii->i', [(3, 3)]), ('iij->ji', [(2, 2, 3)]),
                     ('...ij,...kj->...ik', [(2, 1, 2, 3), (2, 2, 3)]), ('i,ij,j->', [(2,), (2, 3), (3,)]),
                     ('bij,bjk,bk->bi', [(2, 2, 3), (2, 3, 2), (2, 2)]), ('ij->', [(2, 3)]), ('ij,k->ki', [(2, 2), (3,)]),
                     ('i,i->i', [(3,), (3,)]), ('ba', [(2, 3)]), ('i...->...', [(2, 3)]), ('ij,ij,ij->j', [(2, 2)] * 3)]:
    case('einsum', lambda *xs, text=text: jnp.einsum(text, *xs), *[draw(*s) for s in shapes], subscripts=text)
case('tensordot', lambda x, y: jnp.tensordot(x, y), draw(2, 3, 2), draw(3, 2, 2))
case('tensordot', lambda x, y: jnp.tensordot(x, y, axes=((0, 2), (1, 0))), draw(2, 3, 2), draw(2, 2, 3), axes=[[0, 2], [1, 0]])
case('tensordot', lambda x, y: jnp.tensordot(x, y, axes=0), draw(2), draw(2, 2), axes=0)
case('vecdot', lambda x, y: jnp.vecdot(x, y, axis=0), draw(3, 2), draw(3, 1), axis=0)
case('dot', jnp.dot, draw(2, 3), draw(2, 3, 2))
case('inner', jnp.inner, draw(2, 3), draw(2, 3))
case('outer', jnp.outer, draw(3), draw(2, 2))
case('kron', jnp.kron, draw(2, 2), draw(3))
case('trace', lambda x: jnp.trace(x, offset=1, axis1=2, axis2=0), draw(3, 2, 3), offset=1, axis1=2, axis2=0)
case('diagonal', lambda x: jnp.diagonal(x, offset=-1), draw(3, 4, 2), offset=-1)
case('diag', lambda x: jnp.diag(x, k=-2), draw(2), k=-2)
case('linalg.norm', jnp.linalg.norm, draw(2, 3))
case('linalg.norm', lambda x: jnp.linalg.norm(x, ord=1), draw(2, 3), ord=1)
case('linalg.norm', lambda x: jnp.linalg.norm(x, ord=-jnp.inf, axis=(2, 0), keepdims=True), draw(2, 3, 2), ord='-inf', axis=[2, 0], keepdims=True)
case('linalg.norm', lambda x: jnp.linalg.norm(x, ord=3, axis=1), draw(2, 3), ord=3, axis=1)
case('linalg.vector_norm', lambda x: jnp.linalg.vector_norm(x, ord=jnp.inf), draw(2, 3), ord='inf')
case('linalg.vector_norm', lambda x: jnp.linalg.vector_norm(x, ord=0.5, axis=0), draw(3, 2), ord=0.5, axis=0)

for mode in ['edge', 'reflect', 'symmetric', 'wrap']:
    case('pad', lambda x, mode=mode: jnp.pad(x, ((3, 5), (0, 2)), mode=mode), draw(3, 2), pad_width=[[3, 5], [0, 2]], mode=mode)
case('pad', lambda x: jnp.pad(x, ((1, 0), (2, 1))), draw(2, 2), pad_width=[[1, 0], [2, 1]])
case('pad', lambda x, c: jnp.pad(x, (1, 2), constant_values=c), draw(2, 2), draw(2), pad_width=[1, 2])
case('roll', lambda x: jnp.roll(x, (1, -2), axis=(0, 1)), draw(2, 3), shift=[1, -2], axis=[0, 1])
case('roll', lambda x: jnp.roll(x, 4), draw(2, 3), shift=[4])
case('tile', lambda x: jnp.tile(x, (2, 1, 2)), draw(2, 3), repetitions=[2, 1, 2])
case('repeat', lambda x: jnp.repeat(x, np.array([2, 0, 1]), axis=1), draw(2, 3), repeats=[2, 0, 1], axis=1)
case('rot90', lambda x: jnp.rot90(x, k=-1), draw(2, 3), k=-1)
case('tril', lambda x: jnp.tril(x, k=-1), draw(2, 3, 3), k=-1)
case('triu', lambda x: jnp.triu(x, k=1), draw(3, 4), k=1)
case('split', lambda x: jnp.split(x, [1, 3], axis=1), draw(2, 4), indices_or_sections=[1, 3], axis=1)
case('array_split', lambda x: jnp.array_split(x, 3), draw(5), indices_or_sections=3)
case('meshgrid', lambda x, y, z: jnp.meshgrid(x, y, z), draw(2), draw(3), draw(1))
case('stack', lambda x, y: jnp.stack([x, y], axis=-1), draw(2, 2), draw(2, 2), axis=-1)
case('diff', lambda x: jnp.diff(x, n=2, axis=0), draw(4, 2), n=2, axis=0)
case('linspace', lambda x, y: jnp.linspace(x, y, 4, endpoint=False, axis=1), draw(2), draw(2), num=4, endpoint=False, axis=1)
case('linspace', lambda x, y: jnp.linspace(x, y, 5), draw(), draw(), num=5)
case('logspace', lambda x, y: jnp.logspace(x, y, 3, base=2.0), draw(), draw(), num=3, base=2)

k0, k1 = ints([[2], [0]]), ints([1, -1, 0])
case('getitem', lambda x: x[1:4:2], draw(5), index=[{'slice': [1, 4, 2]}])
case('getitem', lambda x: x[::-2, -1], draw(5, 2), index=[{'slice': [None, None, -2]}, -1])
case('getitem', lambda x: x[..., None, -2:0:-1], draw(2, 4), index=['...', None, {'slice': [-2, 0, -1]}])
case('getitem', lambda x: x[3:1], draw(5), index=[{'slice': [3, 1, None]}])
case('getitem', lambda x, i: x[i], draw(4, 2), ints([[0, -1], [0, 0]]), index=[{'array': 0}])
case('getitem', lambda x, i, j: x[i, j], draw(3, 2, 2), k0, k1, index=[{'array': 0}, {'array': 1}])
case('getitem', lambda x, i, j: x[i, :, j], draw(3, 2, 2), k0, k1, index=[{'array': 0}, whole, {'array': 1}])
case('getitem', lambda x, i: x[0, :, i], draw(2, 2, 3), ints([2, 0]), index=[0, whole, {'array': 0}])
case('getitem', lambda x, i: x[::2, i, 1:], draw(3, 3, 3), ints([2, 2]), index=[{'slice': [None, None, 2]}, {'array': 0}, {'slice': [1, None, None]}])
case('getitem', lambda x, i: x[:, 1, i, None], draw(2, 2, 3), ints([2, 0]), index=[whole, 1, {'array': 0}, None])
case('getitem', lambda x, i: x[i, None, 1], draw(2, 3, 2), ints([1, 1, 0]), index=[{'array': 0}, None, 1])
case('getitem', lambda x, i: x[..., i], draw(2, 3), ints(1), index=['...', {'array': 0}])

for mode, f in [('set', lambda r, y: r.set(y)), ('add', lambda r, y: r.add(y)), ('max', lambda r, y: r.max(y)), ('min', lambda r, y: r.min(y))]:
    case('index_update', lambda x, y, i, f=f: f(x.at[i], y), draw(4, 2), draw(3, 2), ints([0, 2, 0]), index=[{'array': 0}], mode=mode)
    case('index_update', lambda x, y, i, f=f: f(x.at[::-1, i], y), draw(2, 4), draw(2, 1), ints([3, 1]),
         index=[{'slice': [None, None, -1]}, {'array': 0}], mode=mode)
    case('index_update', lambda x, y, f=f: f(x.at[1:, 0], y), draw(3, 2), draw(2), index=[{'slice': [1, None, None]}, 0], mode=mode)
    case('index_update', lambda x, y, i, f=f: f(x.at[i, :, i], y), draw(2, 2, 2), draw(2, 2), ints([1, 0]),
         index=[{'array': 0}, whole, {'array': 0}], mode=mode)
case('index_update', lambda x, y, i: x.at[i].multiply(y, unique_indices=True), draw(4), draw(2), ints([3, 1]), index=[{'array': 0}], mode='multiply')
case('index_update', lambda x, y, i: x.at[i].divide(y, unique_indices=True), draw(4), draw(2), ints([3, 1]), index=[{'array': 0}], mode='divide')

case('take', lambda x, i: jnp.take(x, i, axis=1), draw(2, 3), ints([[2, 0], [1, 1]]), axis=1)
case('take', lambda x, i: jnp.take(x, i, mode='clip'), draw(2, 3), ints([5, 0, 9]), mode='clip')
case('take', lambda x, i: jnp.take(x, i, mode='wrap'), draw(2, 3), ints([5, -7, 9]), mode='wrap')
case('take', lambda x, i: jnp.take(x, i, mode='fill', fill_value=4.0, axis=0), draw(3, 2), ints([1, 3, -3, -4]), mode='fill', fill_value=4, axis=0)
case('take_along_axis', lambda x, i: jnp.take_along_axis(x, i, axis=0), draw(3, 2), ints([[2, 0], [2, -1]]), axis=0)
case('put_along_axis', lambda x, i, y: jnp.put_along_axis(x, i, y, axis=1, inplace=False), draw(2, 3), ints([[2], [0]]), draw(2, 1), axis=1)

for axis in [None, 1, [0, 2]]:
    over = None if axis is None else tuple(axis) if isinstance(axis, list) else axis
    x = draw(2, 3, 2)
    for op in ['sum', 'prod', 'max', 'min', 'mean', 'var', 'std', 'ptp', 'median']:
        case(op, lambda x, op=op, over=over: getattr(jnp, op)(x, axis=over), x, axis=axis)
    for op in ['all', 'any', 'count_nonzero']:
        case(op, lambda x, op=op, over=over: getattr(jnp, op)(x, axis=over), x > 0, axis=axis)
case('var', lambda x: jnp.var(x, axis=0, correction=1, keepdims=True), draw(3, 2), axis=0, correction=1, keepdims=True)
mask = np.array([[True, False, True], [True, True, True]])
for op in ['sum', 'prod', 'mean', 'var', 'std']:
    case(op, lambda x, m, op=op: getattr(jnp, op)(x, axis=1, where=m), draw(2, 3), mask, axis=1, **{'$where': 1})
case('max', lambda x, m: jnp.max(x, axis=1, where=m, initial=-1.0), draw(2, 3), mask, axis=1, initial=-1, **{'$where': 1})
case('sum', lambda x: jnp.sum(x, initial=2.5), draw(3), initial=2.5)
case('average', lambda x, w: jnp.average(x, axis=1, weights=w), draw(2, 3), np.array([0.5, 1.0, 2.0]), axis=1, **{'$weights': 1})
case('sum', jnp.sum, ints([3, -4]))
case('sum', jnp.sum, np.array([True, True, False]))
case('prod', lambda x: jnp.prod(x, axis=1), draw(2, 0), axis=1)

for op in ['cumsum', 'cumprod']:
    case(op, lambda x, op=op: getattr(jnp, op)(x), draw(2, 3))
    case(op, lambda x, op=op: getattr(jnp, op)(x, axis=1), draw(2, 5, 2), axis=1)
case('cumprod', jnp.cumprod, np.array([2.0, 0.0, 3.0, 0.0, 1.5]))
case('cumulative_sum', lambda x: jnp.cumulative_sum(x, axis=1, include_initial=True), draw(2, 3), axis=1, include_initial=True)
case('cumulative_prod', lambda x: jnp.cumulative_prod(x, include_initial=True), draw(3), include_initial=True)
case('cummax', lambda x: jax.lax.cummax(x, axis=1), draw(2, 5), axis=1)
case('cummin', lambda x: jax.lax.cummin(x, axis=0, reverse=True), draw(5, 2), axis=0, reverse=True)

case('sort', lambda x: jnp.sort(x, axis=0), draw(4, 2), axis=0)
case('sort', lambda x: jnp.sort(x, axis=None, descending=True), draw(2, 3), axis=None, descending=True)
case('argsort', jnp.argsort, np.array([2.0, np.nan, 1.0, 2.0, -np.inf, 1.0]))
case('argsort', lambda x: jnp.argsort(x, descending=True), np.array([2.0, np.nan, 1.0, 2.0, -np.inf, 1.0]), descending=True)
case('argmax', lambda x: jnp.argmax(x, axis=1, keepdims=True), np.array([[1.0, 3.0, 3.0], [1.0, np.nan, 2.0]]), axis=1, keepdims=True)
case('argmin', jnp.argmin, ints([[3, 1], [1, 2]]))
case('topk', lambda x: [v.astype(jnp.int64) if v.dtype == jnp.int32 else v for v in jax.lax.top_k(x, 2)], draw(2, 4), k=2)
for side in ['left', 'right']:
    case('searchsorted', lambda a, v, side=side: jnp.searchsorted(a, v, side=side).astype(jnp.int64),
         np.array([-1.0, 0.0, 0.0, 2.0]), np.array([[0.0, 3.0], [-2.0, np.nan]]), side=side)
for method in ['linear', 'lower', 'higher', 'midpoint', 'nearest']:
    case('quantile', lambda x, q, method=method: jnp.quantile(x, q, axis=1, method=method), draw(2, 5), np.array([0.13, 0.62]), axis=1, method=method)
case('percentile', lambda x, q: jnp.percentile(x, q), draw(2, 3), np.array(40.0))

case('one_hot', lambda i: jax.nn.one_hot(i, 3, axis=0), ints([2, 0, 5]), num_classes=3, axis=0)

path = pathlib.Path(__file__).with_name('arrays.fixture.json')
path.write_text('[\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]\n')
print(f'{len(cases)} cases, {path.stat().st_size} bytes')
