# Records what GradBench's hand-written C++ tool gives at small inputs: python record.py /path/to/gradbench [eval ...]
#
# The checkout needs `make -C cpp` and `make -C tools/manual bin/EVAL` first, and numpy is needed. Inputs are drawn as the
# eval itself draws them (evals/EVAL/run.py), with fewer digits. Writes EVAL.json beside this file.

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

here = Path(__file__).parent
random = np.random.default_rng(31337)


def digits(values):
    return np.round(values, 3).tolist()


def normal(*shape):
    return digits(random.normal(size=shape))


def uniform(*shape):
    return digits(random.uniform(size=shape))


def gmm(d, k, n, m, gamma):
    return {"d": d, "k": k, "n": n, "m": m, "gamma": gamma, "x": normal(n, d)} | {
        "alpha": normal(k),
        "mu": uniform(k, d),
        "q": normal(k, d),
        "l": normal(k, d * (d - 1) // 2),
    }


def kmeans(k, n, d):
    points = uniform(n, d)
    return {"points": points, "centroids": points[-k:]}


def lstm(layers, text):
    bits = max(ord(character) for character in text).bit_length()
    return {
        "main_params": uniform(2 * layers, 4 * bits),
        "extra_params": uniform(3, bits),
        "state": uniform(2 * layers, bits),
        "sequence": [[float(bit) for bit in f"{ord(character):0{bits}b}"] for character in text],
    }


def ba(n, m, p, rotation):
    camera = rotation + [0.5, -0.25, -4.0, 700.0, 1.5, -0.75, 0.01, -0.002]
    return {"n": n, "m": m, "p": p, "cam": camera, "x": [-0.6, 0.57, 1.2], "w": 0.85, "feat": [-12.5, 8.25]}


def det(ell):
    return {"A": uniform(ell * ell), "ell": ell}


def ht(vertices, points, triangles, turned):
    bones = ["wrist", *(f"finger{i}" for i in range(20)), "forearm"]
    positions = uniform(vertices, 3)
    model = {
        "bone_count": 22,
        "bone_names": bones,
        "parents": [-1, *(0 if bone % 4 == 0 else bone for bone in range(20)), 0],
        "base_relatives": [[*rows, [0, 0, 0, 1]] for rows in uniform(22, 3, 4)],
        "inverse_base_absolutes": [[*rows, [0, 0, 0, 1]] for rows in uniform(22, 3, 4)],
        "base_positions": [[*position, 1] for position in positions],
        "weights": uniform(vertices, 22),
        "triangles": random.integers(0, vertices, (triangles, 3)).tolist() if triangles > 0 else [[0, 1, 2]],
        # The tool's derivatives leave mirroring out.
        "is_mirrored": False,
    }
    return {
        "theta": [turned * angle for angle in normal(3)] + normal(23),
        "data": {
            "model": model,
            "correspondences": random.integers(0, triangles if triangles > 0 else vertices, points).tolist(),
            "points": uniform(points, 3),
        },
        "us": uniform(points, 2) if triangles > 0 else [],
    }


runs = {"min_runs": 2, "min_seconds": 0.001}
evals = {
    "gmm": (["objective", "jacobian"], [gmm(2, 5, 8, 0, 1.0) | runs, gmm(4, 3, 6, 2, 0.7)]),
    "lse": (["primal", "gradient"], [{"x": uniform(20)} | runs, {"x": digits(200 * random.normal(size=6))}]),
    "llsq": (["primal", "gradient"], [{"x": uniform(16), "n": 32} | runs, {"x": uniform(5), "n": 7}]),
    "kmeans": (["cost", "dir"], [kmeans(4, 24, 3) | runs, kmeans(3, 8, 1)]),
    "lstm": (["objective", "jacobian"], [lstm(2, "A text.") | runs, lstm(3, "And another.")]),
    "ba": (
        ["objective", "jacobian"],
        [ba(3, 5, 12, [0.01, 0.3, -0.02]) | runs, ba(2, 3, 10, [0.0, 0.0, 0.0]), ba(4, 2, 11, [1.5, -2.0, 0.7])],
    ),
    "det": (["primal", "gradient"], [det(5) | runs, det(3), det(2)]),
    # The tool's gradient is that of the exact solution, which the method gives for up to four unknowns.
    "ode": (["primal", "gradient"], [{"x": uniform(4), "s": 12} | runs, {"x": uniform(3), "s": 1}]),
    "ht": (
        ["objective", "jacobian"],
        [ht(12, 3, 5, 1) | runs, ht(4, 5, 3, 0), ht(12, 3, 0, 1), ht(4, 5, 0, 1)],
    ),
}


def evaluate(root, module, function, value):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(value | {"min_runs": 1, "min_seconds": 0}, file)
        file.flush()
        tool = root / "tools" / "manual" / "bin" / module
        return json.loads(subprocess.run([tool, file.name, function], check=True, capture_output=True).stdout.splitlines()[0])


root = Path(sys.argv[1])
for module in sys.argv[2:] or evals:
    functions, inputs = evals[module]
    cases = [
        {"function": function, "input": value, "output": evaluate(root, module, function, value)}
        for value in inputs
        for function in functions
    ]
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    (here / f"{module}.json").write_text(f"[\n{lines}\n]\n")
