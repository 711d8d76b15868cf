# SPDX-License-Identifier: Apache-2.0
"""Blocks that few networks have and every compiler meets: shared tensors, odd sizes and parameters."""

import numpy as np
from layers import activate, batch_norm, chance, conv, pick


def ints(graph, values, kind):
    return graph.constant(np.array(values, np.int64), kind, as_node=True)


def doubled(graph, x):
    """A tensor as both operands: x + x, or x * x."""
    return graph.node(pick(graph, ["Add", "Mul"]), [x, x])


def repeated_concat(graph, x):
    y = activate(graph, conv(graph, x, 3, 1, norm=False), "relu")
    return graph.node("Concat", [y, x, y], axis=1)


def two_readers(graph, x):
    """One convolution read by two activations, so that neither can be absorbed."""
    y = conv(graph, x, graph.shape(x)[1], 3, norm=False)
    kinds = pick(graph, [("relu", "sigmoid"), ("relu", "tanh"), ("relu6", "leaky"), ("none", "relu")])
    return graph.node(pick(graph, ["Add", "Mul", "Add"]), [activate(graph, y, kind) for kind in kinds])


def cropped_residual(graph, x):
    """Valid convolution; the shortcut is cropped by Slice on the spatial axes."""
    shape = graph.shape(x)
    if min(shape[2:]) < 4:
        return conv(graph, x, shape[1], 1)
    y = conv(graph, x, shape[1], 3, pads="valid")
    ends = pick(graph, [[size - 1 for size in shape[2:]], [-1] * (len(shape) - 2)])
    axes = list(range(2, len(shape)))
    bounds = [ints(graph, [1] * len(axes), "starts"), ints(graph, ends, "ends"), ints(graph, axes, "axes")]
    return graph.node("Add", [y, graph.node("Slice", [x] + bounds)])


def strided_slice(graph, x):
    """Every second position, by Slice with steps."""
    if graph.shape(x)[2] < 4:
        return x
    whole = int(np.iinfo(np.int64).max)
    bounds = [
        ints(graph, [value], name)
        for value, name in ((0, "starts"), (whole, "ends"), (2, "axes"), (2, "steps"))
    ]
    return activate(graph, conv(graph, graph.node("Slice", [x] + bounds), 6, 3), "relu")


def broadcast_add(graph, x):
    """A per-channel vector from global pooling added back to the map."""
    y = conv(graph, graph.node("GlobalAveragePool", [x]), graph.shape(x)[1], 1, norm=False)
    return graph.node("Add", [x, y] if chance(graph, 0.5) else [y, x])


def over_channels(graph, x):
    """A dense layer on the channels of each position: Transpose, MatMul (+ Add), Transpose (mixers,
    time-distributed).
    """
    shape = graph.shape(x)
    order = [0, *range(2, len(shape)), 1]
    units = int(graph.random.integers(4, 11))
    weight = graph.weight([shape[1], units], shape[1], "dense.kernel")
    graph.macs += int(np.prod(shape)) * units
    y = graph.node("MatMul", [graph.node("Transpose", [x], perm=order), weight])
    if chance(graph, 0.6):
        y = graph.node("Add", [y, graph.bias(units, "dense.bias")])
    y = activate(graph, y, pick(graph, ["relu", "hardswish", "none"]))
    return graph.node("Transpose", [y], perm=[0, len(shape) - 1, *range(1, len(shape) - 1)])


def self_attention(graph, x):
    """Softmax of query times key over positions, times value: MatMul of two activations. Signals only."""
    shape = graph.shape(x)
    if len(shape) != 3 or shape[2] > 32:
        return broadcast_add(graph, x)
    query, key, value = (conv(graph, x, 4, 1, norm=False) for _ in range(3))
    graph.macs += 8 * shape[2] ** 2
    scores = graph.node("MatMul", [graph.node("Transpose", [query], perm=[0, 2, 1]), key])
    weights = graph.node("Softmax", [scores], axis=-1)
    mixed = graph.node("MatMul", [value, graph.node("Transpose", [weights], perm=[0, 2, 1])])
    return graph.node("Add", [conv(graph, mixed, shape[1], 1, norm=False), x])


