"""PyTorch, JAX and NumPy as participants: JSON lines as ../protocol.ts says, one thread on one core.

    python peer.py torch | jax | jax-async | numpy
"""

import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
# XLA keeps a thread for every core it may run on and has no option that is obeyed everywhere; a mask is.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np

# What the peers print themselves must not stand among the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def torch_peer():
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)

    def with_gradients(loss, parameters):
        """Value and gradients by backward(): measured, it is a little faster here than torch.autograd.grad."""
        for p in parameters:
            p.requires_grad_(True)

        def run():
            for p in parameters:
                p.grad = None
            value = loss()
            value.backward()
            return [value.detach(), *(p.grad for p in parameters)]

        return run

    def prepare(work, inputs):
        t = {name: torch.from_numpy(x) for name, x in inputs.items()}
        kind = work["kind"]
        if kind in ("mlp", "classifier"):
            depth = len(work["layers"]) - 1
            w = [t[f"w{i + 1}"] for i in range(depth)]
            b = [t[f"b{i + 1}"] for i in range(depth)]
            activation = torch.tanh if kind == "mlp" else torch.relu

            def network():
                h = t["x"]
                for i in range(depth - 1):
                    h = activation(torch.addmm(b[i], h, w[i]))
                return torch.addmm(b[-1], h, w[-1])

            if kind == "mlp":
                loss = lambda: F.mse_loss(network(), t["y"])
            else:
                loss = lambda: F.cross_entropy(network(), t["labels"])
            return with_gradients(loss, [p for pair in zip(w, b) for p in pair])
        if kind == "gated":
            x, w, b = t["x"], t["w"], t["b"]
            return with_gradients(lambda: (torch.tanh(torch.addcmul(b, x, w)) * torch.sigmoid(x)).sum(), [x, w, b])
        # Kernels alone: no graph is recorded, results go to the same memory where the function takes it.
        if kind == "gemm":
            c = torch.empty_like(t["a"])
            call = lambda: [torch.mm(t["a"], t["b"], out=c)]
        elif kind == "rows":
            x = t["x"]
            y = torch.empty_like(x if work["reduce"] == "softmax" else x[:, 0].contiguous())
            call = {
                "softmax": lambda: [torch.softmax(x, 1, out=y)],
                "sum": lambda: [torch.sum(x, 1, out=y)],
                "mean": lambda: [torch.mean(x, 1, out=y)],
                "max": lambda: [torch.amax(x, 1, out=y)],
            }[work["reduce"]]
        else:
            # Channels last is what oneDNN is fastest with here.
            x, w = (t[name].contiguous(memory_format=torch.channels_last) for name in ("x", "w"))
            if kind == "conv":
                call = lambda: [torch.conv2d(x, w, padding=1)]
            else:
                g = t["g"].contiguous(memory_format=torch.channels_last)
                both = [True, True, False]
                call = lambda: torch.ops.aten.convolution_backward(
                    g, x, w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, both
                )[:2]

        def run():
            with torch.no_grad():
                return call()

        return run

    return prepare, lambda results: [r.detach().contiguous().numpy() for r in results]


def jax_peer(asynchronous):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    # Dispatch on the calling thread saves a hand-off; with large arrays the other is sometimes faster.
    jax.config.update("jax_cpu_enable_async_dispatch", asynchronous)

    def prepare(work, inputs):
        kind = work["kind"]
        x = {name: jax.device_put(value) for name, value in inputs.items()}
        if kind in ("mlp", "classifier"):
            depth = len(work["layers"]) - 1
            names = [f"{letter}{i + 1}" for i in range(depth) for letter in "wb"]
            activation = jnp.tanh if kind == "mlp" else jax.nn.relu

            def loss(parameters, h, wanted):
                for i in range(depth - 1):
                    h = activation(h @ parameters[2 * i] + parameters[2 * i + 1])
                out = h @ parameters[-2] + parameters[-1]
                if kind == "mlp":
                    return jnp.mean((out - wanted) ** 2)
                return -jnp.take_along_axis(jax.nn.log_softmax(out), wanted[:, None], axis=1).mean()

            f = jax.jit(jax.value_and_grad(loss))
            args = [x[n] for n in names], x["x"], x["y" if kind == "mlp" else "labels"]
        elif kind == "gated":
            gated = lambda x, w, b: jnp.sum(jnp.tanh(x * w + b) * jax.nn.sigmoid(x))
            f, args = jax.jit(jax.value_and_grad(gated, argnums=(0, 1, 2))), (x["x"], x["w"], x["b"])
        elif kind == "gemm":
            f, args = jax.jit(lambda a, b: a @ b), (x["a"], x["b"])
        elif kind == "rows":
            reduce = {"softmax": jax.nn.softmax, "sum": jnp.sum, "mean": jnp.mean, "max": jnp.max}[work["reduce"]]
            f, args = jax.jit(lambda x: reduce(x, axis=1)), (x["x"],)
        else:
            conv = lambda x, w: jax.lax.conv_general_dilated(x, w, (1, 1), "SAME")
            if kind == "conv":
                f, args = jax.jit(conv), (x["x"], x["w"])
            else:
                f, args = jax.jit(lambda x, w, g: jax.vjp(conv, x, w)[1](g)), (x["x"], x["w"], x["g"])
        return lambda: jax.block_until_ready(f(*args))

    return prepare, lambda results: [np.asarray(leaf) for leaf in jax.tree.leaves(results)]


def numpy_peer():
    def prepare(work, inputs):
        if work["kind"] != "gemm":
            return "NumPy stands in for OpenBLAS only"
        a, b = inputs["a"], inputs["b"]
        c = np.empty_like(a)
        return lambda: [np.matmul(a, b, out=c)]

    return prepare, list


def digest(array):
    flat = np.ravel(array)
    size = flat.size
    samples = flat[:: max(1, size // 32)].astype(np.float64)
    return {"size": size, "norm": float(np.linalg.norm(flat.astype(np.float64))), "samples": samples.tolist()}


def batch(run, calls):
    cpu, started = time.process_time(), time.perf_counter()
    for _ in range(calls):
        run()
    seconds = time.perf_counter() - started
    return {"seconds": seconds / calls, "cpu": (time.process_time() - cpu) / calls}


def warm(run, ms):
    end = time.perf_counter() + ms / 1000
    timing = batch(run, 1)
    while time.perf_counter() < end:
        timing = batch(run, max(1, round(0.004 / timing["seconds"])))
    return timing


def read(tensor):
    return np.fromfile(tensor["file"], dtype=tensor["dtype"]).reshape(tensor["shape"])


def main(name):
    peers = {
        "torch": torch_peer,
        "jax": lambda: jax_peer(False),
        "jax-async": lambda: jax_peer(True),
        "numpy": numpy_peer,
    }
    prepare, arrays = peers[name]()
    run = None
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if question["ask"] == "prepare":
                case = question["case"]
                # The first call compiles: the cold start counts from here.
                inputs = {tensor["name"]: read(tensor) for tensor in case["inputs"]}
                started = time.perf_counter()
                run = prepare(case["work"], inputs)
                if isinstance(run, str):
                    answer = {"unsupported": run}
                else:
                    results = run()
                    first = time.perf_counter() - started
                    answer = {"results": [digest(a) for a in arrays(results)], "first": first}
            elif question["ask"] == "warm":
                answer = warm(run, question["ms"])
            elif question["ask"] == "run":
                answer = batch(run, question["calls"])
            else:
                run = results = None
                answer = {"released": True}
        except Exception as error:  # noqa: BLE001: whatever a peer throws is the driver's to report
            answer = {"failed": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main(sys.argv[1])
