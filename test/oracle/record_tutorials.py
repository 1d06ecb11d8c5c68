"""The computations of MXNet's and PyTorch's autograd tutorials, run by PyTorch, written to tutorials.json.

    python test/oracle/record_tutorials.py

needs torch (2.13.0 recorded what is committed). Each case is the tutorial's code, beside the request that asks for the
same; the request's program is what a client would post. MXNet's tutorial is
https://mxnet.apache.org/versions/1.9.1/api/python/docs/tutorials/getting-started/crash-course/3-autograd.html, PyTorch's
https://docs.pytorch.org/tutorials/beginner/blitz/autograd_tutorial.html with the tutorials it leads on to. Where a
tutorial draws random numbers, numbers are written here.
"""

import json
import pathlib

import torch
from torch.autograd.functional import hessian, hvp, jacobian, jvp

torch.set_default_dtype(torch.float64)
cases = []


def numbers(x):
    return x.detach().tolist()


def case(name, request, **answer):
    """Records a request and, by kind of derivative, what PyTorch gives."""
    cases.append({"name": name, "request": request, "answer": answer})


def leaf(data):
    return torch.tensor(data, requires_grad=True, dtype=torch.float64)


# -- MXNet: automatic differentiation

x = torch.arange(10.0).reshape(2, 5).requires_grad_()
y = 2 * x.T @ x
y.sum().backward()
case(
    "mxnet: y = 2 xᵀx, backward sums",
    {"program": "y = 2 * x.T @ x", "inputs": {"x": numbers(x)}, "gradients": [{"of": "y", "wrt": ["x"]}]},
    outputs={"y": numbers(y)},
    gradients=[{"x": numbers(x.grad)}],
)

x = leaf([1.0, 2.0, 3.0])
y = 2 * x + 2
y.backward(torch.tensor([10.0, 1.0, 0.1]))
case(
    "mxnet: a head gradient",
    {
        "program": "y = 2 * x + 2",
        "inputs": {"x": [1, 2, 3]},
        "gradients": [{"of": "y", "wrt": ["x"], "cotangent": [10, 1, 0.1]}],
    },
    gradients=[{"x": numbers(x.grad)}],
)


def f(a):
    b = a * 2
    while torch.abs(b).sum() < 1000:
        b = b * 2
    return b.sum() if b.sum() >= 0 else b[0]


# The loop runs as often as the data says; a program bounds it, and where() stops it.
doubling = """b = a * 2
for _ in range(12):
    b = jnp.where(jnp.abs(b).sum() < 1000, b * 2, b)
c = jnp.where(b.sum() >= 0, b.sum(), b[0])
"""
for data in ([0.37, -0.9, 1.4], [-0.37, -0.9, 0.4]):
    a = leaf(data)
    c = f(a)
    c.backward()
    case(
        f"mxnet: control flow on the data, a = {data}",
        {"program": doubling, "inputs": {"a": data}, "outputs": ["c"], "gradients": [{"of": "c", "wrt": ["a"]}]},
        outputs={"c": numbers(c)},
        gradients=[{"a": numbers(a.grad)}],
    )

x = leaf([0.0, 1.0, 2.0, 3.0])
y = x * x
u = y.detach()
z = u * x
z.sum().backward()
detached = numbers(x.grad)
x.grad = None
y = x * x
y.sum().backward()
case(
    "mxnet: detach",
    {
        "program": "y = x * x\nu = jax.lax.stop_gradient(y)\nz = u * x",
        "inputs": {"x": [0, 1, 2, 3]},
        "gradients": [{"of": "z", "wrt": ["x"]}, {"of": "y", "wrt": ["x"]}],
    },
    gradients=[{"x": detached}, {"x": numbers(x.grad)}],
)

x = leaf([1.0, 2.0, 3.0])
for _ in range(3):
    (x**2).sum().backward()
case(
    "mxnet: grad_req add, pytorch's default: three passes accumulate",
    {
        "program": "y = (x ** 2).sum()",
        "inputs": {"x": [1, 2, 3]},
        "gradients": [{"of": "y", "wrt": ["x"], "accumulate": {"x": [4, 8, 12]}}],
    },
    gradients=[{"x": numbers(x.grad)}],
)


class Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        (y,) = ctx.saved_tensors
        return dy * y * (1 - y)


x = leaf([-3.0, -0.5, 0.0, 0.25, 4.0])
Sigmoid.apply(x).sum().backward()
case(
    "mxnet: a sigmoid with a backward of its own",
    {
        "program": "y = 1 / (1 + jnp.exp(-x))\nz = jax.nn.sigmoid(x)",
        "inputs": {"x": numbers(x)},
        "outputs": [],
        "gradients": [{"of": "y", "wrt": ["x"]}, {"of": "z", "wrt": ["x"]}],
    },
    gradients=[{"x": numbers(x.grad)}, {"x": numbers(x.grad)}],
)

x = leaf([[0.2, -1.0], [0.7, 0.4]])
(first,) = torch.autograd.grad((torch.sin(x) * torch.exp(x)).sum(), x, create_graph=True)
first.sum().backward()
case(
    "mxnet: grad with create_graph, a derivative of a derivative",
    {
        "program": "def f(x):\n    return (jnp.sin(x) * jnp.exp(x)).sum()\n\ng = jax.grad(f)(x)\ns = g.sum()",
        "inputs": {"x": numbers(x)},
        "outputs": ["g"],
        "gradients": [{"of": "s", "wrt": ["x"]}],
    },
    outputs={"g": numbers(first)},
    gradients=[{"x": numbers(x.grad)}],
)

# -- PyTorch: a gentle introduction to torch.autograd

a, b = leaf([2.0, 3.0]), leaf([6.0, 4.0])
q = 3 * a**3 - b**2
q.backward(gradient=torch.tensor([1.0, 1.0]))
case(
    "pytorch: Q = 3a³ − b² with an external gradient",
    {
        "program": "Q = 3 * a**3 - b**2",
        "inputs": {"a": [2, 3], "b": [6, 4]},
        "gradients": [{"of": "Q", "wrt": ["a", "b"], "cotangent": [1, 1]}],
    },
    outputs={"Q": numbers(q)},
    gradients=[{"a": numbers(a.grad), "b": numbers(b.grad)}],
)

x = torch.ones(2, 2, requires_grad=True)
y = x + 2
y.retain_grad()
z = y * y * 3
out = z.mean()
out.backward()
case(
    "pytorch: out = mean(3 (x + 2)²), and an intermediate value",
    {
        "program": "y = x + 2\nz = y * y * 3\nout = z.mean()",
        "inputs": {"x": [[1, 1], [1, 1]]},
        "gradients": [{"of": "out", "wrt": ["x", "y"]}],
    },
    outputs={"out": numbers(out)},
    gradients=[{"x": numbers(x.grad), "y": numbers(y.grad)}],
)

data = [[0.5, -1.25], [2.0, 0.1]]
w = leaf(data)
a = w * 3 / (w - 1)
b = (a * a).sum()
b.backward()
case(
    "pytorch: grad_fn, b = Σ (3w / (w − 1))²",
    {
        "program": "a = ((w * 3) / (w - 1))\nb = (a * a).sum()",
        "inputs": {"w": data},
        "gradients": [{"of": "b", "wrt": ["w"]}],
    },
    outputs={"b": numbers(b)},
    gradients=[{"w": numbers(w.grad)}],
)

x = leaf([-0.6, 1.1, 0.3])
y = x * 2
while y.data.norm() < 1000:
    y = y * 2
y.backward(torch.tensor([0.1, 1.0, 0.0001]))
case(
    "pytorch: a vector-Jacobian product after doubling up to a norm",
    {
        "program": "y = x * 2\nfor _ in range(12):\n    y = jnp.where(jnp.linalg.norm(y) < 1000, y * 2, y)",
        "inputs": {"x": numbers(x)},
        "outputs": ["y"],
        "gradients": [{"of": "y", "wrt": ["x"], "cotangent": [0.1, 1.0, 0.0001]}],
    },
    outputs={"y": numbers(y)},
    gradients=[{"x": numbers(x.grad)}],
)

