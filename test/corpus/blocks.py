# SPDX-License-Identifier: Apache-2.0
"""Blocks of convolutional networks for signals and images, each (graph, x) -> y, and draw_block.

They are the shapes that people deploy (residual, inverted residual, gated, squeeze-excite, inception, dense,
causal dilated), with the odd parameters that hand-written models have.
"""

import numpy as np
from layers import activate, chance, conv, pick, pool, spatial_mean
from unusual import UNUSUAL


def plain(graph, x):
    width = int(graph.random.integers(4, 15))
    kernel = pick(graph, [1, 2, 3, 3, 3, 4, 5, 7])
    pads = pick(graph, ["same", "same", "odd", "auto", "valid"])
    return activate(graph, conv(graph, x, width, kernel, pick(graph, [1, 1, 2, 3]), pads=pads))


def dilated(graph, x):
    width = int(graph.random.integers(4, 11))
    pads = pick(graph, ["same", "odd"])
    return activate(graph, conv(graph, x, width, 3, dilation=pick(graph, [2, 3, 4]), pads=pads))


def causal(graph, x):
    """Pad on the left, then a valid dilated convolution (temporal convolutional networks)."""
    rank = len(graph.shape(x)) - 2
    dilation, kernel = pick(graph, [1, 2, 4]), pick(graph, [2, 3])
    begin = [0, 0] + [dilation * (kernel - 1)] * rank
    inputs = [x, graph.constant(np.array(begin + [0] * (rank + 2), np.int64), "pads", as_node=True)]
    if chance(graph, 0.6):
        inputs.append(graph.constant(np.float32(0), "pad_value", as_node=True))
    padded = graph.node("Pad", inputs, mode="constant")
    return activate(graph, conv(graph, padded, graph.shape(x)[1], kernel, dilation=dilation, pads="valid"))


def asymmetric_kernel(graph, x):
    rank = len(graph.shape(x)) - 2
    kernel = [pick(graph, [1, 2, 3, 5]) for _ in range(rank)]
    stride = [pick(graph, [1, 1, 2]) for _ in range(rank)]
    return activate(graph, conv(graph, x, int(graph.random.integers(4, 11)), kernel, stride, pads="odd"))


def grouped(graph, x):
    groups = pick(graph, [2, 4])
    x = activate(graph, conv(graph, x, 8, 1), "relu")
    return activate(graph, conv(graph, x, pick(graph, [8, 16]), 3, groups=groups))


def separable(graph, x):
    channels = graph.shape(x)[1]
    multiplier = pick(graph, [1, 1, 1, 2])
    stride = pick(graph, [1, 1, 2])
    pads = pick(graph, ["same", "auto", "odd"])
    x = conv(graph, x, channels * multiplier, pick(graph, [3, 3, 5]), stride, groups=channels, pads=pads)
    x = activate(graph, x, pick(graph, ["relu", "relu", "relu6", "none"]))
    return activate(graph, conv(graph, x, int(graph.random.integers(6, 17)), 1))


def residual(graph, x):
    """Two convolutions beside the identity, or beside a strided 1x1 where the shape changes."""
    stride = pick(graph, [1, 1, 2])
    width = graph.shape(x)[1] if stride == 1 else int(graph.random.integers(6, 13))
    kind = pick(graph, ["relu", "relu", "relu6", "leaky", "swish"])
    y = activate(graph, conv(graph, x, width, 3, stride), kind)
    y = conv(graph, y, width, pick(graph, [1, 3]))
    same = graph.shape(y) == graph.shape(x)
    short = x if same else conv(graph, x, width, 1, stride, pads="same")
    total = graph.node("Add", [y, short] if chance(graph, 0.5) else [short, y])
    return activate(graph, total, pick(graph, [kind, "none"]))


def inverted_residual(graph, x):
    channels = graph.shape(x)[1]
    kind = pick(graph, ["relu6", "relu6", "relu", "hardswish"])
    y = activate(graph, conv(graph, x, channels * 2, 1), kind)
    y = activate(graph, conv(graph, y, channels * 2, 3, groups=channels * 2), kind)
    y = conv(graph, y, channels, 1)
    return graph.node("Add", [x, y])


def gated(graph, x):
    """tanh(conv) * sigmoid(conv), with a residual and sometimes a 1x1 in between (WaveNet)."""
    channels, dilation = graph.shape(x)[1], pick(graph, [1, 2, 3])
    signal = conv(graph, x, channels, 3, dilation=dilation, norm=False)
    gate = conv(graph, x, channels, 3, dilation=dilation, norm=False)
    signal = activate(graph, signal, pick(graph, ["tanh", "tanh", "none"]))
    y = graph.node("Mul", [signal, activate(graph, gate, "sigmoid")])
    if chance(graph, 0.6):
        y = conv(graph, y, channels, 1, norm=False)
    return graph.node("Add", [y, x]) if chance(graph, 0.7) else y


def split_gate(graph, x):
    """One convolution of twice the width, cut in two by Slice: a * sigmoid(b) (gated linear unit)."""
    channels = graph.shape(x)[1]
    y = conv(graph, x, channels * 2, 3, norm=False)
    halves = []
    for start, end in ((0, channels), (channels, pick(graph, [2 * channels, np.iinfo(np.int64).max]))):
        channel_axis = 1
        bounds = [np.array([value], np.int64) for value in (start, end, channel_axis)]
        halves.append(
            graph.node("Slice", [y] + [graph.constant(value, "slice", as_node=True) for value in bounds])
        )
    return graph.node("Mul", [halves[0], activate(graph, halves[1], "sigmoid")])


