# SPDX-License-Identifier: Apache-2.0
"""Quantization with onnxruntime.quantization the way its documentation shows it, and scores of an ONNX model."""
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from records import CLASSES

CALIBRATION_BEATS = 512


class TrainingBeats(CalibrationDataReader):
    """The same number of beats of each class."""

    def __init__(self, beats, seed=0):
        generator = np.random.default_rng(seed)
        share = CALIBRATION_BEATS // len(CLASSES)
        chosen = [generator.choice(np.flatnonzero(beats.label == n), share, False) for n in range(len(CLASSES))]
        chosen = np.concatenate(chosen)
        self.feeds = iter([{"beat": beats.beat[n][None], "rr": beats.rr[n][None]} for n in chosen])

    def get_next(self):
        return next(self.feeds, None)


def quantize(float_model, int8_model, beats):
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(float_model, prepared)
        quantize_static(
            prepared,
            int8_model,
            TrainingBeats(beats),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            calibrate_method=CalibrationMethod.MinMax,
        )


def predict(model, beats):
    """The class that a model gives to each beat."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    feeds = ({"beat": b[None], "rr": r[None]} for b, r in zip(beats.beat, beats.rr))
    return np.array([session.run(None, feed)[0][0].argmax() for feed in feeds])


def ratio(part, whole):
    return None if whole == 0 else round(float(part) / float(whole), 4)


def score(label, predicted):
    """Sensitivity and positive predictivity per class (None where there is nothing to divide by)."""
    hit = [int(((label == n) & (predicted == n)).sum()) for n in range(len(CLASSES))]
    return {
        name: {
            "beats": int((label == n).sum()),
            "sensitivity": ratio(hit[n], (label == n).sum()),
            "positive_predictivity": ratio(hit[n], (predicted == n).sum()),
        }
        for n, name in enumerate(CLASSES)
    }


def confusion(label, predicted):
    """Rows: true class N S V F. Columns: predicted."""
    size = len(CLASSES)
    return np.bincount(label * size + predicted, minlength=size * size).reshape(size, size).tolist()


def scores(beats, predicted):
    records = np.unique(beats.record)
    return {
        "confusion": confusion(beats.label, predicted),
        "classes": score(beats.label, predicted),
        "records": {
            str(name): {
                "confusion": confusion(beats.label[beats.record == name], predicted[beats.record == name]),
                "classes": score(beats.label[beats.record == name], predicted[beats.record == name]),
            }
            for name in records
        },
    }
