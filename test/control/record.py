"""Records what JAX gives for the programs of test/control: value, gradients and Hessian-vector products.

    python test/control/record.py programs > test/control/recorded.json
    python test/control/record.py checkpoint > test/control/checkpoint-recorded.json

Reverse mode where JAX has it; through loops whose number of turns depends on data, forward mode.
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
for case in json.loads((here / f"{sys.argv[1]}.json").read_text()):
    source, inputs, wrt = case["program"], case["inputs"], case["wrt"]

    def f(*given):
        scope = {"jax": jax, "jnp": jnp, "np": jnp, "lax": jax.lax}
        scope.update({name: jnp.array(value) for name, value in inputs.items()})
        scope.update(zip(wrt, given))
        exec("\n".join(source), scope)
        return scope["y"]

    at = [jnp.array(inputs[name], dtype=float) for name in wrt]
    derivative = (jax.jacfwd if case.get("forward") else jax.grad)(f, argnums=tuple(range(len(at))))
    vectors = [jnp.cos(jnp.arange(x.size, dtype=float)).reshape(x.shape) for x in at]
    plain = lambda xs: [np.array(x).tolist() for x in xs]
    try:
        products = plain(jax.jvp(lambda *xs: derivative(*xs), tuple(at), tuple(vectors))[1])
    except Exception:  # a custom_vjp has no forward mode
        products = None
    recorded.append(
        {"value": np.array(f(*at)).tolist(), "gradients": plain(derivative(*at)), "vectors": plain(vectors), "hvps": products}
    )
json.dump(recorded, sys.stdout, indent=None)
