# SPDX-License-Identifier: Apache-2.0
"""Recurrent networks as PyTorch exports them and onnxruntime.quantization quantizes them: python export_torch.py, with
requirements.txt installed.

Weights are drawn, not trained. recurrent.test.ts takes the files as they are.
"""

import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn

HERE = Path(__file__).parent
STEPS, CHANNELS, HIDDEN, CLASSES = 12, 6, 12, 4


class Gesture(nn.Module):
    """A window of a motion sensor: one layer per step, a recurrent layer, scores of the last step."""

    def __init__(self, layer, **options):
        super().__init__()
        self.front = nn.Linear(CHANNELS, 8)
        self.layer = layer(8, HIDDEN, batch_first=True, **options)
        self.scores = nn.Linear(HIDDEN * (2 if options.get("bidirectional") else 1), CLASSES)

    def forward(self, window):
        sequence, _ = self.layer(torch.relu(self.front(window)))
        return self.scores(sequence[:, -1])


class Streaming(nn.Module):
    """One sample at a time: the state comes in and goes out."""

    def __init__(self):
        super().__init__()
        self.front = nn.Linear(CHANNELS, 8)
        self.layer = nn.LSTM(8, HIDDEN)
        self.scores = nn.Linear(HIDDEN, CLASSES)

    def forward(self, sample, h_in, c_in):
        step = torch.relu(self.front(sample)).unsqueeze(0)
        sequence, (h_out, c_out) = self.layer(step, (h_in, c_in))
        return self.scores(sequence[0]), h_out, c_out


class Calibration(CalibrationDataReader):
    def __init__(self, shapes):
        random = np.random.default_rng(3)
        self.samples = iter(
            {name: random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
            for _ in range(32)
        )

    def get_next(self):
        return next(self.samples, None)


def export(model, shapes, outputs, dynamo, path):
    torch.manual_seed(11)
    options = {"external_data": False, "verbose": False} if dynamo else {}
    torch.onnx.export(
        model.eval(),
        tuple(torch.zeros(shape) for shape in shapes.values()),
        path,
        input_names=list(shapes),
        output_names=outputs,
        opset_version=18 if dynamo else 17,
        dynamo=dynamo,
        **options,
    )


def finish(path):
    """Without the exporting machine's paths."""
    model = onnx.load(path)
    model.metadata_props.clear()
    model.graph.ClearField("metadata_props")
    for item in [*model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output]:
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    onnx.save(model, path)


def write(name, model, shapes, outputs, quantization, dynamo=False):
    target = HERE / f"{name}.onnx"
    with tempfile.TemporaryDirectory() as folder:
        exported, prepared = Path(folder) / "float.onnx", Path(folder) / "prepared.onnx"
        export(model, shapes, outputs, dynamo, exported)
        quant_pre_process(exported, prepared, skip_symbolic_shape=True)
        if quantization == "dynamic":
            quantize_dynamic(prepared, target, weight_type=QuantType.QInt8)
        else:
            quantize_static(
                prepared,
                target,
                Calibration(shapes),
                quant_format=QuantFormat.QDQ,
                activation_type=QuantType.QInt8,
                weight_type=QuantType.QInt8,
            )
    finish(target)


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    window = {"window": (1, STEPS, CHANNELS)}
    torch.manual_seed(5)
    write("lstm.static", Gesture(nn.LSTM), window, ["scores"], "static")
    write("lstm.dynamic", Gesture(nn.LSTM), window, ["scores"], "dynamic")
    write("lstm.dynamo", Gesture(nn.LSTM), window, ["scores"], "static", dynamo=True)
    write("lstm.bidirectional", Gesture(nn.LSTM, bidirectional=True), window, ["scores"], "dynamic")
    write("gru.static", Gesture(nn.GRU), window, ["scores"], "static")
    write("rnn.static", Gesture(nn.RNN), window, ["scores"], "static")
    state = (1, 1, HIDDEN)
    step = {"sample": (1, CHANNELS), "h_in": state, "c_in": state}
    write("streaming.static", Streaming(), step, ["scores", "h_out", "c_out"], "static")
    write("streaming.dynamic", Streaming(), step, ["scores", "h_out", "c_out"], "dynamic")


if __name__ == "__main__":
    main()
