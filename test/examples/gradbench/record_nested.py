# Records particle and saddle, for which GradBench has no C++ tool: python record_nested.py
#
# The first input is the eval's, with the output that evals/EVAL/run.py asks for; others are what the program beside the driver gives
# under JAX 0.10.2, which has forward mode alone through a while_loop. All modes are held to the same numbers.

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

here = Path(__file__).parent
programs = here / "../../../examples/gradbench/evals"
evals = {
    "particle": ("w", [(0.0, 0.2071918746486116), (0.75, None)]),
    "saddle": ("start", [([1.0, 1.0], [8.246324826140356e-06] * 4), ([0.5, -0.3], None)]),
}

for module, (name, inputs) in evals.items():
    scope = {"jax": jax, "jnp": jnp}
    exec((programs / f"{module}.py").read_text(), scope)
    cases = [
        {"function": function, "input": {name: value}, "output": output}
        for value, output in [(value, output or np.asarray(scope["ff"](jnp.asarray(value))).tolist()) for value, output in inputs]
        for function in ["rr", "ff", "fr", "rf"]
    ]
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    (here / f"{module}.json").write_text(f"[\n{lines}\n]\n")
