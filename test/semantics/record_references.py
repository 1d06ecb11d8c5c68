"""Records what PyTorch and JAX give at kinks and singular points, into references.json.

For every case: the value, the gradient with a cotangent of ones (or the one given) and the JVP with tangents of ones,
in float64. Run with the Python that has torch and jax: python test/semantics/record_references.py
"""

import json
import math
import pathlib

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import torch
import torch.nn.functional as F
from jax.scipy import special as jsp

inf, nan = math.inf, math.nan
nn, lax = jax.nn, jax.lax
zero_one = ([0.0, 1.0],)


def both(f):
    """A case that reads the same in both libraries, given the module of functions."""
    return (lambda *x: f(torch, *x)), (lambda *x: f(jnp, *x))


def xlogy_loss(lib, log_input):
    target = lib.as_tensor([0.0, 1.0], dtype=torch.float64) if lib is torch else jnp.array([0.0, 1.0])
    return (target * (lib.log(target) - log_input)).sum()


def bce(p):
    t = jnp.array([1.0, 0.0])
    return -(t * jnp.log(p) + (1 - t) * jnp.log1p(-p))


T = lambda *x: torch.tensor(x, dtype=torch.float64)  # noqa: E731
I = lambda *x: torch.tensor(x)  # noqa: E731, E741
J = lambda *x: jnp.array(x)  # noqa: E731

