# SPDX-License-Identifier: Apache-2.0
"""What the export scripts share: typical inputs, and onnxruntime.quantization for frameworks that do not quantize."""

import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "corpus"))

from configurations import Configuration, quantize  # noqa: E402

QDQ = Configuration("QDQ", "s8s8", per_channel=True, preprocess=True)


def path(name):
    return os.path.join(HERE, f"{name}.onnx")


def typical(shape, count=32):
    """Inputs to calibrate with, the same in every run."""
    random = np.random.default_rng(3)
    return [random.standard_normal(shape).astype(np.float32) for _ in range(count)]


def statically(model, shape):
    """The model with activations and weights in int8, as docs/quantize.md does it."""
    name = model.graph.input[0].name
    return quantize(model, [{name: sample} for sample in typical(shape)], QDQ)
