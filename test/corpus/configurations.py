# SPDX-License-Identifier: Apache-2.0
"""The configurations of onnxruntime.quantization for a corpus, and the call that applies one."""

import contextlib
import io
import logging
import os
import tempfile
import warnings
from dataclasses import asdict, dataclass, field

import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

TYPES = {"u8s8": (QuantType.QUInt8, QuantType.QInt8), "u8u8": (QuantType.QUInt8, QuantType.QUInt8)}
TYPES["s8s8"] = (QuantType.QInt8, QuantType.QInt8)


@dataclass(frozen=True)
class Configuration:
    """One way to call quantize_static. `types` = activation type, weight type."""

    format: str
    types: str
    per_channel: bool
    preprocess: bool
    reduce_range: bool = False
    calibration: str = "MinMax"
    extra: dict = field(default_factory=dict)

    def label(self):
        marks = ["pc" if self.per_channel else "pt", "pre" if self.preprocess else "raw"]
        marks += ["rr"] if self.reduce_range else []
        short = {"ActivationSymmetric": "asym", "WeightSymmetric": "wsym", "QuantizeBias": "bias"}
        marks += [
            f"{short.get(key, key)}{int(value) if isinstance(value, bool) else ''}"
            for key, value in self.extra.items()
        ]
        return ".".join([self.format.lower(), self.types, *marks])

    def describe(self):
        return asdict(self) | {"label": self.label()}


# (option, value, probability, only in this format or None)
EXTRA_OPTIONS = [
    ("ActivationSymmetric", True, 0.18, None),
    ("WeightSymmetric", True, 0.12, None),
    ("WeightSymmetric", False, 0.10, None),
    ("DedicatedQDQPair", True, 0.08, "QDQ"),
    ("QuantizeBias", False, 0.08, "QDQ"),
    ("AddQDQPairToWeight", True, 0.10, "QDQ"),
    ("QDQKeepRemovableActivations", True, 0.06, "QDQ"),
    ("ForceQuantizeNoInputCheck", True, 0.06, None),
    ("MatMulConstBOnly", False, 0.05, None),
]


def draw_configuration(random, number):
    """Configuration number `number`: the five main choices in turn, so that any 24 in a row hold them all;
    extras by chance.
    """
    types = ["s8s8", "u8s8", "u8u8"][number % 3]
    bits = (number // 3) % 8
    layout = "QDQ" if bits & 1 else "QOperator"
    extra = {}
    for option, value, probability, only in EXTRA_OPTIONS:
        if random.random() < probability and only in (None, layout) and option not in extra:
            extra[option] = value
    if layout == "QDQ" and random.random() < 0.06:
        extra["OpTypesToExcludeOutputQuantization"] = [
            str(random.choice(["Gemm", "MatMul", "Softmax", "Add", "Conv"]))
        ]
    calibration = str(random.choice(["MinMax"] * 8 + ["Percentile", "Entropy"]))
    return Configuration(
        layout,
        types,
        bool(bits & 2),
        bool(bits & 4),
        bool(random.random() < 0.06),
        calibration,
        dict(sorted(extra.items())),
    )


class Samples(CalibrationDataReader):
    def __init__(self, feeds):
        self.feeds = iter(feeds)

    def get_next(self):
        return next(self.feeds, None)


def quantize(model, feeds, configuration):
    """The quantized model. Whatever the quantizer raises or the pre-processing refuses is raised on."""
    activation, weight = TYPES[configuration.types]
    with tempfile.TemporaryDirectory() as folder, _quiet():
        source, target = os.path.join(folder, "float.onnx"), os.path.join(folder, "quantized.onnx")
        onnx.save(model, source)
        if configuration.preprocess:
            prepared = os.path.join(folder, "prepared.onnx")
            quant_pre_process(source, prepared)
            source = prepared
        quantize_static(
            source,
            target,
            Samples(feeds),
            quant_format=QuantFormat[configuration.format],
            per_channel=configuration.per_channel,
            reduce_range=configuration.reduce_range,
            activation_type=activation,
            weight_type=weight,
            calibrate_method=CalibrationMethod[configuration.calibration],
            extra_options=dict(configuration.extra),
        )
        return onnx.load(target)


@contextlib.contextmanager
def _quiet():
    """The quantizer's advice on stdout and in the log says nothing about the result."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
