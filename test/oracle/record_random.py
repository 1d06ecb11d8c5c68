"""Runs random programs (generate.py) under JAX, a part of them under PyTorch too, and writes random.json.

    python test/oracle/record_random.py [count]

needs jax (0.10.2 recorded what is committed), torch and numpy. For each program it records its text, inputs, the value
of `loss`, of one or two other names, the gradient of loss in every float input, a JVP, and for every second program a
Hessian-vector product. Directions are not recorded: element k of input j has (7 k + 3 j) mod 11 / 4 - 1.25.
"""

import json
import pathlib
import sys
import warnings

import jax
import jax.numpy as jnp
import numpy as np

import torch_numpy
from generate import NAMES, Program

HERE = pathlib.Path(__file__).parent


def direction(j, like):
    flat = ((7 * np.arange(like.size) + 3 * j) % 11) / 4 - 1.25
    return jnp.asarray(flat.reshape(like.shape), dtype=like.dtype)


def wire(array):
    """Shape-less data where it can be: numbers as JSON has them, non-float with its dtype."""
    array = np.asarray(array)
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": [plain(x) for x in array.ravel().tolist()]}


def plain(x):
    if isinstance(x, float) and x == int(x) and abs(x) < 1e15:
        return int(x) if str(x) != "-0.0" else x
    return x


def numbers(array):
    return [plain(float(x)) for x in np.asarray(array).ravel()]


def record(seed, kind):
    program = Program(seed, kind)
    text = program.grow()
    inputs = {name: program.space[name] for name in program.inputs}
    floats = {name: x for name, x in inputs.items() if x.dtype.kind == "f"}
    rest = {name: x for name, x in inputs.items() if name not in floats}

    def run(values):
        space = {**NAMES, **rest, **values}
        exec(text, space)
        return space

    outputs = program.outputs
    made = run(floats)
    of = [name for name in outputs if made[name].dtype.kind == "f"]

    def loss(values):
        return run(values)["loss"]

    tangents = {name: direction(j, x) for j, (name, x) in enumerate(floats.items())}
    value, gradient = jax.value_and_grad(loss)(floats)
    _, pushed = jax.jvp(lambda values: [run(values)[name] for name in ["loss", *of]], (floats,), (tangents,))
    entry = {
        "kind": kind,
        "program": text,
        "inputs": {name: {**x, "data": [plain(e) for e in x["data"]]} for name, x in program.inputs.items()},
        "outputs": {name: wire(made[name]) for name in ["loss", *outputs]},
        "gradient": {name: numbers(g) for name, g in gradient.items()},
        "jvp": {name: numbers(t) for name, t in zip(["loss", *of], pushed)},
    }
    checked = [value, *gradient.values(), *pushed]
    if seed % 2 == 0:
        _, product = jax.jvp(jax.grad(loss), (floats,), (tangents,))
        entry["hvp"] = {name: numbers(h) for name, h in product.items()}
        checked += product.values()
    tame = all(np.all(np.isfinite(x)) and np.max(np.abs(x), initial=0) < 1e5 for x in checked)
    return entry if tame and value.dtype == jnp.float64 or (tame and kind == "single") else None


def agrees_with_torch(entry):
    """Whether PyTorch gives the same gradient; None where its stand-in for jax.numpy does not know the program's ops."""
    try:
        gradient = torch_numpy.gradient(entry["program"], entry["inputs"])
    except torch_numpy.Unknown as reason:
        print(reason)
        return None
    for name, wanted in entry["gradient"].items():
        if not np.allclose(gradient[name], wanted, rtol=1e-9, atol=1e-9):
            raise SystemExit(f"PyTorch and JAX differ on {name}:\n{entry['program']}\n{gradient[name]}\n{wanted}")
    return True


def main(count):
    entries = []
    seed = 0
    while len(entries) < count:
        kind = ["full", "plain", "full", "single", "full"][seed % 5]
        entry = record(seed, kind)
        if entry is not None:
            if kind == "plain":
                entry["torch"] = agrees_with_torch(entry) is True
            entries.append(entry)
            print(seed, kind, len(entry["program"].splitlines()), entry.get("torch", ""), flush=True)
        seed += 1
    lines = ",\n".join(json.dumps(e, separators=(",", ":")) for e in entries)
    (HERE / "random.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 150)
