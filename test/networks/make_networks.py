# SPDX-License-Identifier: Apache-2.0
"""Makes the committed test networks: random weights, quantized, with reference outputs.

    python make_networks.py            # writes NAME.onnx, NAME.npz and manifest.json beside this file
    python make_networks.py --check    # makes them in a temporary folder and compares bytes and outputs

Calibration runs natively: another processor may round scales differently, and --check then says so.

NAME.npz: input_K float32, a leading axis of samples, values on the input's quantization grid; output_K as
onnxruntime-web gives it under the numeric contract; native_K as PyPI's onnxruntime gives it (information
only). Needs node and the repository's node_modules for onnxruntime-web.
"""

import argparse
import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime as ort

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "corpus"))

import architectures  # noqa: E402
from configurations import Configuration, quantize  # noqa: E402
from edges import input_parameters, samples_on_grid  # noqa: E402
from float_graph import FloatGraph  # noqa: E402

QDQ_INT8 = Configuration("QDQ", "s8s8", per_channel=True, preprocess=True)
QOPERATOR_INT8 = Configuration("QOperator", "s8s8", per_channel=True, preprocess=True)
QDQ_UINT8 = Configuration("QDQ", "u8s8", per_channel=False, preprocess=True)
QOPERATOR_UINT8 = Configuration("QOperator", "u8u8", per_channel=False, preprocess=True)
QDQ_SYMMETRIC = Configuration("QDQ", "s8s8", True, True, extra={"ActivationSymmetric": True})
QDQ_FLOAT_BIAS = Configuration("QDQ", "u8u8", True, False, extra={"QuantizeBias": False})
QDQ_RAW = Configuration("QDQ", "s8s8", per_channel=True, preprocess=False)
QDQ_FLOAT_WEIGHTS = Configuration(
    "QDQ", "s8s8", True, True, extra={"AddQDQPairToWeight": True, "DedicatedQDQPair": True}
)


@dataclass(frozen=True)
class Network:
    name: str
    architecture: str
    configuration: Configuration
    style: str = "torch"
    opset: int = 17
    dynamic_batch: bool = False
    external: bool = False


NETWORKS = [
    Network("keyword.qdq", "keyword", QDQ_INT8, opset=13),
    Network("keyword.qoperator", "keyword", QOPERATOR_INT8, opset=13),
    Network("weights_200k.qdq", "weights_200k", QDQ_INT8, opset=13),
    Network("residual.qdq.uint8", "residual", QDQ_UINT8),
    Network("residual.qdq.int8", "residual", QDQ_INT8),
    Network("residual.qoperator.uint8", "residual", QOPERATOR_UINT8),
    Network("perceptron.qdq.int8", "perceptron", QDQ_RAW, style="tf", opset=13),
    Network("perceptron.qoperator.uint8", "perceptron", QOPERATOR_UINT8, style="tf", opset=13),
    Network("gated.qdq.int8", "gated", QDQ_INT8),
    Network("gated.qdq.floatbias", "gated", QDQ_FLOAT_BIAS),
    Network("gated.qoperator.uint8", "gated", QOPERATOR_UINT8),
    Network("branches.qdq.uint8", "branches", QDQ_UINT8, opset=19),
    Network("branches.qoperator.int8", "branches", QOPERATOR_INT8, opset=19),
    Network("mobile.qdq.symmetric", "mobile", QDQ_SYMMETRIC, opset=15),
    Network("mobile.qdq.floatweights", "mobile", QDQ_FLOAT_WEIGHTS, opset=15),
    Network("mobile.qoperator.uint8", "mobile", QOPERATOR_UINT8, opset=15),
    Network("two_inputs.qdq.int8", "two_inputs", QDQ_INT8),
    Network("two_inputs.qoperator.uint8", "two_inputs", QOPERATOR_UINT8),
    Network("channels_last.qdq.int8", "channels_last", QDQ_RAW, style="tf", opset=13, dynamic_batch=True),
    Network("computed_shape.qdq.int8", "computed_shape", QDQ_RAW, opset=13, dynamic_batch=True),
    Network("external.qdq.int8", "residual", QDQ_INT8, external=True),
]


def build(network):
    """The float graph (same weights for one architecture in every configuration) and the quantized model."""
    seed = list(network.architecture.encode())
    graph = FloatGraph(np.random.default_rng(seed), network.opset, network.style, network.dynamic_batch)
    getattr(architectures, network.architecture)(graph)
    return graph, quantize(graph.model(), graph.calibration(), network.configuration)


