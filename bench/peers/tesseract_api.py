# sum(tanh(x)) with its vector-Jacobian product by PyTorch, as a Tesseract.

import torch
from pydantic import BaseModel
from tesseract_core.runtime import Array, Differentiable, Float64

torch.set_num_threads(1)


class InputSchema(BaseModel):
    x: Differentiable[Array[(None,), Float64]]


class OutputSchema(BaseModel):
    y: Differentiable[Float64]


def apply(inputs: InputSchema) -> OutputSchema:
    return OutputSchema(y=torch.sum(torch.tanh(torch.as_tensor(inputs.x))).item())


def vector_jacobian_product(inputs, vjp_inputs, vjp_outputs, cotangent_vector):
    x = torch.tensor(inputs.x, requires_grad=True)
    torch.sum(torch.tanh(x)).backward(torch.tensor(float(cotangent_vector["y"]), dtype=torch.float64))
    return {"x": x.grad.numpy()}


def abstract_eval(abstract_inputs):
    return {"y": {"shape": [], "dtype": "float64"}}
