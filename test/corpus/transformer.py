# SPDX-License-Identifier: Apache-2.0
"""Encoder blocks of small transformers, as exporters of different years write them: attention of one to four heads, its
scores scaled in one of three places, normalization and Gelu as operators or written out, before or behind the sums.
"""

import numpy as np
from layers import chance, dense, pick

ROOT_OF_TWO = np.float32(np.sqrt(2))


def constant(graph, value, kind="value"):
    return graph.constant(np.float32(value), kind, as_node=True)


def integers(graph, values):
    return graph.constant(np.array(values, np.int64), "shape", as_node=True)


def row_mean(graph, x):
    """ReduceMean over the last axis; its axes became an input with opset 18."""
    if graph.opset < 18:
        return graph.node("ReduceMean", [x], axes=[-1], keepdims=1)
    return graph.node("ReduceMean", [x, integers(graph, [-1])], keepdims=1)


def layer_norm(graph, x):
    size = graph.shape(x)[-1]
    scale = graph.constant(graph.random.normal(1, 0.1, size).astype(np.float32), "norm.weight")
    bias = graph.constant(graph.random.normal(0, 0.1, size).astype(np.float32), "norm.bias")
    if graph.opset >= 17 and chance(graph, 0.7):
        return graph.node("LayerNormalization", [x, scale, bias], axis=-1, epsilon=1e-5)
    distance = graph.node("Sub", [x, row_mean(graph, x)])
    square = graph.node("Pow", [distance, constant(graph, 2)])
    variance = graph.node("Add", [row_mean(graph, square), constant(graph, 1e-5)])
    rows = graph.node("Div", [distance, graph.node("Sqrt", [variance])])
    return graph.node("Add", [graph.node("Mul", [rows, scale]), bias])


def gelu(graph, x):
    if graph.opset >= 20 and chance(graph, 0.5):
        return graph.node("Gelu", [x])
    error = graph.node("Erf", [graph.node("Div", [x, constant(graph, ROOT_OF_TWO)])])
    error = graph.node("Add", [error, constant(graph, 1)])
    if chance(graph, 0.5):
        return graph.node("Mul", [graph.node("Mul", [x, error]), constant(graph, 0.5)])
    return graph.node("Mul", [graph.node("Mul", [x, constant(graph, 0.5)]), error])


def activation(graph, x):
    kind = pick(graph, ["relu", "gelu", "gelu", "swish"])
    if kind == "relu":
        return graph.node("Relu", [x])
    return gelu(graph, x) if kind == "gelu" else graph.node("Mul", [x, graph.node("Sigmoid", [x])])


def attention(graph, x, heads):
    _, length, width = graph.shape(x)
    split = integers(graph, [-1 if graph.dynamic_batch else 1, length, heads, width // heads])
    root = np.sqrt(width // heads)
    query, key, value = [
        graph.node("Transpose", [graph.node("Reshape", [dense(graph, x, width), split])], perm=order)
        for order in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
    ]
    place = pick(graph, ["query", "product", "quotient"])
    if place == "query":
        query = graph.node("Mul", [query, constant(graph, 1 / root)])
    scores = graph.node("MatMul", [query, key])
    if place != "query":
        operator, factor = ("Mul", 1 / root) if place == "product" else ("Div", root)
        scores = graph.node(operator, [scores, constant(graph, factor)])
    mixed = graph.node("MatMul", [graph.node("Softmax", [scores], axis=-1), value])
    graph.macs += 2 * length * length * width
    joined = integers(graph, [-1 if graph.dynamic_batch else 1, length, width])
    rows = graph.node("Reshape", [graph.node("Transpose", [mixed], perm=[0, 2, 1, 3]), joined])
    return dense(graph, rows, width)


def encoder(graph, x):
    width = graph.shape(x)[-1]
    is_first = chance(graph, 0.5)
    for layer in (
        lambda y: attention(graph, y, pick(graph, [1, 2, 4])),
        lambda y: dense(graph, activation(graph, dense(graph, y, 2 * width)), width),
    ):
        y = layer(layer_norm(graph, x) if is_first else x)
        x = graph.node("Add", [x, y] if chance(graph, 0.5) else [y, x])
        x = x if is_first else layer_norm(graph, x)
    return x


def transformer(graph):
    length, width = pick(graph, [4, 6, 8]), pick(graph, [8, 16])
    x = graph.input("tokens", [1, length, width])
    if chance(graph, 0.5):
        places = graph.constant(graph.random.normal(0, 0.3, (1, length, width)).astype(np.float32), "positions")
        x = graph.node("Add", [dense(graph, x, width), places])
    for _ in range(pick(graph, [1, 1, 2])):
        x = encoder(graph, x)
    if chance(graph, 0.5):
        x = graph.node("Gather", [x, graph.constant(np.int64(0), "index")], axis=1)
    else:
        x = graph.node("Flatten", [x], axis=1)
    graph.output(dense(graph, x, pick(graph, [2, 5])))
