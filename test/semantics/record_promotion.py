"""Records the dtype and value that JAX gives expressions over every pair of dtypes, into promotion.json.

Run with the Python that has jax: python test/semantics/record_promotion.py
"""

import json
import pathlib

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp

DTYPES = {"b": "bool", "u": "uint8", "i": "int32", "l": "int64", "f": "float32", "d": "float64"}
ARRAYS = {name: jnp.array([0, 1] if name == "b" else [3, 2], dtype) for name, dtype in DTYPES.items()}
SCALARS = {name + "0": jnp.array(1 if name == "b" else 2, dtype) for name, dtype in DTYPES.items()}
SCOPE = {**ARRAYS, **SCALARS, "jnp": jnp, "jax": jax}

LITERALS = ["True", "2", "2.0"]
BINARY = ["{x} + {y}", "{x} * {y}", "{x} / {y}", "jnp.maximum({x}, {y})", "jnp.where(b, {x}, {y})", "{x} < {y}"]
EXPRESSIONS = [
    *(e.format(x=x, y=y) for e in BINARY for x in DTYPES for y in DTYPES),
    *(e.format(x=x, y=y) for e in ["{x} + {y}"] for x in DTYPES for y in SCALARS),
    *(e.format(x=x, y=y) for e in BINARY for x in DTYPES for y in LITERALS),
    *(e.format(x=x, y=y) for e in ["{y} + {x}", "{y} / {x}", "jnp.where(b, {y}, {x})"] for x in DTYPES for y in LITERALS),
    *(f"{x} {op} {y}" for op in ["-", "//", "%", "**"] for x in DTYPES for y in [*DTYPES, *LITERALS] if (x, y) != ("b", "b")),
    *(f"{x} {op} {y}" for op in ["&", "|", "^"] for x in "buil" for y in ["b", "u", "i", "l", "True", "1"]),
    *(f"{x} {op} {y}" for op in ["<<", ">>"] for x in "uil" for y in ["u", "i", "l", "1"]),
    *(
        e.format(x=x)
        for x in DTYPES
        for e in [
            "{x} ** 2", "{x} ** 2.0", "2 ** {x}", "2.0 ** {x}", "jnp.sqrt({x})", "jnp.exp({x})", "jnp.sin({x})",
            "jnp.abs({x})", "jnp.sign({x})", "jnp.floor({x})", "jnp.round({x})", "jnp.square({x})",
            "{x}.sum()", "{x}.mean()", "{x}.prod()", "{x}.max()", "{x}.argmax()", "{x}.var()", "{x}.std()", "{x}.any()",
            "jnp.cumsum({x})", "jnp.cumprod({x})", "jnp.sort({x})", "jnp.argsort({x})", "jnp.isnan({x})", "jnp.median({x})",
            "jnp.dot({x}, {x})", "{x} @ {x}", "jnp.outer({x}, {x})", "jnp.zeros_like({x})", "jnp.full_like({x}, 1)",
            "jnp.concatenate([{x}, f])", "jnp.stack([{x}, i])", "jnp.logical_not({x})", "jnp.clip({x}, 0, 1)",
            "jnp.clip({x}, 0.5, 1.5)", "jnp.where(b, {x}, 0)", "jnp.where(b, {x}, 0.5)", "jnp.where({x}, 1, 2)",
            "jnp.arctan2({x}, {x})", "jnp.hypot({x}, 2)", "jnp.power({x}, 2)", "jnp.mean({x} * 2.0)", "jnp.diff({x})",
            "{x}.at[0].set(1)", "{x}.at[0].add(1)", "jnp.count_nonzero({x})", "jnp.linalg.norm({x})",
            "jax.nn.relu({x})", "jax.nn.sigmoid({x})", "jax.nn.softmax({x})", "jnp.average({x})",
        ]
    ),
    # Literals among themselves and through several ops.
    "(2 * jnp.array(3)) + i", "jnp.where(b, 1, 2)", "jnp.where(b, 1, 2.5)", "jnp.where(b, 1.0, 2) * f",
    "jnp.where(b, True, 2)", "(jnp.sin(1.0) * 2) * f", "jnp.arange(3)", "jnp.arange(3.0)", "jnp.array(1)", "jnp.array(1.0)",
    "jnp.array([1, 2.5])", "jnp.array([True, 2])", "jnp.zeros(2)", "jnp.ones(2, jnp.int32)", "jnp.full(2, 1)", "jnp.full(2, 1.0)",
    "jnp.full(2, True)", "jnp.eye(2)", "jnp.linspace(0, 1, 3)", "jnp.asarray(2) * f", "jnp.float32(1) * d", "jnp.int32(1) + u",
    "i * 2.0 * f", "i / i * f", "i * 0.1", "u + 1 + i", "jnp.sum(b * 2.0)", "f + 0.1", "f * (i / 2)", "f ** i", "d ** i", "f ** d", "i ** i", "u ** 2",
    "i.astype(float)", "d.astype(int)", "d.astype(bool)", "jnp.zeros(2, dtype=float)", "jnp.zeros(2, dtype=int)", "jnp.sum(i, dtype=float)",
]  # fmt: skip


def result(expression):
    try:
        y = eval(expression, dict(SCOPE))
    except (TypeError, ValueError, OverflowError) as error:
        return {"error": type(error).__name__}
    return {"dtype": str(y.dtype), "shape": list(y.shape), "data": plain(y.tolist())}


def plain(x):
    """Numbers that JSON lacks as strings."""
    if isinstance(x, list):
        return [plain(item) for item in x]
    names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    return names.get(str(x), x)


lines = [f"{json.dumps(e)}: {json.dumps(result(e))}" for e in dict.fromkeys(EXPRESSIONS)]
pathlib.Path(__file__).with_name("promotion.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
