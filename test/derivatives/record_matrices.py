"""Runs programs under JAX and writes matrices.json: their Jacobians, Hessians and what vmap makes of them.

    python test/derivatives/record_matrices.py

needs jax (0.10.2 recorded what is committed). Each program is text that reads its inputs and assigns `y` and the scalar `f`;
inputs are float64 but for those that hold integers or booleans. Recorded are the Jacobian of y and the Hessian of f by every
float input, whole, and where the program has a `batch` the gradients of f mapped over those inputs.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
HERE = pathlib.Path(__file__).parent


def wave(*shape, by=1.0):
    return (np.sin(by * np.arange(np.prod(shape)) + 0.5) + 1.5).reshape(shape)


PROGRAMS = {
    "a tridiagonal residual": (
        "y = jnp.concatenate([x[:1], x[1:-1] ** 2 * x[2:] - jnp.sin(x[:-2]), x[-1:]])\nf = jnp.sum(y ** 2)",
        {"x": wave(9)},
    ),
    "the heat equation on a periodic grid": (
        "y = u + k * (jnp.roll(u, 1, 0) + jnp.roll(u, -1, 0) + jnp.roll(u, 1, 1) + jnp.roll(u, -1, 1) - 4 * u) ** 2\n"
        "f = jnp.sum(jnp.exp(-y))",
        {"u": wave(4, 5), "k": np.array(0.1)},
    ),
    "a stencil as a convolution": (
        "w = jnp.array([[[[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]]])\n"
        "y = jax.lax.conv_general_dilated(jnp.tanh(u)[None, None], w, (1, 1), 'SAME')[0, 0]\nf = jnp.sum(y ** 3)",
        {"u": wave(5, 4)},
    ),
    "Rosenbrock's chain": (
        "y = jnp.stack([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])\nf = jnp.sum(y ** 2)",
        {"x": wave(8)},
    ),
    "an arrow": (
        "y = x * x[0] + jnp.sin(x)\nf = jnp.sum(x[1:] ** 2 * x[0]) + x[0] ** 3",
        {"x": wave(8)},
    ),
    "elements of two inputs": (
        "y = jnp.tanh(a) * b + c\nf = jnp.sum(a ** 2 * b) + c * jnp.sum(b ** 3)",
        {"a": wave(3, 2), "b": wave(3, 2, by=0.7), "c": np.array(0.3)},
    ),
    "springs between indexed points": (
        "d = p[left] - p[right]\ny = jnp.sum(d ** 2, axis=1) - length ** 2\nf = jnp.sum(y ** 2)",
        {
            "p": wave(6, 2),
            "length": wave(7),
            "left": np.array([0, 1, 2, 3, 4, 0, 1]),
            "right": np.array([1, 2, 3, 4, 5, 2, 5]),
        },
    ),
    "an update at indices": (
        "y = x.at[where_].add(jnp.sin(v)).at[0].set(v[1] * v[2])\nf = jnp.sum(y ** 2 * x)",
        {"x": wave(7), "v": wave(4), "where_": np.array([6, 2, 2, 4])},
    ),
    "under a mask": (
        "y = jnp.where(keep, x ** 2, z) * 2\nf = jnp.sum(jnp.where(keep, x * z, 0.0))",
        {"x": wave(6), "z": wave(6, by=0.3), "keep": np.array([True, False, True, True, False, False])},
    ),
    "products with known matrices": (
        "lower = jnp.tril(jnp.ones((6, 6)))\ny = lower @ x + jnp.eye(6, k=2) @ (x ** 2)\nf = jnp.sum(jnp.cumsum(x) ** 2)",
        {"x": wave(6)},
    ),
    "blocks of a batched product": (
        "y = jnp.matmul(a, b)\nf = jnp.sum(y ** 2)",
        {"a": wave(3, 2, 2), "b": wave(3, 2, 1, by=0.4)},
    ),
    "a layer": (
        "h = jnp.tanh(x @ w + b)\ny = h @ v\nf = jnp.sum((y - t) ** 2)",
        {"x": wave(3), "w": wave(3, 4, by=2.0) - 1.5, "b": wave(4), "v": wave(4, by=3.0), "t": np.array(0.5)},
        ["x", "t"],
    ),
    "a log-likelihood": (
        "z = (x - m) / jnp.exp(s)\ny = -0.5 * z ** 2 - s\nf = jnp.sum(y)",
        {"x": wave(4), "m": np.array(0.7), "s": np.array(0.1)},
        ["x"],
    ),
    "a heat equation in time": (
        "def step(i, u):\n    return u.at[1:-1].add(0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1])\n"
        "y = jax.lax.fori_loop(0, 3, step, x)\nf = jnp.sum(y ** 2)",
        {"x": wave(12)},
    ),
    "a recurrence over rows": (
        "def turn(carry, row):\n    new = jnp.tanh(carry * row)\n    return new, new[0] * row\n"
        "last, rows = jax.lax.scan(turn, c, x)\ny = jnp.concatenate([last, rows.ravel()])\nf = jnp.sum(y)",
        {"c": wave(2), "x": wave(4, 2, by=0.4)},
    ),
    "element by element, turn by turn": (
        "def turn(k, out):\n    return out.at[k].set(x[k] * x[(k + 2) % 6])\n"
        "y = jax.lax.fori_loop(0, 6, turn, jnp.zeros(6))\nf = jnp.sum(y ** 2)",
        {"x": wave(6)},
    ),
    "a branch": (
        "y = jax.lax.cond(jnp.array(2.0) > 1.0, lambda v: v ** 2, lambda v: v * jnp.sum(v), x)\nf = jnp.sum(y)",
        {"x": wave(5)},
    ),
    "a branch that the values choose": (
        "y = jax.lax.cond(x[0] > 1.0, lambda v: v ** 2, lambda v: v[::-1] * 2.0, x)\nf = jnp.sum(y)",
        {"x": wave(5)},
    ),
    "sorted and padded": (
        "y = jnp.pad(jnp.sort(x)[::-1] ** 2, (2, 1))\nf = jnp.sum(y[1:] * y[:-1])",
        {"x": wave(6, by=2.2)},
    ),
}


def plain(x):
    return [int(v) if v == int(v) else float(v) for v in np.asarray(x, dtype=np.float64).ravel()]


def wire(x):
    dtype = {"f": "float64", "i": "int64", "b": "bool"}[x.dtype.kind]
    return {"dtype": dtype, "shape": list(x.shape), "data": x.ravel().tolist()}


def record(name, text, inputs, mapped=()):
    floats = {k: jnp.asarray(v) for k, v in inputs.items() if v.dtype.kind == "f"}
    rest = {k: jnp.asarray(v) for k, v in inputs.items() if v.dtype.kind != "f"}

    def value(which):
        def run(given):
            space = {"jnp": jnp, "jax": jax, **rest, **given}
            exec(text, space)
            return space[which]

        return run

    jacobian = jax.jacrev(value("y"))(floats)
    hessian = jax.hessian(value("f"))(floats)
    entry = {
        "name": name,
        "program": text,
        "inputs": {k: wire(v) for k, v in inputs.items()},
        "jacobian": {k: plain(v) for k, v in jacobian.items()},
        "hessian": {k: {l: plain(v) for l, v in row.items()} for k, row in hessian.items()},
    }
    if mapped:
        many = {k: jnp.stack([v, v + 0.25, v * 0.5]) if k in mapped else v for k, v in floats.items()}
        axes = ({k: 0 if k in mapped else None for k in floats},)
        entry["batch"] = {
            "inputs": list(mapped),
            "tensors": {k: wire(np.asarray(many[k])) for k in mapped},
            "gradient": {k: plain(v) for k, v in jax.vmap(jax.grad(value("f")), axes)(many).items()},
            "jacobian": {k: plain(v) for k, v in jax.vmap(jax.jacrev(value("y")), axes)(many).items()},
        }
    return entry


if __name__ == "__main__":
    entries = [record(name, *program) for name, program in PROGRAMS.items()]
    lines = ",\n".join(json.dumps(e, separators=(",", ":")) for e in entries)
    (HERE / "matrices.json").write_text(f"[\n{lines}\n]\n")
