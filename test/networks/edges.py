# SPDX-License-Identifier: Apache-2.0
"""Quantization of a model's graph inputs, and sample inputs that lie on that grid."""

import numpy as np
from onnx import numpy_helper

RANDOM_SAMPLES = 3


def input_parameters(model, name):
    """Type, scale and zero point of the QuantizeLinear that reads input `name`, looking through copies."""
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    copies = {"Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout"}
    names = [name]
    for tensor in names:
        for node in model.graph.node:
            if not node.input or node.input[0] != tensor:
                continue
            if node.op_type == "QuantizeLinear":
                zero_point = weights[node.input[2]]
                scale = float(weights[node.input[1]])
                return {"type": str(zero_point.dtype), "scale": scale, "zero_point": int(zero_point)}
            if node.op_type in copies:
                names.append(node.output[0])
    raise ValueError(f"input {name} is not quantized")


def samples_on_grid(model, graph, seed):
    """Feeds of DQ(q): calibration samples on the grid, random bytes, and all minimum, maximum and zero
    point.
    """
    random = np.random.default_rng(seed)
    feeds = []
    kinds = ["calibration"] * RANDOM_SAMPLES + ["random"] * RANDOM_SAMPLES + ["minimum", "maximum", "zero"]
    for i, kind in enumerate(kinds):
        feed = {}
        for info in graph.inputs:
            p = input_parameters(model, info.name)
            limits = np.iinfo(p["type"])
            scale, zero = np.float32(p["scale"]), p["zero_point"]
            sample = graph.values[info.name][i % len(graph.values[info.name])]
            if kind == "calibration":
                q = np.clip(np.rint(sample / scale) + zero, limits.min, limits.max).astype(np.int32)
            elif kind == "random":
                q = random.integers(limits.min, limits.max + 1, sample.shape).astype(np.int32)
            else:
                q = np.full(
                    sample.shape, {"minimum": limits.min, "maximum": limits.max, "zero": zero}[kind], np.int32
                )
            feed[info.name] = (q - zero).astype(np.float32) * scale
        feeds.append(feed)
    return feeds
