# SPDX-License-Identifier: Apache-2.0
"""Layers as exporters write them: each takes a FloatGraph and a tensor name, and returns a tensor name.

Images are N x C x H x W, signals N x C x L, vectors N x F. Random choices come from the graph's own
generator.
"""

import numpy as np

ACTIVATIONS = (
    ["relu"] * 8 + ["relu6"] * 3 + ["leaky", "swish", "hardswish", "sigmoid", "tanh", "hardsigmoid", "none"]
)


def chance(graph, probability):
    return graph.random.random() < probability


def pick(graph, options):
    return options[int(graph.random.integers(len(options)))]


def conv(graph, x, channels, kernel=3, stride=1, dilation=1, groups=1, pads="same", bias=None, norm=None):
    """Convolution over all spatial axes. `pads`: 'same' (torch, symmetric), 'auto' (SAME_UPPER/LOWER),
    'odd', 'valid'.
    """
    shape = graph.shape(x)
    rank = len(shape) - 2
    kernel = [kernel] * rank if np.isscalar(kernel) else list(kernel)
    kernel = [min(k, 1 + (size - 1) // dilation) for k, size in zip(kernel, shape[2:])]
    stride = [stride] * rank if np.isscalar(stride) else list(stride)
    attributes = {"kernel_shape": kernel, "strides": stride, "group": groups}
    if dilation == 1 or pads != "auto":
        attributes["dilations"] = [dilation] * rank
    reach = [dilation * (k - 1) for k in kernel]
    if pads == "auto" and dilation == 1:
        attributes["auto_pad"] = pick(graph, ["SAME_UPPER", "SAME_UPPER", "SAME_LOWER"])
    elif pads == "odd":
        begin = [int(graph.random.integers(0, r + 1)) for r in reach]
        attributes["pads"] = begin + [r - b for r, b in zip(reach, begin)]
    elif pads == "valid" and all(size > r for size, r in zip(shape[2:], reach)):
        attributes["pads"] = [0] * (2 * rank)
    else:
        attributes["pads"] = [r // 2 for r in reach] + [r - r // 2 for r in reach]
    norm = chance(graph, 0.25) if norm is None else norm
    bias = (not norm and chance(graph, 0.85)) if bias is None else bias
    fan_in = shape[1] // groups * int(np.prod(kernel))
    inputs = [x, graph.weight([channels, shape[1] // groups] + kernel, fan_in, "conv.weight")]
    if bias:
        inputs.append(graph.bias(channels, "conv.bias"))
    y = graph.node("Conv", inputs, **attributes)
    graph.macs += int(np.prod(graph.shape(y))) * fan_in
    return batch_norm(graph, y) if norm else y


def batch_norm(graph, x):
    """BatchNormalization with the statistics that the tensor really has (plus some training noise)."""
    values = np.concatenate(graph.values[x])
    axes = tuple(i for i in range(values.ndim) if i != 1)
    channels = values.shape[1]
    mean = values.mean(axis=axes) + graph.random.normal(0, 0.1, channels)
    variance = values.var(axis=axes) * np.exp(graph.random.normal(0, 0.2, channels)) + 1e-3
    gamma = np.abs(graph.random.normal(1, 0.3, channels))
    beta = graph.random.normal(0, 0.3, channels)
    named = [("bn.weight", gamma), ("bn.bias", beta), ("bn.running_mean", mean), ("bn.running_var", variance)]
    inputs = [x] + [graph.constant(value.astype(np.float32), name) for name, value in named]
    return graph.node("BatchNormalization", inputs, epsilon=pick(graph, [1e-5, 1e-3]))


def clip(graph, x, low, high):
    limits = [graph.constant(np.float32(value), "clip_limit", as_node=True) for value in (low, high)]
    return graph.node("Clip", [x] + limits)


def activate(graph, x, kind=None):
    kind = pick(graph, ACTIVATIONS) if kind is None else kind
    if kind == "relu6":
        return clip(graph, x, 0, 6)
    if kind == "leaky":
        return graph.node("LeakyRelu", [x], alpha=pick(graph, [0.01, 0.1, 0.2]))
    if kind == "swish":
        return graph.node("Mul", [x, graph.node("Sigmoid", [x])])
    if kind == "hardsigmoid":
        return graph.node("HardSigmoid", [x], alpha=pick(graph, [1 / 6, 0.2]), beta=0.5)
    if kind == "hardswish":
        if graph.opset >= 14 and chance(graph, 0.6):
            return graph.node("HardSwish", [x])
        return graph.node("Mul", [x, graph.node("HardSigmoid", [x], alpha=1 / 6, beta=0.5)])
    named = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}
    return graph.node(named[kind], [x]) if kind in named else x


def dense(graph, x, units):
    """Fully connected layer on N x F (or on the last axis): Gemm as torch and Keras write it, or MatMul with
    Add.
    """
    depth = graph.shape(x)[-1]
    flat = len(graph.shape(x)) == 2
    graph.macs += int(np.prod(graph.shape(x))) * units
    if flat and (graph.style == "torch" or chance(graph, 0.4)):
        transposed = graph.style == "torch" or chance(graph, 0.3)
        weight = graph.weight([units, depth], depth, "fc.weight")
        if not transposed:
            weight = _transposed(graph, weight)
        inputs = [x, weight] + ([graph.bias(units, "fc.bias")] if chance(graph, 0.92) else [])
        return graph.node("Gemm", inputs, transB=int(transposed))
    y = graph.node("MatMul", [x, _transposed(graph, graph.weight([units, depth], depth, "dense.kernel"))])
    if not chance(graph, 0.9):
        return y
    bias = graph.bias(units, "dense.bias")
    return graph.node("Add", [y, bias] if chance(graph, 0.7) else [bias, y])


def pool(graph, x, operator, kernel=2, stride=2, ceil=False, pad=0, count_pad=False):
    shape = graph.shape(x)
    rank = len(shape) - 2
    kernel = [min(kernel, size) for size in shape[2:]]
    attributes = {"kernel_shape": kernel, "strides": [min(stride, k) for k in kernel]}
    if graph.style == "tf" and pad:
        attributes["auto_pad"] = "SAME_UPPER"
    else:
        pad = pad if all(k > pad for k in kernel) else 0
        attributes["pads"] = [pad] * (2 * rank)
        steps = attributes["strides"]
        last = [
            -(-(size + 2 * pad - k) // step) * step - pad for size, k, step in zip(shape[2:], kernel, steps)
        ]
        # Builds disagree about a last window that lies in the padding altogether.
        attributes["ceil_mode"] = int(ceil and all(start < size for start, size in zip(last, shape[2:])))
    if operator == "AveragePool":
        attributes["count_include_pad"] = int(count_pad)
    return graph.node(operator, [x], **attributes)


def flatten(graph, x):
    """N x ... to N x F, in one of the ways that exporters have for it."""
    shape = graph.shape(x)
    if len(shape) == 2:
        return x
    size = int(np.prod(shape[1:]))
    way = pick(graph, ["flatten", "flatten", "reshape", "computed"])
    if way == "flatten":
        return graph.node("Flatten", [x], axis=1)
    if way == "computed" and graph.style == "torch":
        whole = graph.node("Shape", [x])
        batch = graph.node("Gather", [whole, graph.constant(np.int64(0), "index", as_node=True)], axis=0)
        first = graph.constant(np.array([0], np.int64), "axes", as_node=True)
        rest = graph.constant(np.array([-1], np.int64), "rest", as_node=True)
        target = graph.node("Concat", [graph.node("Unsqueeze", [batch, first]), rest], axis=0)
        return graph.node("Reshape", [x, target])
    leading = -1 if graph.dynamic_batch else pick(graph, [1, -1, 0])
    target = graph.constant(np.array([leading, size], np.int64), "shape", as_node=True)
    return graph.node("Reshape", [x, target])


def global_pool(graph, x):
    """Global average pooling to N x F: the operator, an AveragePool over the whole map or a mean over its
    positions, then Flatten or Squeeze.
    """
    shape = graph.shape(x)
    if graph.style == "torch" and chance(graph, 0.25):
        return spatial_mean(graph, x, keepdims=0)
    if chance(graph, 0.2):
        y = graph.node("AveragePool", [x], kernel_shape=list(shape[2:]))
    else:
        y = graph.node("GlobalAveragePool", [x])
    if chance(graph, 0.3):
        axes = graph.constant(np.arange(2, len(shape), dtype=np.int64), "axes", as_node=True)
        return graph.node("Squeeze", [y, axes])
    return flatten(graph, y)


def spatial_mean(graph, x, keepdims):
    """ReduceMean over the positions; its axes became an input with opset 18."""
    axes = list(range(2, len(graph.shape(x))))
    if graph.opset < 18:
        return graph.node("ReduceMean", [x], axes=axes, keepdims=keepdims)
    inputs = [x, graph.constant(np.array(axes, np.int64), "axes", as_node=True)]
    return graph.node("ReduceMean", inputs, keepdims=keepdims)


def _transposed(graph, weight):
    """The same weights stored the other way around, still under one initializer."""
    values = np.ascontiguousarray(graph.constants.pop(weight).T)
    graph.initializers = [tensor for tensor in graph.initializers if tensor.name != weight]
    return graph.constant(values, "kernel")
