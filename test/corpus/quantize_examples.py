# SPDX-License-Identifier: Apache-2.0
"""Quantizes the float models of both examples in QOperator form; what is committed is their QDQ form.

    python quantize_examples.py -o FOLDER

int8 activations and weights, per channel, with pre-processing, calibrated on the inputs that the examples
ship (the digit moved about). Writes NAME.qoperator.onnx.
"""

import argparse
import os

import numpy as np
import onnx
from configurations import Configuration, quantize

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "examples")
SAMPLES = 64


def feeds(model, arrays):
    """One feed per sample: arrays by input name hold the samples along their first axis."""
    shapes = {
        info.name: [dimension.dim_value or 1 for dimension in info.type.tensor_type.shape.dim]
        for info in model.graph.input
    }
    for index in range(SAMPLES):
        yield {name: arrays[name][index].astype(np.float32).reshape(shapes[name]) for name in shapes}


def digits():
    image = np.load(os.path.join(EXAMPLES, "digits", "input.npy"))
    random = np.random.default_rng(0)
    shifted = [np.roll(image, tuple(random.integers(0, 8, 2)), (2, 3)) for _ in range(SAMPLES)]
    return {"image": np.stack(shifted) * random.uniform(0.5, 1, (SAMPLES, 1, 1, 1, 1))}


def ecg_beat():
    with np.load(os.path.join(EXAMPLES, "ecg-beat", "synthetic.npz")) as file:
        beats = {name: file[name] for name in ("beat", "rr")}
    # Spread over the recording, so that every class takes part.
    chosen = np.linspace(0, len(beats["rr"]) - 1, SAMPLES).astype(int)
    return {name: values[chosen] for name, values in beats.items()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", required=True, help="folder to write to")
    arguments = parser.parse_args()
    os.makedirs(arguments.output, exist_ok=True)
    configuration = Configuration("QOperator", "s8s8", per_channel=True, preprocess=True)
    for name, arrays in {"digits": digits(), "ecg-beat": ecg_beat()}.items():
        model = onnx.load(os.path.join(EXAMPLES, name, "model.float.onnx"))
        quantized = quantize(model, feeds(model, arrays), configuration)
        onnx.save(quantized, os.path.join(arguments.output, f"{name}.qoperator.onnx"))


if __name__ == "__main__":
    main()