def run_contract(path, feeds):
    """Outputs of onnxruntime-web, one dict per feed, and its version."""
    packed = [{name: pack(value) for name, value in feed.items()} for feed in feeds]
    command = ["node", os.path.join(HERE, "reference.mjs"), path]
    answer = json.loads(
        subprocess.run(command, input=json.dumps(packed).encode(), check=True, capture_output=True).stdout
    )
    outputs = [{name: unpack(tensor) for name, tensor in output.items()} for output in answer["outputs"]]
    return outputs, answer["version"]


def run_native(path, feeds):
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return [dict(zip(names, session.run(None, feed))) for feed in feeds]


def pack(array):
    return {
        "type": str(array.dtype),
        "dims": list(array.shape),
        "data": base64.b64encode(array.tobytes()).decode(),
    }


def unpack(tensor):
    return np.frombuffer(base64.b64decode(tensor["data"]), tensor["type"]).reshape(tensor["dims"])


def make(network, folder):
    """Writes the network's files and returns its manifest entry."""
    graph, model = build(network)
    path = os.path.join(folder, f"{network.name}.onnx")
    onnx.save(model, path)  # the references read it with its weights inside
    feeds = samples_on_grid(model, graph, seed=len(network.name))
    contract, version = run_contract(path, feeds)
    native = run_native(path, feeds)
    arrays = {}
    for i, info in enumerate(graph.inputs):
        arrays[f"input_{i}"] = np.stack([feed[info.name] for feed in feeds])
    for i, name in enumerate(graph.outputs):
        arrays[f"output_{i}"] = np.stack([output[name] for output in contract])
        arrays[f"native_{i}"] = np.stack([output[name] for output in native])
    np.savez_compressed(os.path.join(folder, f"{network.name}.npz"), **arrays)
    if network.external:
        save_with_data_file(model, folder, network.name)
    return {
        "name": network.name,
        "architecture": network.architecture,
        "purpose": " ".join(getattr(architectures, network.architecture).__doc__.split()),
        "configuration": network.configuration.describe(),
        "opset": network.opset,
        "macs": graph.macs,
        "external": network.external,
        "samples": len(feeds),
        "dynamic": {info.name: list(graph.shape(info.name)) for info in graph.inputs}
        if network.dynamic_batch
        else {},
        "inputs": [{"name": info.name, **input_parameters(model, info.name)} for info in graph.inputs],
        "outputs": graph.outputs,
        "reference": {"contract": f"onnxruntime-web {version}", "native": f"onnxruntime {ort.__version__}"},
        "native_differs": sum(
            int((arrays[f"output_{i}"] != arrays[f"native_{i}"]).sum()) for i in range(len(graph.outputs))
        ),
    }


def save_with_data_file(model, folder, name):
    """NAME.onnx with its larger tensors in NAME.bin; onnx looks for an existing data file in the working
    directory.
    """
    data = os.path.join(folder, f"{name}.bin")
    if os.path.exists(data):
        os.remove(data)
    with contextlib.chdir(folder):
        onnx.save(
            model, f"{name}.onnx", save_as_external_data=True, location=f"{name}.bin", size_threshold=64
        )
    os.chmod(data, 0o644)


def make_all(folder):
    entries = [make(network, folder) for network in NETWORKS]
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as out:
        json.dump({"networks": entries}, out, indent=1)
        out.write("\n")
    return entries


def check():
    """Names of the committed files that a fresh run makes differently (npz files are compared by content)."""
    different = []
    with tempfile.TemporaryDirectory() as folder:
        make_all(folder)
        for name in sorted(os.listdir(folder)):
            fresh, committed = os.path.join(folder, name), os.path.join(HERE, name)
            if not os.path.exists(committed):
                different.append(name)
            elif name.endswith(".npz"):
                a, b = np.load(fresh), np.load(committed)
                same = a.files == b.files and all(
                    np.array_equal(a[key], b[key]) for key in a.files if key[0] != "n"
                )
                different += [] if same else [name]
            elif name != "manifest.json" and open(fresh, "rb").read() != open(committed, "rb").read():
                different.append(name)
    return different


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="compare with the committed files, write nothing"
    )
    if parser.parse_args().check:
        different = check()
        print("\n".join(f"differs: {name}" for name in different) or "all files are as committed")
        sys.exit(1 if different else 0)
    for entry in make_all(HERE):
        print(f"{entry['name']:32} {entry['macs']:9} MACs, native differs in {entry['native_differs']}")


if __name__ == "__main__":
    main()
