# SPDX-License-Identifier: Apache-2.0
"""A host of its own: runs any capsule, knowing nothing but its manifest and its exports.

    python run_capsule.py model.wasm --npz network.npz     compares with committed reference outputs
    python run_capsule.py model.wasm --onnx model.onnx     compares with PyPI's onnxruntime on random inputs

network.npz: input_K float32 and output_K, each with a leading axis of samples. Prints one JSON object; exit code 1
where an output differs in any bit. Needs numpy and wasmtime (and onnxruntime for --onnx).
"""

import argparse
import json
import sys

import numpy as np
from wasmtime import Engine, Instance, Module, Store

DTYPES = {"bool": np.dtype(np.bool_)} | {
    name: np.dtype(name).newbyteorder("<")
    for name in "int8 uint8 int16 uint16 int32 uint32 int64 uint64 float32".split()
}


def read_manifest(wasm):
    """Contents of the custom section caplet.manifest, by the WebAssembly binary format alone."""

    def number(at):
        value = shift = 0
        while True:
            byte = wasm[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return value, at

    assert wasm[:8] == b"\0asm\1\0\0\0", "not a WebAssembly module"
    at = 8
    while at < len(wasm):
        kind = wasm[at]
        size, start = number(at + 1)
        at = start + size
        if kind == 0:
            length, name = number(start)
            if wasm[name : name + length] == b"caplet.manifest":
                return json.loads(wasm[name + length : at])
    raise ValueError("the module has no section caplet.manifest")


class Capsule:
    def __init__(self, path):
        wasm = open(path, "rb").read()
        self.manifest = read_manifest(wasm)
        engine = Engine()
        module = Module(engine, wasm)
        assert not module.imports, "a portable capsule has no imports"
        self.store = Store(engine)
        exports = Instance(self.store, module, []).exports(self.store)
        self.memory, self.invoke, self.selftest = exports["memory"], exports["invoke"], exports["selftest"]
        self.inputs, self.outputs = self.manifest["inputs"], self.manifest["outputs"]
        for kind, edges in (("input", self.inputs), ("output", self.outputs)):
            for index, edge in enumerate(edges):
                assert exports[f"{kind}_{index}"].value(self.store) == edge["offset"]
                assert exports[f"{kind}_{index}_bytes"].value(self.store) == edge["bytes"]
        assert exports["__heap_base"].value(self.store) == self.manifest["memory"]["total"]

    def run(self, quanta):
        """One call: an array per input in its edge's type, gives an array per output."""
        for edge, array in zip(self.inputs, quanta):
            assert list(array.shape) == edge["shape"] and array.dtype == DTYPES[edge["type"]]
            self.memory.write(self.store, array.tobytes(), edge["offset"])
        self.invoke(self.store)
        return [self.output(edge) for edge in self.outputs]

    def output(self, edge):
        start = edge["offset"]
        data = bytes(self.memory.read(self.store, start, start + edge["bytes"]))
        return np.frombuffer(data, DTYPES[edge["type"]]).reshape(edge["shape"])


def quantize(values, edge):
    if edge["scale"] is None:
        return values.astype(DTYPES[edge["type"]])
    limits = np.iinfo(DTYPES[edge["type"]])
    quanta = np.rint(values.astype(np.float32) / np.float32(edge["scale"])) + edge["zero_point"]
    return np.clip(quanta, limits.min, limits.max).astype(DTYPES[edge["type"]])


def dequantize(quanta, edge):
    if edge["scale"] is None:
        return quanta
    return (quanta.astype(np.int32) - edge["zero_point"]).astype(np.float32) * np.float32(edge["scale"])


def count_differences(actual, expected):
    assert actual.shape == expected.shape and actual.dtype == expected.dtype, (actual.dtype, expected.dtype)
    bits = {4: np.uint32, 8: np.uint64}.get(actual.dtype.itemsize, np.uint8)
    return int((np.ascontiguousarray(actual).view(bits) != np.ascontiguousarray(expected).view(bits)).sum())


def committed_samples(capsule, path):
    """Inputs as quanta, outputs as the reference gave them."""
    arrays = np.load(path)
    for sample in range(len(arrays["input_0"])):
        inputs = [quantize(arrays[f"input_{k}"][sample], edge) for k, edge in enumerate(capsule.inputs)]
        yield inputs, [arrays[f"output_{k}"][sample] for k in range(len(capsule.outputs))]


def onnxruntime_samples(capsule, path, count):
    """Random quanta, and what onnxruntime computes for the reals that they stand for."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [edge["name"] for edge in capsule.outputs]
    random = np.random.default_rng(1)
    for _ in range(count):
        inputs = []
        for edge in capsule.inputs:
            limits = np.iinfo(DTYPES[edge["type"]])
            quanta = random.integers(limits.min, limits.max, edge["shape"], endpoint=True)
            inputs.append(quanta.astype(DTYPES[edge["type"]]))
        feeds = {edge["name"]: dequantize(q, edge) for edge, q in zip(capsule.inputs, inputs)}
        yield inputs, session.run(names, feeds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("capsule")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--npz")
    source.add_argument("--onnx")
    parser.add_argument("--count", type=int, default=200)
    arguments = parser.parse_args()
    capsule = Capsule(arguments.capsule)
    if arguments.npz:
        samples = committed_samples(capsule, arguments.npz)
    else:
        samples = onnxruntime_samples(capsule, arguments.onnx, arguments.count)
    result = {"selftest": capsule.selftest(capsule.store), "samples": 0, "compared": 0, "differing": 0}
    for inputs, expected in samples:
        result["samples"] += 1
        for edge, quanta, reference in zip(capsule.outputs, capsule.run(inputs), expected):
            result["compared"] += reference.size
            result["differing"] += count_differences(dequantize(quanta, edge), reference)
    print(json.dumps(result))
    sys.exit(1 if result["differing"] or result["selftest"] else 0)


if __name__ == "__main__":
    main()
