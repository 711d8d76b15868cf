# SPDX-License-Identifier: Apache-2.0
"""A float ONNX graph that is built and run node by node.

Every node is executed on a few calibration samples as soon as it is added, so a builder always knows the
shape and the statistics of what it has so far, and the finished graph is known to run.
"""

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

# The IR version that went with each opset, so that files look like those of the exporters of their time.
IR_VERSION = {13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10}
SAMPLES = 6


class FloatGraph:
    """Nodes so far, with the value of every tensor on each calibration sample (`values[name]` is a list of
    arrays).
    """

    def __init__(self, random, opset, style, dynamic_batch):
        self.random = random
        self.opset = opset
        self.style = style  # 'torch': small constants are Constant nodes; 'tf': all are initializers
        self.dynamic_batch = dynamic_batch
        self.nodes, self.initializers = [], []
        self.inputs, self.outputs = [], []
        self.values, self.constants = {}, {}
        self.macs = 0
        self.counter = {}
        self.scope = ""

    def name(self, kind):
        number = self.counter.get(kind, 0)
        self.counter[kind] = number + 1
        suffix = f"_{number}" if number else ""
        return (
            f"/{self.scope}{kind}{suffix}" if self.style == "torch" else f"model/{self.scope}{kind}{suffix}"
        )

    def input(self, name, shape, spread=1.0, offset=0.0):
        """A float graph input; `shape` has the batch dimension of 1."""
        samples = [self.random.normal(offset, spread, shape).astype(np.float32) for _ in range(SAMPLES)]
        self.values[name] = samples
        dimensions = (["batch"] if self.dynamic_batch else [shape[0]]) + list(shape[1:])
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, dimensions))
        return name

    def shape(self, tensor):
        return self.values[tensor][0].shape

    def constant(self, array, kind, as_node=False):
        """A compile-time tensor, as an initializer or (torch's way for small ones) as a Constant node."""
        array = np.asarray(array)
        name = self.name(kind)
        self.constants[name] = array
        if as_node and self.style == "torch":
            tensor = numpy_helper.from_array(array)
            self.nodes.append(helper.make_node("Constant", [], [name], name=f"{name}/Constant", value=tensor))
        else:
            self.initializers.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, shape, fan_in, kind):
        """Random weights as training leaves them: unequal channels (axis 0), now and then a dead or a
        dominant one.
        """
        channels = shape[0]
        spread = np.exp(self.random.normal(0, 0.45, channels))
        spread[self.random.random(channels) < 0.02] = 0
        spread[self.random.random(channels) < 0.02] *= 6
        values = self.random.normal(0, np.sqrt(1.6 / fan_in), shape) * spread.reshape(
            [-1] + [1] * (len(shape) - 1)
        )
        return self.constant(values.astype(np.float32), kind)

    def bias(self, channels, kind="bias"):
        return self.constant(self.random.normal(0, 0.2, channels).astype(np.float32), kind)

    def node(self, operator, inputs, **attributes):
        """Adds a node with one output, runs it, and returns the output's name."""
        return self.node_outputs(operator, inputs, 1, **attributes)[0]

    def node_outputs(self, operator, inputs, count, **attributes):
        base = self.name(operator)
        outputs = [f"{base}_output_{i}" if self.style == "torch" else f"{base}:{i}" for i in range(count)]
        node = helper.make_node(operator, inputs, outputs, name=base, **attributes)
        self.nodes.append(node)
        for name, values in zip(outputs, self._run(node)):
            self.values[name] = values
        return outputs

    def output(self, tensor):
        if tensor not in self.outputs:
            self.outputs.append(tensor)

    def model(self):
        infos = []
        for name in self.outputs:
            value = self.values[name][0]
            kind = helper.np_dtype_to_tensor_dtype(value.dtype)
            shape = (["batch"] if self.dynamic_batch else [value.shape[0]]) + list(value.shape[1:])
            infos.append(helper.make_tensor_value_info(name, kind, shape))
        graph = helper.make_graph(self.nodes, "main_graph", self.inputs, infos, self.initializers)
        producer = "pytorch" if self.style == "torch" else "tf2onnx"
        opsets = [helper.make_opsetid("", self.opset)]
        model = helper.make_model(
            graph, opset_imports=opsets, producer_name=producer, ir_version=IR_VERSION[self.opset]
        )
        onnx.checker.check_model(model, full_check=True)
        return model

    def calibration(self):
        """The calibration samples as a list of feeds."""
        names = [info.name for info in self.inputs]
        return [{name: self.values[name][i] for name in names} for i in range(SAMPLES)]

    def _run(self, node):
        """Values of the node's outputs on each sample, by a session of that node alone."""
        feeds = []
        for sample in range(SAMPLES):
            feed = {}
            for name in filter(None, node.input):
                feed[name] = self.constants[name] if name in self.constants else self.values[name][sample]
            feeds.append(feed)
        typed = [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(value.dtype), list(value.shape)
            )
            for name, value in feeds[0].items()
        ]
        graph = helper.make_graph(
            [node], "one", typed, [onnx.ValueInfoProto(name=name) for name in node.output]
        )
        opsets = [helper.make_opsetid("", self.opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION[self.opset])
        options = ort.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return list(zip(*[session.run(None, feed) for feed in feeds]))
