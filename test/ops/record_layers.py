"""Records values and gradients of layers from PyTorch (float64) into layers.fixture.json: python record_layers.py

Each case holds the op, its attributes, its operands, the outputs, and for every float operand the cotangent that the
weights 1, 1.5, 2, 2.5, 1, ... pull back from the concatenated outputs.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

rng = np.random.default_rng(11)
cases = []


def draw(*shape, low=-2, high=2):
    return np.round(rng.uniform(low, high, shape), 2)


def tensor(x):
    x = np.asarray(x)
    return {'dtype': str(x.dtype), 'shape': list(x.shape), 'data': x.ravel().tolist()}


def case(op, fn, *operands, frozen=(), **attrs):
    """Operands in `frozen` have no recorded cotangent, and outputs without a gradient in PyTorch none to pull back."""
    at = [torch.from_numpy(np.array(x)) for x in operands]
    wrt = [i for i, x in enumerate(at) if x.dtype == torch.float64 and i not in frozen]
    for i in wrt:
        at[i].requires_grad_()
    y = fn(*at)
    outputs = list(y) if isinstance(y, tuple) else [y]
    flat = torch.cat([o.reshape(-1) for o in outputs if o.requires_grad])
    weights = 1 + 0.5 * (torch.arange(flat.numel()) % 4)
    gradients = torch.autograd.grad((flat * weights).sum(), [at[i] for i in wrt])
    cases.append(
        {
            'op': op,
            'attrs': attrs,
            'operands': [tensor(x) for x in operands],
            'outputs': [tensor(o.detach()) for o in outputs],
            'pulled': [o.requires_grad for o in outputs],
            'gradients': [tensor(gradients[wrt.index(i)]) if i in wrt else None for i in range(len(at))],
        }
    )


case('layer_norm', lambda x, w, b: F.layer_norm(x, (2, 3), w, b), draw(2, 2, 3), draw(2, 3), draw(2, 3), normalized_shape=[2, 3])
case('rms_norm', lambda x, w: F.rms_norm(x, (4,), w), draw(3, 4), draw(4), normalized_shape=[4])
case('group_norm', lambda x, w, b: F.group_norm(x, 2, w, b, 0.1), draw(2, 4, 3), draw(4), draw(4), num_groups=2, eps=0.1)
case('instance_norm', lambda x, w, b: F.instance_norm(x, weight=w, bias=b), draw(2, 3, 2, 2), draw(3), draw(3))


def batch_norm(training, *options):
    def run(x, mean, var, weight, bias):
        mean, var = mean.clone(), var.clone()
        return F.batch_norm(x, mean, var, weight, bias, training, *options), mean, var

    return run


statistics = draw(2, 3, 2), draw(3), draw(3, low=0.5), draw(3), draw(3)
case('batch_norm', batch_norm(False, 0.1, 1e-3), *statistics, frozen=(1, 2), eps=1e-3)
case('batch_norm', batch_norm(True, 0.3), *statistics, frozen=(1, 2), training=True, momentum=0.3)
case('normalize', lambda x: F.normalize(x, 3.0, 0), draw(3, 2), p=3, axis=0)
case('normalize', lambda x: F.normalize(x, 2.0, 1, 1.5), draw(4, 2), eps=1.5)
case('cosine_similarity', lambda x, y: F.cosine_similarity(x, y, -1), draw(2, 3), draw(2, 3), axis=-1)

case('conv1d', lambda x, w, b: F.conv1d(x, w, b, 2, 1, 2), draw(2, 2, 7), draw(3, 2, 2), draw(3), stride=[2], padding=1, dilation=[2])
case('conv1d', lambda x, w: F.conv1d(x, w, padding='same', groups=2), draw(2, 5), draw(4, 1, 4), padding='SAME', groups=2)
case(
    'conv2d',
    lambda x, w, b: F.conv2d(x, w, b, (1, 2), (1, 0), 1, 2),
    draw(2, 4, 4, 5),
    draw(2, 2, 3, 2),
    draw(2),
    stride=[1, 2],
    padding=[1, 0],
    groups=2,
)
case('conv3d', lambda x, w: F.conv3d(x, w, None, 1, 1), draw(1, 2, 2, 2, 3), draw(1, 2, 2, 3, 2), padding=1)

case(
    'conv_transpose1d',
    lambda x, w, b: F.conv_transpose1d(x, w, b, 3, 1, 2, 2, 2),
    draw(2, 4, 3),
    draw(4, 1, 3),
    draw(2),
    stride=[3],
    padding=[1],
    output_padding=[2],
    groups=2,
    dilation=[2],
)
case('conv_transpose2d', lambda x, w: F.conv_transpose2d(x, w, None, (2, 1), (0, 1)), draw(1, 2, 2, 3), draw(2, 1, 2, 3), stride=[2, 1], padding=[0, 1])
case('conv_transpose3d', lambda x, w: F.conv_transpose3d(x, w, None, 2), draw(1, 1, 2, 1, 2), draw(1, 2, 1, 2, 2), stride=[2])

ties = np.array([[[[1.0, 1, 0, 2], [1, 0, 2, 2], [0, 0, 0, 0]]]])
case('max_pool2d', lambda x: F.max_pool2d(x, 2, 1), ties, kernel_size=[2], stride=[1])
case('max_pool2d', lambda x: F.max_pool2d(x, (3, 2), 2, (1, 1), 1, True), draw(1, 2, 4, 5), kernel_size=[3, 2], stride=[2], padding=1, ceil_mode=True)
case('max_pool1d', lambda x: F.max_pool1d(x, 2, 2, 1, 3), draw(2, 3, 7), kernel_size=[2], stride=[2], padding=1, dilation=[3])
case('avg_pool1d', lambda x: F.avg_pool1d(x, 3, 2, 1, True), draw(2, 1, 6), kernel_size=[3], stride=[2], padding=1, ceil_mode=True)
case(
    'avg_pool1d',
    lambda x: F.avg_pool1d(x, 3, 2, 1, True, False),
    draw(1, 2, 6),
    kernel_size=[3],
    stride=[2],
    padding=1,
    ceil_mode=True,
    count_include_pad=False,
)
case('avg_pool2d', lambda x: F.avg_pool2d(x, (2, 3), 1, (1, 1)), draw(1, 2, 3, 4), kernel_size=[2, 3], stride=[1], padding=1)
case('avg_pool2d', lambda x: F.avg_pool2d(x, 2, divisor_override=3), draw(1, 1, 4, 4), kernel_size=[2], divisor_override=3)
case('global_avg_pool', lambda x: F.adaptive_avg_pool2d(x, 1), draw(2, 2, 3, 2))

case('embedding', lambda i, w: F.embedding(i, w, 1), np.array([[0, 1, 2], [1, 0, 0]]), draw(3, 2), padding_idx=1)

attention = F.scaled_dot_product_attention
q, k, v = draw(2, 2, 3), draw(2, 4, 3), draw(2, 4, 2)
case('scaled_dot_product_attention', attention, q, k, v)
case('scaled_dot_product_attention', lambda q, k, v: attention(q, k, v, is_causal=True, scale=0.7), q, k, v, is_causal=True, scale=0.7)
case('scaled_dot_product_attention', attention, q, k, v, draw(2, 4))
mask = np.array([[True, False, True, True], [False, True, False, False]])
case('scaled_dot_product_attention', attention, q, k, v, mask)

path = pathlib.Path(__file__).with_name('layers.fixture.json')
path.write_text('[\n' + ',\n'.join(json.dumps(c) for c in cases) + '\n]\n')