# name: (inputs, torch, jax) and a cotangent where it is not ones.
CASES = {
    "max()": ([[1, 1, 0]], *both(lambda m, x: x.max())),
    "amax": ([[1, 1, 0]], lambda x: torch.amax(x), lambda x: jnp.amax(x)),
    "max(dim)": ([[1, 1, 0]], lambda x: x.max(dim=0).values, lambda x: x.max(axis=0)),
    "min()": ([[1, 1, 3]], *both(lambda m, x: x.min())),
    "max with nan": ([[1, nan, 3]], *both(lambda m, x: x.max())),
    "maximum": ([2, 2], *both(lambda m, a, b: m.maximum(a, b))),
    "maximum nan": ([2, nan], *both(lambda m, a, b: m.maximum(a, b))),
    "minimum": ([2, 2], *both(lambda m, a, b: m.minimum(a, b))),
    "fmax": ([2, 2], *both(lambda m, a, b: m.fmax(a, b))),
    "fmax nan": ([2, nan], *both(lambda m, a, b: m.fmax(a, b))),
    "cummax ties": ([[1, 1, 0, 1]], lambda x: torch.cummax(x, 0).values, lambda x: lax.cummax(x)),
    "median even": ([[1, 2, 3, 4]], *both(lambda m, x: m.median(x))),
    "median tie": ([[1, 2, 2, 4, 5]], *both(lambda m, x: m.median(x))),
    "quantile .5": ([[1, 2, 3, 4]], *both(lambda m, x: m.quantile(x, 0.5))),
    "sort ties": ([[2, 1, 1, 0]], lambda x: torch.sort(x, stable=True).values, jnp.sort, [1, 2, 3, 4]),
    "sort nan": ([[2, nan, 1]], lambda x: torch.sort(x, stable=True).values, jnp.sort, [1, 2, 3]),
    "topk ties": ([[1, 1, 1]], lambda x: torch.topk(x, 2).values, lambda x: lax.top_k(x, 2)[0], [1, 2]),
    "maxpool ties": (
        [[1, 1, 3, 3]],
        lambda x: F.max_pool1d(x[None, None], 2)[0, 0],
        lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (2,), (2,), "VALID"),
    ),
    "abs": ([[0, -0.0]], *both(lambda m, x: m.abs(x))),
    "sign": ([[0, -1]], *both(lambda m, x: m.sign(x))),
    "relu": ([[0, -1, nan]], F.relu, nn.relu),
    "relu as maximum(x,0)": ([[0]], lambda x: torch.maximum(x, T(0)), lambda x: jnp.maximum(x, 0)),
    "relu6": ([[0, 6]], F.relu6, nn.relu6),
    "leaky_relu": ([[0]], lambda x: F.leaky_relu(x, 0.1), lambda x: nn.leaky_relu(x, 0.1)),
    "elu": ([[0]], F.elu, nn.elu),
    "hardtanh": ([[-1, 1, 0]], F.hardtanh, nn.hard_tanh),
    "hardsigmoid": ([[-3, 3]], F.hardsigmoid, nn.hard_sigmoid),
    "clip": ([[0, 1, 0.5, -1, 2]], lambda x: torch.clamp(x, 0, 1), lambda x: jnp.clip(x, 0, 1)),
    "clamp tensor bounds": ([[0, 1, 2], [0, 0, 0], [1, 1, 1]], torch.clamp, jnp.clip),
    "lax.clamp": ([[0, 1, 0.5, -1, 2]], lambda x: torch.clamp(x, 0, 1), lambda x: lax.clamp(0.0, x, 1.0)),
    "clip lo>hi": ([[0.5]], lambda x: torch.clamp(x, 1, 0), lambda x: jnp.clip(x, 1, 0)),
    "clip nan": ([[nan]], lambda x: torch.clamp(x, 0, 1), lambda x: jnp.clip(x, 0, 1)),
    "sqrt": ([[0, -1]], *both(lambda m, x: m.sqrt(x))),
    "sqrt 0 head0": ([[0]], *both(lambda m, x: m.sqrt(x)), [0]),
    "rsqrt": ([[0]], torch.rsqrt, lax.rsqrt),
    "cbrt": ([[0, -8]], lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), jnp.cbrt),
    **{
        f"pow({a}, {b})".replace("inf", "Infinity"): ([a, b], *both(lambda m, x, y: x**y))
        for a, b in [(0, 0), (0, 1), (0, 2), (0, 0.5), (0, -1), (-2, 2), (-2, 3), (-2, 0.5), (1, inf), (0, 3)]
    },
    "pow(const 0, x)": ([[0, 1, 2]], *both(lambda m, x: 0.0**x)),
    "where nan branch": (
        [[0, -1, 4]],
        lambda x: torch.where(x > 0, torch.sqrt(x), 0.0),
        lambda x: jnp.where(x > 0, jnp.sqrt(x), 0),
    ),
    "where double": ([[0, -1, 4]], *both(lambda m, x: m.where(x > 0, m.sqrt(m.where(x > 0, x, 1.0)), 0.0))),
    "norm2": ([[0, 0]], *both(lambda m, x: m.linalg.norm(x))),
    "norm1": ([[0, 0]], *both(lambda m, x: m.linalg.norm(x, 1))),
    "norminf ties": ([[1, -1, 0]], *both(lambda m, x: m.linalg.norm(x, inf))),
    "norm p=3": ([[0, 0]], *both(lambda m, x: m.linalg.norm(x, 3))),
    "std const": ([[1, 1, 1]], lambda x: x.std(correction=0), jnp.std),
    "var n=1 ddof1": ([[1]], lambda x: x.var(correction=1), lambda x: jnp.var(x, ddof=1)),
    "hypot": ([0, 0], *both(lambda m, a, b: m.hypot(a, b))),
    "atan2": ([0, 0], *both(lambda m, a, b: m.arctan2(a, b))),
    "prod zero": ([[0, 2, 3]], *both(lambda m, x: x.prod())),
    "prod two zeros": ([[0, 0, 3]], *both(lambda m, x: x.prod())),
    "cumprod zero": ([[0, 2, 3]], *both(lambda m, x: m.cumprod(x, 0))),
    "logsumexp -inf all": ([[-inf, -inf]], lambda x: torch.logsumexp(x, 0), jsp.logsumexp),
    "logsumexp -inf some": ([[-inf, 0]], lambda x: torch.logsumexp(x, 0), jsp.logsumexp),
    "logsumexp +inf": ([[inf, 0]], lambda x: torch.logsumexp(x, 0), jsp.logsumexp),
    "logsumexp +inf two": ([[inf, inf]], lambda x: torch.logsumexp(x, 0), jsp.logsumexp),
    "logsumexp empty": ([[]], lambda x: torch.logsumexp(x, 0), jsp.logsumexp),
    "logaddexp -inf": ([-inf, -inf], *both(lambda m, a, b: m.logaddexp(a, b))),
    "logaddexp tie": ([1, 1], *both(lambda m, a, b: m.logaddexp(a, b))),
    "logaddexp inf": ([inf, inf], *both(lambda m, a, b: m.logaddexp(a, b))),
    "softmax -inf all": ([[-inf, -inf]], lambda x: F.softmax(x, 0), nn.softmax),
    "softmax -inf some": ([[-inf, 0]], lambda x: F.softmax(x, 0), nn.softmax, [1, 0]),
    "log_softmax some": ([[-inf, 0]], lambda x: F.log_softmax(x, 0), nn.log_softmax, [0, 1]),
    "div": ([[1, 0], [0, 0]], *both(lambda m, a, b: a / b)),
    "reciprocal": ([[0]], *both(lambda m, x: m.reciprocal(x))),
    "log": ([[0, -1]], *both(lambda m, x: m.log(x))),
    "log 0 head 0": ([[0]], *both(lambda m, x: m.log(x)), [0]),
    "log1p": ([[-1]], *both(lambda m, x: m.log1p(x))),
    "xlogy": ([0, 0], torch.xlogy, jsp.xlogy),
    "x*log x": ([[0]], *both(lambda m, x: x * m.log(x))),
    "entr": ([[0]], torch.special.entr, jsp.entr),
    "exp": ([[1000]], *both(lambda m, x: m.exp(x))),
    "sigmoid": ([[-1000, 1000]], torch.sigmoid, nn.sigmoid),
    "softplus": ([[-1000, 1000]], F.softplus, nn.softplus),
    "logsigmoid": ([[-1000, 1000]], F.logsigmoid, nn.log_sigmoid),
    "tanh": ([[1000]], *both(lambda m, x: m.tanh(x))),
    "floor_divide": ([7, 2], *both(lambda m, a, b: m.floor_divide(a, b))),
    "remainder": ([[7, -7], [2, 2]], *both(lambda m, a, b: m.remainder(a, b))),
    "remainder at multiple": ([[4], [2]], *both(lambda m, a, b: m.remainder(a, b))),
    "fmod": ([[7, -7], [2, 2]], *both(lambda m, a, b: m.fmod(a, b))),
    "floor": ([[1, 1.5]], *both(lambda m, x: m.floor(x))),
    "round": ([[0.5, 1.5, 2.5]], *both(lambda m, x: m.round(x))),
    "trunc": ([[1.5]], *both(lambda m, x: m.trunc(x))),
    "copysign": ([[0, 2], [-1, -1]], *both(lambda m, a, b: m.copysign(a, b))),
    "heaviside": ([[0]], lambda x: torch.heaviside(x, T(1.0)), lambda x: jnp.heaviside(x, 1.0)),
    "acos": ([[1]], *both(lambda m, x: m.arccos(x))),
    "acosh": ([[1]], *both(lambda m, x: m.arccosh(x))),
    "atanh": ([[1]], *both(lambda m, x: m.arctanh(x))),
    "sinc": ([[0, 1]], *both(lambda m, x: m.sinc(x))),
    "logit": (zero_one, torch.logit, jsp.logit),
    "lgamma": ([[0, -1, -0.5]], torch.lgamma, jsp.gammaln),
    "digamma": ([[0, -1]], torch.digamma, jsp.digamma),
    "erfinv": ([[1]], torch.erfinv, jsp.erfinv),
    "i0e": ([[0]], torch.special.i0e, jsp.i0e),
    "i1": ([[0]], torch.special.i1, jsp.i1),
    "nan_to_num": ([[nan, inf, 1]], *both(lambda m, x: m.nan_to_num(x))),
    "bce 0/1": (zero_one, lambda x: F.binary_cross_entropy(x, T(1.0, 0.0), reduction="none"), bce),
    "kl_div t=0": ([[-inf, 0]], *both(xlogy_loss)),
    "huber at delta": (
        [[1, -1, 0]],
        lambda x: F.smooth_l1_loss(x, torch.zeros_like(x), reduction="sum"),
        lambda x: jnp.where(jnp.abs(x) < 1, 0.5 * x * x, jnp.abs(x) - 0.5).sum(),
    ),
    "l1 at 0": ([[0]], lambda x: F.l1_loss(x, torch.zeros_like(x)), lambda x: jnp.abs(x).mean()),
    "mse empty mean": ([[]], lambda x: F.mse_loss(x, torch.zeros_like(x)), lambda x: (x**2).mean()),
    "cosine_similarity zero": (
        [[0, 0]],
        lambda x: F.cosine_similarity(x, T(1.0, 1.0), dim=0),
        lambda x: x.sum() / (jnp.linalg.norm(x) * math.sqrt(2)),
    ),
    "pairwise_distance 0": (
        [[1, 2], [1, 2]],
        lambda a, b: torch.cdist(a[None], b[None])[0, 0],
        lambda a, b: jnp.linalg.norm(a - b),
    ),
    "normalize 0": ([[0, 0]], lambda x: F.normalize(x, dim=0), lambda x: x / jnp.linalg.norm(x)),
    "sum empty": ([[]], *both(lambda m, x: x.sum())),
    "mean empty": ([[]], *both(lambda m, x: x.mean())),
    "prod empty": ([[]], *both(lambda m, x: x.prod())),
    "take neg": ([[1, 2]], lambda x: x[I(-1)], lambda x: x[J(-1)]),
    "take dup": ([[1, 2]], lambda x: x[I(0, 0, 1)], lambda x: x[J(0, 0, 1)]),
    "scatter set dup": (
        [[1, 2], [10, 20]],
        lambda x, v: x.index_put((I(0, 0),), v),
        lambda x, v: x.at[J(0, 0)].set(v),
    ),
    "scatter add dup": (
        [[1, 2], [10, 20]],
        lambda x, v: x.index_put((I(0, 0),), v, accumulate=True),
        lambda x, v: x.at[J(0, 0)].add(v),
    ),
    "scatter max tie": (
        [[3, 2], [3, 3]],
        lambda x, v: x.scatter_reduce(0, I(0, 0), v, "amax"),
        lambda x, v: x.at[J(0, 0)].max(v),
    ),
}


