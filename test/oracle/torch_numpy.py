"""As much of jax.numpy as the plain random programs use, on PyTorch: a second opinion on their gradients."""

import functools
import types

import numpy as np
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


class Unknown(Exception):
    """The program uses something that has no counterpart here."""


def axes(x, axis):
    return tuple(range(x.ndim)) if axis is None else axis


def tensor(x):
    return x if isinstance(x, torch.Tensor) else torch.as_tensor(x, dtype=torch.float64)


def total_product(x, axis=None, keepdims=False):
    if axis is None:
        y = torch.prod(x)
        return y.reshape((1,) * x.ndim) if keepdims else y
    return torch.prod(x, dim=axis, keepdim=keepdims)


def cumulative(f):
    return lambda x, axis: f(x, dim=axis)


jnp = types.SimpleNamespace(
    **{name: getattr(torch, name) for name in "sin cos tanh exp expm1 log log1p sqrt square abs dot outer einsum matmul".split()},
    arctan=torch.atan,
    maximum=lambda x, y: torch.maximum(tensor(x), tensor(y)),
    minimum=lambda x, y: torch.minimum(tensor(x), tensor(y)),
    logaddexp=torch.logaddexp,
    where=lambda c, x, y: torch.where(c, tensor(x), tensor(y)),
    sum=lambda x, axis=None, keepdims=False: torch.sum(x, dim=axes(x, axis), keepdim=keepdims),
    mean=lambda x, axis=None, keepdims=False: torch.mean(x, dim=axes(x, axis), keepdim=keepdims),
    max=lambda x, axis=None, keepdims=False: torch.amax(x, dim=axes(x, axis), keepdim=keepdims),
    min=lambda x, axis=None, keepdims=False: torch.amin(x, dim=axes(x, axis), keepdim=keepdims),
    var=lambda x, axis=None, keepdims=False: torch.var(x, dim=axes(x, axis), correction=0, keepdim=keepdims),
    std=lambda x, axis=None, keepdims=False: torch.std(x, dim=axes(x, axis), correction=0, keepdim=keepdims),
    prod=total_product,
    cumsum=cumulative(torch.cumsum),
    reshape=torch.reshape,
    concatenate=lambda xs, axis: torch.cat(xs, dim=axis),
    stack=torch.stack,
    array=lambda xs: torch.stack([tensor(x) for x in xs]),
    flip=lambda x, axis: torch.flip(x, (axis,)),
    roll=torch.roll,
    expand_dims=torch.unsqueeze,
    tensordot=lambda x, y, axes: torch.tensordot(x, y, dims=axes),
)
jax = types.SimpleNamespace(
    numpy=jnp,
    nn=types.SimpleNamespace(
        relu=F.relu,
        sigmoid=torch.sigmoid,
        softplus=F.softplus,
        silu=F.silu,
        elu=F.elu,
        leaky_relu=F.leaky_relu,
        softmax=lambda x, axis: torch.softmax(x, dim=axis),
        log_softmax=lambda x, axis: torch.log_softmax(x, dim=axis),
    ),
    scipy=types.SimpleNamespace(
        special=types.SimpleNamespace(
            logsumexp=lambda x, axis=None, keepdims=False: torch.logsumexp(x, dim=axes(x, axis), keepdim=keepdims)
        )
    ),
)


def gradient(text, inputs):
    """The gradient of `loss` in every input."""
    given = {
        name: torch.tensor(np.array(x["data"], dtype=float).reshape(x["shape"]), requires_grad=True)
        for name, x in inputs.items()
    }
    space = {"jnp": jnp, "jax": jax, "functools": functools, **given}
    body = "\n".join(line for line in text.splitlines() if not line.startswith("import "))
    try:
        exec(body, space)
    except (AttributeError, TypeError, RuntimeError, IndexError, ValueError) as error:
        raise Unknown(str(error)) from error
    space["loss"].backward()
    return {name: (torch.zeros_like(x) if x.grad is None else x.grad).numpy().ravel() for name, x in given.items()}
