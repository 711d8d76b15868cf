# SPDX-License-Identifier: Apache-2.0
"""The committed test networks, as float graphs with random weights: each function fills a FloatGraph.

All but `keyword` and `weights_200k` are small enough to read in a dump; each is there for the patterns that
it names.
"""

import numpy as np
from layers import activate, batch_norm, clip, conv, dense, global_pool, pool


def keyword(graph):
    """MLPerf Tiny keyword spotting: 10x4 convolution, four depthwise-separable blocks of 64, pool, dense 12,
    Softmax.
    """
    x = graph.input("spectrogram", [1, 1, 49, 10])
    x = activate(graph, conv(graph, x, 64, [10, 4], 2, pads="auto", bias=True, norm=False), "relu")
    for _ in range(4):
        x = activate(graph, conv(graph, x, 64, 3, groups=64, bias=True, norm=False), "relu")
        x = activate(graph, conv(graph, x, 64, 1, bias=True, norm=False), "relu")
    x = graph.node("Flatten", [graph.node("AveragePool", [x], kernel_shape=list(graph.shape(x)[2:]))])
    graph.output(graph.node("Softmax", [centred_dense(graph, x, 12, spread=2.0)], axis=-1))


def centred_dense(graph, x, units, spread):
    """A dense layer whose results have mean 0 and the given spread over the samples, as a trained
    classifier's have.
    """
    values = np.concatenate(graph.values[x])
    weight = graph.random.normal(0, 1, [units, values.shape[1]])
    weight *= spread / (values @ weight.T).std(axis=0).mean()
    bias = -(values @ weight.T).mean(axis=0)
    graph.macs += weight.size
    inputs = [
        x,
        graph.constant(weight.astype(np.float32), "fc.weight"),
        graph.constant(bias.astype(np.float32), "fc.bias"),
    ]
    return graph.node("Gemm", inputs, transB=1)


def weights_200k(graph):
    """200 KB of weights over a few hundred bytes of activations: weights must stay in flash."""
    x = graph.input("signal", [1, 24, 4])
    x = activate(graph, conv(graph, x, 160, 3, norm=False), "relu")
    x = activate(graph, conv(graph, x, 160, 3, 2, norm=False), "relu")
    y = activate(graph, conv(graph, x, 160, 1, norm=False), "relu")
    x = graph.node("Add", [conv(graph, y, 160, 1, norm=False), x])
    x = graph.node("Flatten", [graph.node("GlobalAveragePool", [x])])
    x = activate(graph, dense(graph, x, 192), "relu")
    graph.output(dense(graph, activate(graph, dense(graph, x, 176), "relu"), 10))


def residual(graph):
    """Identity and strided 1x1 shortcuts, ReLU6, batch norm that folds, MaxPool with padding."""
    x = graph.input("image", [1, 3, 10, 12])
    x = activate(graph, conv(graph, x, 8, 3, bias=False, norm=True), "relu6")
    x = pool(graph, x, "MaxPool", 3, 2, pad=1)
    for width, stride in ((8, 1), (12, 2)):
        y = activate(graph, conv(graph, x, width, 3, stride, bias=False, norm=True), "relu6")
        y = conv(graph, y, width, 3, bias=False, norm=True)
        short = x if stride == 1 else conv(graph, x, width, 1, stride, bias=False, norm=True)
        x = activate(graph, graph.node("Add", [y, short]), "relu")
    graph.output(dense(graph, global_pool(graph, x), 5))


def perceptron(graph):
    """MatMul + Add, Tanh, batch norm on a vector, a gate, Softmax."""
    x = graph.input("features", [1, 20])
    x = activate(graph, batch_norm(graph, dense(graph, x, 24)), "tanh")
    x = graph.node("Mul", [dense(graph, x, 16), activate(graph, dense(graph, x, 16), "sigmoid")])
    graph.output(graph.node("Softmax", [dense(graph, x, 6)], axis=1))


def gated(graph):
    """A causal WaveNet block (Pad, dilation, tanh * sigmoid, residual), then a gated linear unit by two
    Slices.
    """
    x = graph.input("signal", [1, 2, 40], 1.0, 0.3)
    x = conv(graph, x, 8, 5, pads="odd", norm=False)
    pads = graph.constant(np.array([0, 0, 4, 0, 0, 0], np.int64), "pads", as_node=True)
    padded = graph.node("Pad", [x, pads])
    signal = activate(graph, conv(graph, padded, 8, 3, dilation=2, pads="valid", norm=False), "tanh")
    gate = activate(graph, conv(graph, padded, 8, 3, dilation=2, pads="valid", norm=False), "sigmoid")
    x = graph.node("Add", [conv(graph, graph.node("Mul", [signal, gate]), 8, 1, norm=False), x])
    wide = conv(graph, x, 12, 3, 2, norm=False)
    halves = []
    for start, end in ((0, 6), (6, 12)):
        bounds = [
            graph.constant(np.array([value], np.int64), "slice", as_node=True) for value in (start, end, 1)
        ]
        halves.append(graph.node("Slice", [wide] + bounds))
    x = graph.node("Mul", [halves[0], activate(graph, halves[1], "sigmoid")])
    graph.output(dense(graph, global_pool(graph, x), 4))


