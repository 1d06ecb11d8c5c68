# The gradients of the load bench by PyTorch behind FastAPI, as its documentation would have it: a dict in, a dict out.

import torch
from fastapi import Body, FastAPI

torch.set_num_threads(1)
app = FastAPI()


def tensors(inputs, wrt):
    return {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=name in wrt) for name, value in inputs.items()
    }


def answer(value, of, leaves):
    value.backward()
    return {
        "outputs": {of: value.item()},
        "gradients": {name: leaf.grad.tolist() for name, leaf in leaves.items() if leaf.requires_grad},
    }


@app.get("/ready")
def ready():
    return {"ready": True}


@app.post("/rosenbrock")
async def rosenbrock(body: dict = Body()):
    leaves = tensors(body["inputs"], ["x"])
    x = leaves["x"]
    return answer(torch.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2), "f", leaves)


@app.post("/mlp")
async def mlp(body: dict = Body()):
    leaves = tensors(body["inputs"], ["w1", "b1", "w2", "b2"])
    h = torch.tanh(leaves["x"] @ leaves["w1"] + leaves["b1"])
    y = h @ leaves["w2"] + leaves["b2"]
    return answer(torch.mean((y[:, 0] - leaves["t"]) ** 2), "loss", leaves)


@app.post("/elementwise")
async def elementwise(body: dict = Body()):
    leaves = tensors(body["inputs"], ["x"])
    return answer(torch.sum(torch.tanh(leaves["x"])), "y", leaves)