def odd_clip(graph, x):
    """Clip to other limits than 0 and 6, or with one limit only."""
    y = conv(graph, x, graph.shape(x)[1], 3)
    low, high = pick(graph, [(-1, 1), (0, 1), (-0.5, 3), (0, None), (None, 2), (0.25, 4)])
    inputs = [y] + [graph.constant(np.float32(v), "limit") if v is not None else "" for v in (low, high)]
    return graph.node("Clip", inputs if high is not None else inputs[:2])


def wide_step(graph, x):
    """Stride beyond the kernel, or a kernel as large as the map."""
    shape = graph.shape(x)
    if chance(graph, 0.5) or np.prod(shape[2:]) > 64:
        return activate(graph, conv(graph, x, 6, pick(graph, [1, 2]), 3, pads="valid"), "relu")
    return activate(graph, conv(graph, x, 6, list(shape[2:]), 1, pads="same"), "relu")


def padded(graph, x):
    """Pad with another value, or by reflection or repetition, on some sides."""
    rank = len(graph.shape(x)) - 2
    room = [min(2, size - 1) for size in graph.shape(x)[2:]]
    sides = [[int(graph.random.integers(0, r + 1)) for r in room] for _ in range(2)]
    mode = pick(graph, ["constant", "constant", "reflect", "edge"])
    inputs = [x, ints(graph, [0, 0, *sides[0], 0, 0, *sides[1]], "pads")]
    if mode == "constant":
        inputs.append(graph.constant(np.float32(pick(graph, [0, 0.5, -1])), "pad_value"))
    return activate(
        graph, conv(graph, graph.node("Pad", inputs, mode=mode), 4 + rank, 3, pads="valid"), "relu"
    )


def dilated_pool(graph, x):
    rank = len(graph.shape(x)) - 2
    if min(graph.shape(x)[2:]) < 4:
        return x
    return graph.node("MaxPool", [x], kernel_shape=[2] * rank, dilations=[2] * rank, strides=[1] * rank)


def folded_image(graph, x):
    """Reshape of the whole map to another one of the same size, and an activation twice."""
    shape = graph.shape(x)
    if shape[2] % 2:
        return activate(graph, activate(graph, x, "relu"), pick(graph, ["relu", "relu6"]))
    batch = -1 if graph.dynamic_batch else shape[0]
    target = ints(graph, [batch, shape[1] * 2, shape[2] // 2, *shape[3:]], "shape")
    return activate(graph, conv(graph, graph.node("Reshape", [x, target]), 6, 1), "relu")


def normalized_first(graph, x):
    """Batch norm before the convolution (pre-activation networks): nothing for it to fold into."""
    return conv(graph, activate(graph, batch_norm(graph, x), "relu"), graph.shape(x)[1], 3, norm=False)


def shared_with_output(graph, x):
    """An intermediate that is a graph output as well."""
    y = activate(graph, conv(graph, x, 4, 3, norm=False), pick(graph, ["relu", "none", "sigmoid"]))
    graph.output(y)
    return y


def shared_weights(graph, x):
    """The same convolution weights applied twice in a row."""
    channels = graph.shape(x)[1]
    rank = len(graph.shape(x)) - 2
    weight = graph.weight([channels, channels] + [1] * rank, channels, "conv.weight")
    bias = graph.bias(channels, "conv.bias")
    for _ in range(2):
        x = graph.node("Relu", [graph.node("Conv", [x, weight, bias], kernel_shape=[1] * rank)])
        graph.macs += int(np.prod(graph.shape(x))) * channels
    return x


UNUSUAL = [
    doubled,
    repeated_concat,
    two_readers,
    cropped_residual,
    strided_slice,
    broadcast_add,
    over_channels,
]
UNUSUAL += [self_attention, odd_clip, wide_step, padded, dilated_pool, folded_image, normalized_first]
UNUSUAL += [shared_with_output, shared_weights]
