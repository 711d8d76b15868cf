# SPDX-License-Identifier: Apache-2.0
"""Small float networks through onnxruntime.quantization.quantize_dynamic, and a transformer block through quantize_static.

    python quantize_at_run_time.py -o FOLDER

Writes NAME.FORM.onnx: networks with dense and convolutional layers, each with int8 weights per tensor and uint8 ones per channel;
the block in QDQ form with int8 activations, and with uint8 ones where its matrix products have float results.
"""

import argparse
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

STEPS, WIDTH, HEADS, FEATURES = 8, 16, 2, 6


class Network:
    """Nodes and weights of one float model."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes = []
        self.initializers = []

    def constant(self, values):
        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def weight(self, *shape):
        scale = np.sqrt(np.prod(shape[1:]) if len(shape) > 2 else shape[0])
        return self.constant((self.random.standard_normal(shape) / scale).astype(np.float32))

    def node(self, operator, inputs, **attributes):
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def dense(self, x, inputs, outputs):
        product = self.node("MatMul", [x, self.weight(inputs, outputs)])
        return self.node("Add", [product, self.weight(outputs)])

    def save(self, path, shape, output):
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.nodes,
            "network",
            [value("x", TensorProto.FLOAT, shape)],
            [value(output, TensorProto.FLOAT, None)],
            self.initializers,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        onnx.save(onnx.shape_inference.infer_shapes(model), path)


def dense_layers(path):
    n = Network(1)
    hidden = n.node("Relu", [n.node("Gemm", ["x", n.weight(20, 13), n.weight(20)], transB=1)])
    n.save(path, [1, 13], n.node("Softmax", [n.dense(hidden, 20, 5)], axis=-1))


def rows(path):
    n = Network(2)
    n.save(path, [1, 7, 13], n.dense(n.node("Relu", [n.dense("x", 13, 21)]), 21, 6))


def images(path):
    n = Network(3)
    x = n.node("Conv", ["x", n.weight(6, 2, 3, 3), n.weight(6)], pads=[1, 1, 1, 1])
    x = n.node("MaxPool", [n.node("Relu", [x])], kernel_shape=[2, 2], strides=[2, 2])
    x = n.node("Relu", [n.node("Conv", [x, n.weight(8, 3, 3, 3), n.weight(8)], group=2, strides=[2, 2])])
    x = n.node("Flatten", [n.node("GlobalAveragePool", [x])])
    n.save(path, [1, 2, 12, 10], n.node("Gemm", [x, n.weight(4, 8), n.weight(4)], transB=1))


def signals(path):
    """A temporal convolutional network: causal windows, a branch around the second."""
    n = Network(4)
    first = n.node("Relu", [n.node("Conv", ["x", n.weight(6, 3, 3), n.weight(6)], pads=[2, 0])])
    x = n.node("Relu", [n.node("Conv", [first, n.weight(6, 6, 3)], pads=[4, 0], dilations=[2])])
    x = n.node("Add", [x, first])
    n.save(path, [1, 3, 30], n.node("Conv", [x, n.weight(4, 6, 1), n.weight(4)]))


def transformer(path):
    """Attention of two heads and a feed-forward part, both with a branch around them and a LayerNormalization behind."""
    n = Network(5)
    split = n.constant(np.array([1, STEPS, HEADS, WIDTH // HEADS], np.int64))
    joined = n.constant(np.array([1, STEPS, WIDTH], np.int64))
    number = lambda value: n.constant(np.array(value, np.float32))  # noqa: E731

    def heads(x, perm):
        layer = n.dense(x, WIDTH, WIDTH)
        return n.node("Transpose", [n.node("Reshape", [layer, split])], perm=perm)

    def normalized(x, other):
        scale = n.constant(n.random.uniform(0.8, 1.2, WIDTH).astype(np.float32))
        return n.node("LayerNormalization", [n.node("Add", [x, other]), scale, n.weight(WIDTH)], axis=-1)

    x = n.dense("x", FEATURES, WIDTH)
    query, key, value = heads(x, [0, 2, 1, 3]), heads(x, [0, 2, 3, 1]), heads(x, [0, 2, 1, 3])
    scores = n.node("Div", [n.node("MatMul", [query, key]), number(np.sqrt(WIDTH / HEADS))])
    context = n.node("MatMul", [n.node("Softmax", [scores], axis=-1), value])
    context = n.node("Reshape", [n.node("Transpose", [context], perm=[0, 2, 1, 3]), joined])
    x = normalized(x, n.dense(context, WIDTH, WIDTH))
    hidden = n.dense(x, WIDTH, 2 * WIDTH)
    erf = n.node("Erf", [n.node("Div", [hidden, number(np.sqrt(2))])])
    hidden = n.node("Mul", [n.node("Mul", [hidden, n.node("Add", [erf, number(1)])]), number(0.5)])
    x = normalized(x, n.dense(hidden, 2 * WIDTH, WIDTH))
    n.save(path, [1, STEPS, FEATURES], n.dense(n.node("ReduceMean", [x], axes=[1], keepdims=0), WIDTH, 4))


class Samples(CalibrationDataReader):
    def __init__(self):
        random = np.random.default_rng(0)
        inputs = [random.standard_normal((1, STEPS, FEATURES)).astype(np.float32) for _ in range(64)]
        self.feeds = iter([{"x": x} for x in inputs])

    def get_next(self):
        return next(self.feeds, None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", required=True)
    folder = parser.parse_args().o
    source = os.path.join(folder, "float.onnx")
    for network in (dense_layers, rows, images, signals):
        network(source)
        for form, weight in (("int8", QuantType.QInt8), ("uint8", QuantType.QUInt8)):
            path = os.path.join(folder, f"{network.__name__}.{form}.onnx")
            quantize_dynamic(source, path, per_channel=form == "uint8", weight_type=weight)
    transformer(source)
    float_sums = ["MatMul", "Gemm", "Softmax"]
    for form, activation, excluded in (
        ("int8", QuantType.QInt8, []),
        ("uint8", QuantType.QUInt8, float_sums),
    ):
        quantize_static(
            source,
            os.path.join(folder, f"transformer.{form}.onnx"),
            Samples(),
            quant_format=QuantFormat.QDQ,
            activation_type=activation,
            weight_type=QuantType.QInt8,
            per_channel=form == "int8",
            extra_options={"OpTypesToExcludeOutputQuantization": excluded},
        )
    os.remove(source)


main()