features = [[0.1, -0.7, 1.3], [0.9, 0.2, -0.4]]
labels = [[0.3, 0.9], [0.5, 0.1]]
weights = {"w1": [[0.2, -0.5, 0.8, 0.1]] * 3, "b1": [0.1, -0.2, 0.3, 0.0], "w2": [[0.6, -0.3]] * 4, "b2": [0.05, -0.05]}
p = {name: leaf(v) for name, v in weights.items()}
prediction = torch.relu(torch.tensor(features) @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]
loss = (prediction - torch.tensor(labels)).sum()
loss.backward()
optimizer = torch.optim.SGD(p.values(), lr=1e-2, momentum=0.9)
gradients = {name: numbers(x.grad) for name, x in p.items()}
optimizer.step()
case(
    "pytorch: usage, a model's prediction, loss.backward() and a step of SGD",
    {
        "program": "prediction = jax.nn.relu(data @ w1 + b1) @ w2 + b2\nloss = (prediction - labels).sum()\n"
        "def model(w1, b1, w2, b2):\n    return (jax.nn.relu(data @ w1 + b1) @ w2 + b2 - labels).sum()\n"
        "step = [w - 1e-2 * g for w, g in zip((w1, b1, w2, b2), jax.grad(model, argnums=(0, 1, 2, 3))(w1, b1, w2, b2))]\n"
        "n1, n2, n3, n4 = step\n",
        "inputs": {"data": features, "labels": labels, **weights},
        "outputs": ["loss", "n1", "n2", "n3", "n4"],
        "gradients": [{"of": "loss", "wrt": ["w1", "b1", "w2", "b2"]}],
    },
    outputs={"loss": numbers(loss), **{f"n{i + 1}": numbers(x) for i, x in enumerate(p.values())}},
    gradients=[gradients],
)

frozen = {name: leaf(v) for name, v in weights.items()}
frozen["w1"].requires_grad_(False)
hidden = torch.relu(torch.tensor(features) @ frozen["w1"] + frozen["b1"])
loss = torch.nn.functional.cross_entropy(hidden @ frozen["w2"] + frozen["b2"], torch.tensor([1, 0]))
loss.backward()
case(
    "pytorch: exclusion from the graph, frozen parameters and a classifier",
    {
        "program": "hidden = jax.nn.relu(data @ w1 + b1)\nlogits = hidden @ w2 + b2\n"
        "loss = -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1).mean()",
        "inputs": {"data": features, "labels": {"dtype": "int64", "data": [1, 0]}, **weights},
        "gradients": [{"of": "loss", "wrt": ["b1", "w2", "b2"]}],
    },
    outputs={"loss": numbers(loss)},
    gradients=[{name: numbers(frozen[name].grad) for name in ("b1", "w2", "b2")}],
)

x, v = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 0.0, 1.0])
square = lambda x: x**2  # noqa: E731
cubes = lambda x: (x**3).sum() + x.prod()  # noqa: E731
case(
    "pytorch: Jacobians, Hessians and their products",
    {
        "program": "y = x ** 2\ns = (x ** 3).sum() + jnp.prod(x)",
        "inputs": {"x": [1, 2, 3]},
        "outputs": [],
        "jacobians": [{"of": "y", "wrt": ["x"]}],
        "jvps": [{"of": ["y"], "tangents": {"x": [1, 0, 1]}}],
        "hessians": [{"of": "s", "wrt": ["x"]}],
        "hvps": [{"of": "s", "vectors": {"x": [1, 0, 1]}}],
    },
    jacobians=[{"x": numbers(jacobian(square, x))}],
    jvps=[{"y": numbers(jvp(square, x, v)[1])}],
    hessians=[{"x": {"x": numbers(hessian(cubes, x))}}],
    hvps=[{"x": numbers(hvp(cubes, x, v)[1])}],
)

lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
pathlib.Path(__file__).with_name("tutorials.json").write_text(f"[\n{lines}\n]\n")
