# SPDX-License-Identifier: Apache-2.0
"""Whole random networks: an input (or two), a stack of blocks, one or two heads.

`draw_network(seed, index)` is deterministic; networks over MAC_LIMIT are drawn again with the next attempt's
seed.
"""

import numpy as np
from blocks import draw_block
from float_graph import FloatGraph
from layers import activate, batch_norm, chance, conv, dense, flatten, global_pool, pick, pool
from transformer import transformer

MAC_LIMIT = 200_000


def signal_input(graph):
    channels, length = pick(graph, [1, 1, 2, 3, 6, 12]), int(graph.random.integers(12, 97))
    return graph.input("signal", [1, channels, length], pick(graph, [0.3, 1, 4]), pick(graph, [0, 0, 0.5]))


def image_input(graph):
    channels = pick(graph, [1, 1, 3, 3, 4])
    size = [int(graph.random.integers(6, 17)), int(graph.random.integers(6, 17))]
    if graph.style == "tf" and chance(graph, 0.7):
        x = graph.input("image", [1, *size, channels], 1.0, pick(graph, [0, 1.5]))
        return graph.node("Transpose", [x], perm=[0, 3, 1, 2])
    return graph.input("image", [1, channels, *size], 1.0, pick(graph, [0, 1.5]))


def stem(graph, x):
    kernel = pick(graph, [3, 3, 5, 7])
    pads = pick(graph, ["same", "auto", "odd", "valid"])
    y = conv(graph, x, int(graph.random.integers(4, 13)), kernel, pick(graph, [1, 1, 2]), pads=pads)
    y = activate(graph, y, pick(graph, ["relu", "relu", "relu6", "hardswish", "leaky", "none"]))
    return pool(graph, y, "MaxPool", 3, 2, pad=1) if chance(graph, 0.3) else y


def hidden_layers(graph, x, count):
    """Dense layers with the decorations of MLPs: batch norm, residual, gate, concatenation, dropout."""
    for _ in range(count):
        units = int(graph.random.integers(4, 33))
        kind = pick(
            graph, ["relu", "relu", "relu", "relu6", "tanh", "sigmoid", "leaky", "hardswish", "swish"]
        )
        y = dense(graph, x, units)
        if chance(graph, 0.15):
            y = batch_norm(graph, y)
        y = activate(graph, y, kind)
        decoration = pick(graph, ["none", "none", "none", "residual", "gate", "concat", "dropout"])
        if decoration == "residual":
            y = graph.node("Add", [y, activate(graph, dense(graph, y, units), kind)])
        elif decoration == "gate":
            y = graph.node("Mul", [y, activate(graph, dense(graph, x, units), "sigmoid")])
        elif decoration == "concat":
            y = graph.node("Concat", [x, y], axis=pick(graph, [1, -1]))
        elif decoration == "dropout":
            y = graph.node("Dropout", [y])
        x = y
    return x


def finish(graph, x, softmax=0.35):
    """Class scores as they are, or through Softmax, Sigmoid or ArgMax."""
    draw = graph.random.random()
    if draw < softmax:
        x = graph.node("Softmax", [x], axis=pick(graph, [1, -1]))
    elif draw < softmax + 0.08:
        x = graph.node("Sigmoid", [x])
    elif draw < softmax + 0.16:
        x = graph.node("ArgMax", [x], axis=1, keepdims=pick(graph, [0, 1]))
    graph.output(x)


def vector_head(graph, x, extra=None):
    """Global pool or Flatten, an optional second input's features, dense layers, scores."""
    wide = int(np.prod(graph.shape(x)[1:])) > 400
    y = (
        global_pool(graph, x)
        if len(graph.shape(x)) > 2 and (wide or chance(graph, 0.6))
        else flatten(graph, x)
    )
    if extra is not None:
        if chance(graph, 0.5):
            extra = hidden_layers(graph, extra, 1)
        y = graph.node("Concat", [y, extra], axis=1)
    y = hidden_layers(graph, y, pick(graph, [0, 0, 1]))
    finish(graph, dense(graph, y, int(graph.random.integers(2, 13))))


def map_head(graph, x):
    """A dense prediction: 1x1 convolution to a map of scores (segmentation, super-resolution, denoising)."""
    y = conv(graph, x, pick(graph, [1, 2, 4]), pick(graph, [1, 3]), norm=False)
    if len(graph.shape(y)) == 4 and graph.shape(y)[1] == 4 and chance(graph, 0.5):
        y = graph.node("DepthToSpace", [y], blocksize=2, mode="CRD")
    if graph.style == "tf" and chance(graph, 0.5):
        order = [0, *range(2, len(graph.shape(y))), 1]
        y = graph.node("Transpose", [y], perm=order)
    elif chance(graph, 0.2):
        y = graph.node("Softmax", [y], axis=1)
    elif chance(graph, 0.2):
        y = graph.node("ArgMax", [y], axis=1)
    elif chance(graph, 0.2):
        y = graph.node("Sigmoid", [y])
    graph.output(y)


def perceptron(graph):
    x = graph.input("features", [1, int(graph.random.integers(4, 65))], pick(graph, [0.5, 1, 3]))
    if chance(graph, 0.2):
        z = graph.input("context", [1, int(graph.random.integers(2, 17))])
        x = graph.node("Concat", [x, z], axis=1)
    x = hidden_layers(graph, x, int(graph.random.integers(1, 5)))
    finish(graph, dense(graph, x, int(graph.random.integers(1, 13))))
    if chance(graph, 0.15):
        finish(graph, dense(graph, x, int(graph.random.integers(1, 6))), softmax=0.1)


def convolutional(graph, take_input):
    x = stem(graph, take_input(graph)) if chance(graph, 0.8) else take_input(graph)
    extra = graph.input("features", [1, int(graph.random.integers(2, 13))]) if chance(graph, 0.12) else None
    for _ in range(int(graph.random.integers(1, 5))):
        x = draw_block(graph)(graph, x)
    if extra is None and chance(graph, 0.22):
        map_head(graph, x)
        if chance(graph, 0.7):
            return
    vector_head(graph, x, extra)


FAMILIES = {
    "mlp": perceptron,
    "cnn1d": lambda graph: convolutional(graph, signal_input),
    "cnn2d": lambda graph: convolutional(graph, image_input),
    "transformer": transformer,
}


def draw_network(seed, index):
    """The float graph number `index` of a corpus, as (family, FloatGraph)."""
    for attempt in range(100):
        random = np.random.default_rng([seed, index, attempt])
        family = ["cnn1d", "cnn2d", "transformer", "cnn1d", "cnn2d", "mlp"][index % 6]
        style = "torch" if random.random() < 0.65 else "tf"
        opset = int(random.choice([13, 13, 13, 14, 15, 16, 17, 17, 18, 19, 20, 21]))
        graph = FloatGraph(random, opset, style, dynamic_batch=random.random() < 0.15)
        FAMILIES[family](graph)
        finite = all(np.isfinite(values).all() for values in (graph.values[name] for name in graph.outputs))
        if graph.macs <= MAC_LIMIT and finite:
            return family, graph
    raise RuntimeError(f"no network below {MAC_LIMIT} multiply-accumulates for seed {seed}, index {index}")
