# SPDX-License-Identifier: Apache-2.0
"""Writes a corpus of random networks, quantized by onnxruntime.quantization in its common configurations.

    python random_networks.py --seed 7 --count 300 -o FOLDER

Writes NNNN.<configuration>.onnx and corpus.json (configuration, float graph, operators per file). Every
network is quantized in three configurations. A file that the reference itself cannot load is dropped, and
corpus.json says why. Deterministic for a seed and the pinned versions of requirements.txt.
"""

import argparse
import json
import os
import time
from collections import Counter

import numpy as np
import onnx
import onnxruntime as ort
from configurations import draw_configuration, quantize
from networks import draw_network

CONFIGURATIONS_PER_NETWORK = 3


def loads(model):
    """Raises unless the reference can open the model with the settings of the numeric contract."""
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def operators(model):
    return dict(sorted(Counter(node.op_type for node in model.graph.node).items()))


def describe(family, graph, model):
    shapes = {info.name: list(graph.shape(info.name)) for info in graph.inputs}
    outputs = {name: list(graph.shape(name)) for name in graph.outputs}
    return {
        "family": family,
        "style": graph.style,
        "opset": graph.opset,
        "dynamic_batch": graph.dynamic_batch,
        "macs": graph.macs,
        "inputs": shapes,
        "outputs": outputs,
        "operators": operators(model),
    }


def write_corpus(folder, seed, count, keep_float, report=print):
    os.makedirs(folder, exist_ok=True)
    files, dropped = [], []
    started = time.monotonic()
    for number in range(count):
        index = number // CONFIGURATIONS_PER_NETWORK
        if number % CONFIGURATIONS_PER_NETWORK == 0:
            family, graph = draw_network(seed, index)
            model = graph.model()
            if keep_float:
                onnx.save(model, os.path.join(folder, f"float.{index:04d}.onnx"))
        configuration = draw_configuration(np.random.default_rng([seed, number, 1 << 20]), number * 5 + seed)
        entry = {
            "network": index,
            "configuration": configuration.describe(),
            "float": describe(family, graph, model),
        }
        try:
            quantized = quantize(model, graph.calibration(), configuration)
            loads(quantized)
        except Exception as failure:  # the quantizer raises whatever it likes; the reason is kept
            dropped.append(entry | {"number": number, "reason": f"{type(failure).__name__}: {failure}"[:400]})
            continue
        name = f"{number:04d}.{configuration.label()}.onnx"
        onnx.save(quantized, os.path.join(folder, name))
        files.append({"file": name} | entry | {"operators": operators(quantized)})
        if (number + 1) % 50 == 0:
            report(f"{number + 1} of {count} files, {time.monotonic() - started:.0f} s")
    versions = {"numpy": np.__version__, "onnx": onnx.__version__, "onnxruntime": ort.__version__}
    with open(os.path.join(folder, "corpus.json"), "w", encoding="utf-8") as out:
        json.dump({"seed": seed, "versions": versions, "files": files, "dropped": dropped}, out, indent=1)
    report(f"{len(files)} files written, {len(dropped)} dropped (corpus.json says why)")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--count", type=int, default=300, help="how many quantized files to draw (default 300)"
    )
    parser.add_argument("-o", "--output", required=True, help="folder to write to")
    parser.add_argument(
        "--keep-float", action="store_true", help="also write the float networks (float.NNNN.onnx)"
    )
    arguments = parser.parse_args()
    write_corpus(arguments.output, arguments.seed, arguments.count, arguments.keep_float)


if __name__ == "__main__":
    main()