def branches(graph):
    """Inception: kernels 1, 3 and 5, an AveragePool with padding and one with ceil_mode, Concat;
    DepthToSpace to a map.
    """
    x = activate(
        graph, conv(graph, graph.input("image", [1, 1, 9, 7]), 6, [3, 2], pads="odd", norm=False), "leaky"
    )
    parts = [activate(graph, conv(graph, x, 4, kernel, norm=False), "relu") for kernel in (1, 3, 5)]
    parts.append(pool(graph, x, "AveragePool", 3, 1, pad=1))
    x = graph.node("Concat", parts, axis=1)
    x = pool(graph, x, "AveragePool", 2, 2, ceil=True)
    x = graph.node("DepthToSpace", [conv(graph, x, 8, 3, norm=False)], blocksize=2, mode="CRD")
    graph.output(activate(graph, x, "sigmoid"))


def mobile(graph):
    """Inverted residuals with HardSwish (operator and HardSigmoid * x), squeeze-excite, grouped convolution,
    shuffle.
    """
    x = activate(
        graph, conv(graph, graph.input("image", [1, 3, 8, 8]), 8, 3, 2, pads="auto", norm=True), "hardswish"
    )
    y = activate(graph, conv(graph, x, 16, 1, norm=True), "hardswish")
    y = graph.node("HardSwish", [conv(graph, y, 16, 3, groups=16, norm=True)])
    s = activate(graph, conv(graph, graph.node("GlobalAveragePool", [y]), 4, 1, norm=False), "relu")
    y = graph.node("Mul", [y, activate(graph, conv(graph, s, 16, 1, norm=False), "hardsigmoid")])
    x = graph.node("Add", [x, conv(graph, y, 8, 1, norm=True)])
    x = conv(graph, x, 8, 3, groups=2, norm=False)
    cut, join = (
        graph.constant(np.array(shape, np.int64), "shape", as_node=True)
        for shape in ([1, 2, 4, 4, 4], [1, 8, 4, 4])
    )
    x = graph.node("Transpose", [graph.node("Reshape", [x, cut])], perm=[0, 2, 1, 3, 4])
    graph.output(dense(graph, global_pool(graph, graph.node("Reshape", [x, join])), 5))


def two_inputs(graph):
    """A signal and a feature vector in; scores, their ArgMax and a sequence of gates out."""
    signal, features = graph.input("signal", [1, 3, 24]), graph.input("features", [1, 7])
    x = activate(graph, conv(graph, signal, 8, 5, 2, norm=False), "relu")
    graph.output(activate(graph, conv(graph, x, 1, 3, norm=False), "sigmoid"))
    x = graph.node(
        "Concat", [global_pool(graph, x), activate(graph, dense(graph, features, 6), "relu")], axis=1
    )
    scores = dense(graph, x, 4)
    graph.output(scores)
    graph.output(graph.node("ArgMax", [scores], axis=1, keepdims=0))


def channels_last(graph):
    """TensorFlow's way: NHWC edges with Transposes, Relu6, dynamic batch, MatMul + Add after a Reshape."""
    x = graph.node("Transpose", [graph.input("image", [1, 8, 6, 2])], perm=[0, 3, 1, 2])
    x = activate(graph, conv(graph, x, 6, 3, 2, pads="auto", norm=False), "relu6")
    x = clip(graph, conv(graph, x, 6, 3, groups=6, pads="auto", norm=False), 0, 6)
    x = graph.node("Transpose", [x], perm=[0, 2, 3, 1])
    size = int(np.prod(graph.shape(x)[1:]))
    x = graph.node("Reshape", [x, graph.constant(np.array([-1, size], np.int64), "shape")])
    graph.output(dense(graph, x, 5))


def computed_shape(graph):
    """torch's x.view(x.size(0), -1) with a dynamic batch: Shape, Gather, Unsqueeze, Concat, Reshape; Dropout
    left in.
    """
    x = activate(graph, conv(graph, graph.input("signal", [1, 1, 18]), 4, 3, norm=False), "relu")
    x = graph.node("Dropout", [pool(graph, x, "MaxPool", 2, 2)])
    index = graph.constant(np.int64(0), "index", as_node=True)
    batch = graph.node("Gather", [graph.node("Shape", [x]), index], axis=0)
    axes = graph.constant(np.array([0], np.int64), "axes", as_node=True)
    rest = graph.constant(np.array([-1], np.int64), "rest", as_node=True)
    target = graph.node("Concat", [graph.node("Unsqueeze", [batch, axes]), rest], axis=0)
    graph.output(dense(graph, graph.node("Reshape", [x, target]), 3))