def run_torch(f, inputs, cotangent):
    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    y = f(*xs)
    ct = torch.ones_like(y) if cotangent is None else torch.tensor(cotangent, dtype=torch.float64)
    run = {"value": y.tolist(), "vjp": [g.tolist() for g in torch.autograd.grad(y, xs, ct)]}
    try:
        primals = tuple(torch.tensor(x, dtype=torch.float64) for x in inputs)
        run["jvp"] = torch.func.jvp(f, primals, tuple(torch.ones_like(x) for x in primals))[1].tolist()
    except (RuntimeError, NotImplementedError):
        pass
    return run


def run_jax(f, inputs, cotangent):
    xs = [jnp.array(x, jnp.float64) for x in inputs]
    y, pull = jax.vjp(f, *xs)
    ct = jnp.ones_like(y) if cotangent is None else jnp.array(cotangent, jnp.float64)
    tangent = jax.jvp(f, tuple(xs), tuple(jnp.ones_like(x) for x in xs))[1]
    return {"value": y.tolist(), "vjp": [g.tolist() for g in pull(ct)], "jvp": tangent.tolist()}


def plain(x):
    """Numbers that JSON lacks as strings, -0 among them."""
    if isinstance(x, dict):
        return {key: plain(item) for key, item in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(item) for item in x]
    if isinstance(x, (int, float)) and not isinstance(x, bool):
        x = float(x)
        names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity", "-0.0": "-0"}
        return names.get(str(x), x)
    return x


def attempt(run, *args):
    try:
        return run(*args)
    except RuntimeError:
        return {"error": True}


def record(inputs, f_torch, f_jax, cotangent=None):
    case = {"inputs": list(inputs), **({} if cotangent is None else {"cotangent": cotangent})}
    case["torch"] = attempt(run_torch, f_torch, inputs, cotangent)
    case["jax"] = attempt(run_jax, f_jax, inputs, cotangent)
    return plain(case)


if __name__ == "__main__":
    lines = [f"{json.dumps(name)}: {json.dumps(record(*case))}" for name, case in CASES.items()]
    pathlib.Path(__file__).with_name("references.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
