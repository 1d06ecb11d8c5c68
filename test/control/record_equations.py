"""Records what JAX gives for the programs of test/control/equations.json: values, and cotangents of what they depend on.

    python test/control/record_equations.py > test/control/equations-recorded.json
"""
import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
here = pathlib.Path(__file__).parent
recorded = []
for case in json.loads((here / "equations.json").read_text()):
    source, inputs, wrt = case["program"], case["inputs"], case["wrt"]

    def f(*given):
        scope = {"jax": jax, "jnp": jnp}
        scope.update({name: jnp.array(value) for name, value in inputs.items()})
        scope.update(zip(wrt, given))
        exec("\n".join(source), scope)
        return scope["y"]

    value, pull = jax.vjp(f, *(jnp.array(inputs[name], dtype=float) for name in wrt))
    cotangent = jnp.cos(jnp.arange(value.size, dtype=float)).reshape(value.shape)
    plain = lambda x: np.array(x).tolist()
    recorded.append(
        {"value": plain(value), "cotangent": plain(cotangent), "gradients": [plain(x) for x in pull(cotangent)] if wrt else []}
    )
json.dump(recorded, sys.stdout, indent=None)
