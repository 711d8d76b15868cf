# SPDX-License-Identifier: Apache-2.0
"""A quantizer for PT2E that leaves no sum of products in float: every layer's inputs, weight and output are quantized.

The quantizers that come with torchao aim at one backend each and leave what that backend computes in float.
"""

import torch
from torchao.quantization.pt2e import MinMaxObserver, PerChannelMinMaxObserver
from torchao.quantization.pt2e.quantizer import QuantizationAnnotation, QuantizationSpec, Quantizer

aten = torch.ops.aten
LAYERS = {aten.conv1d.default, aten.conv2d.default, aten.linear.default}
OTHERS = {aten.add.Tensor, aten.relu.default, aten.adaptive_avg_pool2d.default}

ACTIVATION = QuantizationSpec(torch.uint8, MinMaxObserver, 0, 255, torch.per_tensor_affine)
WEIGHT = QuantizationSpec(
    torch.int8, PerChannelMinMaxObserver, -127, 127, torch.per_channel_symmetric, ch_axis=0
)


class EveryOutput(Quantizer):
    def annotate(self, model):
        for node in model.graph.nodes:
            if node.target in LAYERS | OTHERS:
                node.meta["quantization_annotation"] = QuantizationAnnotation(
                    input_qspec_map=self.inputs(node),
                    # A Relu's own output follows: its zero point says the same as the Relu.
                    output_qspec=None if self.feeds_relu(node) else ACTIVATION,
                    _annotated=True,
                )
        return model

    def inputs(self, node):
        if node.target in LAYERS:
            return {node.args[0]: ACTIVATION, node.args[1]: WEIGHT}
        quantized = [argument for argument in node.args[:2] if isinstance(argument, torch.fx.Node)]
        return {} if node.target is aten.relu.default else {argument: ACTIVATION for argument in quantized}

    def feeds_relu(self, node):
        return len(node.users) == 1 and next(iter(node.users)).target is aten.relu.default

    def validate(self, model):
        pass
