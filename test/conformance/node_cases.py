# SPDX-License-Identifier: Apache-2.0
"""Writes ONNX's backend node cases as the installed package makes them: python node_cases.py -o FOLDER
One folder each: model.onnx and test_data_set_N/{input,output}_K.pb, as in ONNX's own repository.
"""
import argparse
import pathlib
import warnings

import numpy as np
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases


def as_tensor(value, name):
    """A TensorProto of an array; None for sequences and optionals, which no case of integers has."""
    if isinstance(value, TensorProto):
        return value
    if isinstance(value, np.ndarray | np.generic):
        return numpy_helper.from_array(np.asarray(value), name)
    return None


def write_set(folder, edges, values, kind):
    for index, (edge, value) in enumerate(zip(edges, values)):
        tensor = as_tensor(value, edge.name)
        if tensor is None:
            return
        (folder / f"{kind}_{index}.pb").write_bytes(tensor.SerializeToString())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", dest="folder", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    for case in cases:
        home = arguments.folder / case.name
        home.mkdir(parents=True, exist_ok=True)
        (home / "model.onnx").write_bytes(case.model.SerializeToString())
        for number, (inputs, outputs) in enumerate(case.data_sets):
            folder = home / f"test_data_set_{number}"
            folder.mkdir(exist_ok=True)
            write_set(folder, case.model.graph.input, inputs, "input")
            write_set(folder, case.model.graph.output, outputs, "output")


main()
