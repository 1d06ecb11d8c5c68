"""Records what JAX gives for lists of programs: values, and cotangents of what they depend on.

    python test/control/record_cotangents.py equations applications spellings

reads test/control/<list>.json and writes <list>-recorded.json beside it. Where reverse mode passes a loop whose number of turns
depends on data, which JAX refuses, forward mode gives the same.
"""
import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
here = pathlib.Path(__file__).parent


def record(case):
    inputs, wrt = case["inputs"], case["wrt"]
    code = compile("\n".join(case["program"]), case["name"], "exec")

    def f(*given):
        scope = {"jax": jax, "jnp": jnp}
        scope.update({name: jnp.array(value) for name, value in inputs.items()})
        scope.update(zip(wrt, given))
        exec(code, scope)
        return jnp.asarray(scope["y"], dtype=float)

    at = [jnp.array(inputs[name], dtype=float) for name in wrt]
    value = f(*at)
    cotangent = jnp.cos(jnp.arange(value.size, dtype=float)).reshape(value.shape)
    plain = lambda x: np.array(x).tolist()
    if not wrt:
        gradients = []
    else:
        try:
            gradients = jax.vjp(f, *at)[1](cotangent)
        except ValueError:
            rows = jax.jacfwd(f, argnums=tuple(range(len(at))))(*at)
            gradients = [jnp.tensordot(cotangent, row, value.ndim) for row in rows]
    return {"value": plain(value), "cotangent": plain(cotangent), "gradients": [plain(x) for x in gradients]}


for name in sys.argv[1:]:
    cases = json.loads((here / f"{name}.json").read_text())
    recorded = []
    for case in cases:
        recorded.append(record(case))
        print(name, case["name"], file=sys.stderr)
    (here / f"{name}-recorded.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in recorded) + "\n]\n")
