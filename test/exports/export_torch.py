# SPDX-License-Identifier: Apache-2.0
"""Exports from PyTorch: TorchScript, dynamo and PT2E. python export_torch.py, with requirements-torch.txt installed.

Weights are drawn, not trained. Another processor may round scales differently; exports.test.ts takes the files as they are.
"""

import logging
import warnings

import onnx
import torch
from calibrated import path, statically, typical
from every_output import EveryOutput
from torch_networks import Image, Temporal, Transformer
from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
from torchao.quantization.pt2e.quantizer.x86_inductor_quantizer import (
    X86InductorQuantizer,
    get_default_x86_inductor_quantization_config,
)

NETWORKS = {
    "image": (Image, (1, 3, 16, 16)),
    "signal": (Temporal, (1, 2, 40)),
    "steps": (Transformer, (1, 8, 16)),
}


def network(input_name):
    """The float network in evaluation mode, and an input of its shape."""
    make, shape = NETWORKS[input_name]
    torch.manual_seed(7)
    return make().eval(), (torch.from_numpy(typical(shape)[0]),), shape


def export(name, model, example, input_name, dynamo):
    options = {"external_data": False, "verbose": False} if dynamo else {}
    torch.onnx.export(
        model,
        example,
        path(name),
        input_names=[input_name],
        output_names=["scores"],
        opset_version=18 if dynamo else 17,
        dynamo=dynamo,
        **options,
    )
    graph = onnx.load(path(name))
    graph.metadata_props.clear()
    for item in [*graph.graph.node, *graph.graph.value_info, *graph.graph.input, *graph.graph.output]:
        item.ClearField("metadata_props")  # stack traces with paths of the exporting machine
        if hasattr(item, "doc_string"):
            item.ClearField("doc_string")
    graph.graph.ClearField("metadata_props")
    onnx.save(graph, path(name))
    return graph


def quantized(name, input_name, dynamo):
    """The exported float model, quantized by onnxruntime.quantization."""
    model, example, shape = network(input_name)
    onnx.save(statically(export(name, model, example, input_name, dynamo), shape), path(name))


def pt2e(name, input_name, quantizer):
    model, example, shape = network(input_name)
    prepared = prepare_pt2e(torch.export.export(model, example, strict=True).module(), quantizer)
    for sample in typical(shape):
        prepared(torch.from_numpy(sample))
    export(name, convert_pt2e(prepared), example, input_name, dynamo=True)


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    model, example, _ = network("image")
    export("image.dynamo.float", model, example, "image", dynamo=True)
    quantized("image.torchscript", "image", dynamo=False)
    quantized("image.dynamo", "image", dynamo=True)
    quantized("temporal.torchscript", "signal", dynamo=False)
    quantized("temporal.dynamo", "signal", dynamo=True)
    quantized("transformer.torchscript", "steps", dynamo=False)
    quantized("transformer.dynamo", "steps", dynamo=True)
    inductor = X86InductorQuantizer().set_global(get_default_x86_inductor_quantization_config())
    pt2e("image.pt2e", "image", inductor)
    pt2e("image.pt2e.every-output", "image", EveryOutput())
    pt2e("temporal.pt2e.every-output", "signal", EveryOutput())


if __name__ == "__main__":
    main()