def squeeze_excite(graph, x):
    channels = graph.shape(x)[1]
    y = graph.node("GlobalAveragePool", [x]) if chance(graph, 0.8) else spatial_mean(graph, x, keepdims=1)
    y = activate(graph, conv(graph, y, max(2, channels // 2), 1, norm=False), pick(graph, ["relu", "swish"]))
    y = conv(graph, y, channels, 1, norm=False)
    scale = activate(graph, y, pick(graph, ["sigmoid", "hardsigmoid"]))
    return graph.node("Mul", [x, scale] if chance(graph, 0.7) else [scale, x])


def inception(graph, x):
    """Branches of different kernels and a pooled one, concatenated over channels."""
    branches = [
        activate(graph, conv(graph, x, 4, kernel), "relu")
        for kernel in pick(graph, [(1, 3), (1, 3, 5), (3, 3)])
    ]
    if chance(graph, 0.5):
        branches.append(pool(graph, x, pick(graph, ["MaxPool", "AveragePool"]), 3, 1, pad=1))
    if any(graph.shape(branch)[2:] != graph.shape(branches[0])[2:] for branch in branches):
        branches = [branch for branch in branches if graph.shape(branch)[2:] == graph.shape(branches[0])[2:]]
    return graph.node("Concat", branches, axis=pick(graph, [1, 1, 1 - len(graph.shape(x))]))


def dense_block(graph, x):
    for _ in range(2):
        y = activate(graph, conv(graph, x, 4, 3), pick(graph, ["relu", "swish"]))
        x = graph.node("Concat", [x, y], axis=1)
    return x


def pooled(graph, x):
    operator = pick(graph, ["MaxPool", "MaxPool", "AveragePool"])
    kernel = pick(graph, [2, 2, 3])
    pad = pick(graph, [0, 0, 1])
    return pool(
        graph, x, operator, kernel, pick(graph, [1, 2, 2]), chance(graph, 0.3), pad, chance(graph, 0.4)
    )


def multiscale(graph, x):
    """A strided convolution beside an average pool of the same stride."""
    y = activate(graph, conv(graph, x, graph.shape(x)[1], 3, 2, pads="same"), "relu")
    z = pool(graph, x, "AveragePool", 2, 2, ceil=True)
    if graph.shape(y) != graph.shape(z):
        return y
    return graph.node("Concat", [y, z], axis=1)


def dropout(graph, x):
    """Dropout left in an inference export."""
    return graph.node("Dropout", [x])


def scaled(graph, x):
    """Per-channel Mul and Add with constants: a normalization that nobody folded."""
    rank = len(graph.shape(x)) - 2
    form = [1, graph.shape(x)[1]] + [1] * rank
    gain = graph.constant(graph.random.uniform(0.5, 1.5, form).astype(np.float32), "gain")
    shift = graph.constant(graph.random.normal(0, 0.3, form).astype(np.float32), "shift")
    return graph.node("Add", [graph.node("Mul", [x, gain]), shift])


def shuffle(graph, x):
    """Channel shuffle: Reshape, Transpose, Reshape (ShuffleNet)."""
    shape = graph.shape(x)
    if shape[1] % 2:
        return x
    batch = -1 if graph.dynamic_batch else shape[0]
    cut = graph.constant(np.array([batch, 2, shape[1] // 2, *shape[2:]], np.int64), "shape", as_node=True)
    join = graph.constant(np.array([batch, *shape[1:]], np.int64), "shape", as_node=True)
    order = [0, 2, 1, *range(3, len(shape) + 1)]
    return graph.node(
        "Reshape", [graph.node("Transpose", [graph.node("Reshape", [x, cut])], perm=order), join]
    )


def depth_to_space(graph, x):
    if len(graph.shape(x)) != 4 or np.prod(graph.shape(x)[2:]) > 80:
        return plain(graph, x)
    y = conv(graph, x, pick(graph, [4, 8]), 3, norm=False)
    return graph.node("DepthToSpace", [y], blocksize=2, mode=pick(graph, ["DCR", "CRD"]))


def conv1d_as_2d(graph, x):
    """TensorFlow's 1-D convolution: Unsqueeze, 2-D convolution, Squeeze."""
    if len(graph.shape(x)) != 3:
        return plain(graph, x)
    axis = graph.constant(np.array([2], np.int64), "axes", as_node=True)
    y = conv(graph, graph.node("Unsqueeze", [x, axis]), 8, [1, 3], [1, pick(graph, [1, 2])])
    return activate(graph, graph.node("Squeeze", [y, axis]), "relu")


def spatial_attention(graph, x):
    gate = activate(graph, conv(graph, x, 1, 3, norm=False), "sigmoid")
    return graph.node("Mul", [x, gate])


COMMON = [
    plain,
    plain,
    separable,
    residual,
    residual,
    inverted_residual,
    gated,
    inception,
    pooled,
    pooled,
    squeeze_excite,
]
RARE = [
    dilated,
    causal,
    asymmetric_kernel,
    grouped,
    split_gate,
    dense_block,
    multiscale,
    dropout,
    scaled,
    shuffle,
]
RARE += [depth_to_space, conv1d_as_2d, spatial_attention]


def draw_block(graph):
    draw = graph.random.random()
    return pick(graph, COMMON if draw < 0.5 else RARE if draw < 0.82 else UNUSUAL)
