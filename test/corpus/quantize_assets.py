# SPDX-License-Identifier: Apache-2.0
"""Quantizes five float ONNX models of other projects the way their users would, in QDQ and QOperator form.

    python quantize_assets.py --assets FOLDER -o FOLDER

Models older than opset 13 go through onnx.version_converter first. int8 activations and weights, per
channel, without pre-processing, calibrated on seeded noise in the model's input range (no data set belongs
to these files). Writes NAME.qdq.onnx, NAME.qoperator.onnx, and README.txt with the operators of each.
"""

import argparse
import os
from collections import Counter

import numpy as np
import onnx
from configurations import Configuration, quantize
from onnx import version_converter

OLDEST_OPSET = 13
SAMPLES = 16
STREAMING = "esp_dl/examples/tutorial/how_to_deploy_streaming_model/test_streaming_model/main/models"

# name: (file under models/, lowest and highest input value)
MODELS = {
    "mnist_conv": ("qonnx/mnist-conv/model.onnx", 0, 255),
    "residual_block": ("qonnx/residual_block_clean.onnx", -1, 1),
    "espcn": ("qonnx/bsd300x3-espcn/subpixel/float_model.onnx", 0, 1),
    "streaming": (f"{STREAMING}/esp32s3/streaming_model.onnx", -1, 1),
    "mnist_factorio": ("mnist_factorio/models/model.onnx", 0, 1),
}


def opset(model):
    return next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))


def graph_inputs(model):
    """Name and shape of each input that is not a weight; a dynamic dimension counts as 1."""
    weights = {tensor.name for tensor in model.graph.initializer}
    for info in model.graph.input:
        if info.name not in weights:
            yield info.name, [dimension.dim_value or 1 for dimension in info.type.tensor_type.shape.dim]


def calibration(model, low, high):
    random = np.random.default_rng(0)
    shapes = dict(graph_inputs(model))
    return [
        {name: random.uniform(low, high, shape).astype(np.float32) for name, shape in shapes.items()}
        for _ in range(SAMPLES)
    ]


def operators(model):
    return ", ".join(
        f"{name} {count}" for name, count in Counter(n.op_type for n in model.graph.node).most_common()
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--assets", required=True, help="folder that holds models/")
    parser.add_argument("-o", "--output", required=True, help="folder to write to")
    arguments = parser.parse_args()
    os.makedirs(arguments.output, exist_ok=True)
    lines = []
    for name, (path, low, high) in MODELS.items():
        model = onnx.load(os.path.join(arguments.assets, "models", path))
        written = opset(model)
        if written < OLDEST_OPSET:
            model = version_converter.convert_version(model, OLDEST_OPSET)
        lines.append(f"{name}: models/{path}, opset {written} -> {opset(model)}\n  float: {operators(model)}")
        for form in ("QDQ", "QOperator"):
            configuration = Configuration(form, "s8s8", per_channel=True, preprocess=False)
            quantized = quantize(model, calibration(model, low, high), configuration)
            onnx.save(quantized, os.path.join(arguments.output, f"{name}.{form.lower()}.onnx"))
            lines.append(f"  {form}: {operators(quantized)}")
    with open(os.path.join(arguments.output, "README.txt"), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
