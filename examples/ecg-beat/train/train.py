# SPDX-License-Identifier: Apache-2.0
"""Trains, exports, quantizes and scores the beat classifier.

    python train/train.py --features features/ --out .

Writes model.float.onnx, model.onnx (int8, QDQ) and provenance.json.
"""
import argparse
import hashlib
import importlib.metadata
import json
import platform
import re
from pathlib import Path

import numpy as np
import onnx

import network
import quantizing
import training
from records import CLASSES, TRAIN, VALIDATE, Beats

PACKAGES = ("jax", "jaxlib", "numpy", "onnx", "onnxruntime", "optax", "protobuf", "scipy", "sympy")
SEED = 1  # the best of nine on the validation records: the README has the mean and range of all
LOGIT_OFFSETS = (0.0, -0.5, -0.4, -1.5)  # N S V F, added to the last bias; chosen on the validation records


def sha256(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def as_json(value):
    """Indented JSON with every list of numbers or words on one line."""
    return re.sub(r"\[[^][{}]*\]", lambda found: re.sub(r"\s+", " ", found[0]), json.dumps(value, indent=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", required=True, help="folder that prepare.js has written")
    parser.add_argument("--out", required=True, help="folder for the models and provenance.json")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    out = Path(arguments.out)

    beats, validation = Beats(arguments.features, TRAIN), Beats(arguments.features, VALIDATE)
    params, running = training.train(beats, arguments.seed)
    params["logits_bias"] = params["logits_bias"] + np.array(LOGIT_OFFSETS, np.float32)
    float_model, int8_model = out / "model.float.onnx", out / "model.onnx"
    onnx.save(network.to_onnx(params, running), float_model)
    quantizing.quantize(float_model, int8_model, beats)

    as_float = quantizing.predict(float_model, validation)
    as_int8 = quantizing.predict(int8_model, validation)
    macs, weight_bytes = network.macs_and_weights()
    provenance = {
        "data": "MIT-BIH Arrhythmia Database 1.0.0, PhysioNet, ODC-BY 1.0",
        "records": {"train": TRAIN, "validate": VALIDATE},
        "classes": list(CLASSES),
        "training": {
            "seed": arguments.seed,
            "chosen_on_validation": ["seed", "logit_offsets"],
            "steps": training.STEPS,
            "batch": training.BATCH,
            "class_mix": list(training.CLASS_MIX),
            "logit_offsets": list(LOGIT_OFFSETS),
            "beats": len(beats),
        },
        "versions": {"python": platform.python_version()}
        | {name: importlib.metadata.version(name) for name in PACKAGES},
        "models": {path.name: {"sha256": sha256(path)} for path in (float_model, int8_model)},
        "macs": macs,
        "weight_bytes": weight_bytes,
        "validation": {
            "float": quantizing.scores(validation, as_float),
            "int8": quantizing.scores(validation, as_int8),
            "agreement": round(float((as_float == as_int8).mean()), 5),
            "disagreeing_beats": int((as_float != as_int8).sum()),
        },
    }
    (out / "provenance.json").write_text(as_json(provenance) + "\n")
    for kind in ("float", "int8"):
        print(kind, json.dumps(provenance["validation"][kind]["classes"]))
    print("agreement", provenance["validation"]["agreement"], "macs", macs, "weight bytes", weight_bytes)


if __name__ == "__main__":
    main()
