# SPDX-License-Identifier: Apache-2.0
"""Trains, exports and quantizes a digit classifier on scikit-learn's 8x8 digits.

python train.py    # writes model.float.onnx, model.onnx, input.npy and provenance.json beside this file

image [1,1,8,8] -> conv 3x3, 12 -> (depthwise 3x3, 1x1) x 3: 24, 32 (stride 2), 48
                -> global mean -> 10 logits
"""

import hashlib
import json
import os
import platform
from importlib.metadata import version

import jax
import jax.numpy as jnp
import numpy as np
import onnx
import onnxruntime as ort
import optax
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = os.path.dirname(os.path.abspath(__file__))
SEED, STEPS, BATCH, CALIBRATION_IMAGES = 0, 1500, 128, 256

# name, kernel, stride, channels in, channels out, depthwise; a ReLU follows each
LAYERS = [
    ("stem", 3, 1, 1, 12, False),
    ("depthwise1", 3, 1, 12, 12, True),
    ("pointwise1", 1, 1, 12, 24, False),
    ("depthwise2", 3, 2, 24, 24, True),
    ("pointwise2", 1, 1, 24, 32, False),
    ("depthwise3", 3, 1, 32, 32, True),
    ("pointwise3", 1, 1, 32, 48, False),
]
CLASSES = 10


def load():
    """Images [n,1,8,8] in 0..1 and labels, split 4 : 1 into training and test, stratified by class."""
    digits = load_digits()
    images = (digits.images / 16).astype(np.float32)[:, None]
    return train_test_split(images, digits.target, test_size=0.2, stratify=digits.target, random_state=SEED)


def init():
    keys = iter(jax.random.split(jax.random.PRNGKey(SEED), len(LAYERS) + 1))
    params = {}
    for name, kernel, _, fan_in, out, depthwise in LAYERS:
        shape = (out, 1 if depthwise else fan_in, kernel, kernel)
        params[name] = jax.random.normal(next(keys), shape) * np.sqrt(2 / np.prod(shape[1:]))
        params[f"{name}_bias"] = jnp.zeros(out)
    params["logits"] = jax.random.normal(next(keys), (CLASSES, LAYERS[-1][4])) * np.sqrt(1 / LAYERS[-1][4])
    params["logits_bias"] = jnp.zeros(CLASSES)
    return params


def apply(params, x):
    for name, kernel, stride, fan_in, _, depthwise in LAYERS:
        pad = kernel // 2
        x = jax.lax.conv_general_dilated(
            x,
            params[name],
            (stride, stride),
            [(pad, pad)] * 2,
            feature_group_count=fan_in if depthwise else 1,
        )
        x = jax.nn.relu(x + params[f"{name}_bias"][:, None, None])
    return x.mean((2, 3)) @ params["logits"].T + params["logits_bias"]


def train(images, labels):
    """Adam on cross entropy, images shifted by up to one pixel."""
    optimizer = optax.adamw(optax.cosine_decay_schedule(3e-3, STEPS), weight_decay=1e-3)
    params = init()
    state = optimizer.init(params)

    def loss(params, x, y):
        targets = optax.smooth_labels(jax.nn.one_hot(y, CLASSES), 0.05)
        return optax.softmax_cross_entropy(apply(params, x), targets).mean()

    @jax.jit
    def step(params, state, x, y):
        gradients = jax.grad(loss)(params, x, y)
        updates, state = optimizer.update(gradients, state, params)
        return optax.apply_updates(params, updates), state

    random = np.random.default_rng(SEED)
    padded = np.pad(images, [(0, 0), (0, 0), (1, 1), (1, 1)])
    for _ in range(STEPS):
        chosen = random.integers(len(images), size=BATCH)
        top, left = random.choice([0, 1, 1, 2], size=2)
        params, state = step(params, state, padded[chosen, :, top : top + 8, left : left + 8], labels[chosen])
    return {name: np.asarray(value, np.float32) for name, value in params.items()}


def to_onnx(params):
    nodes, x = [], "image"
    for name, kernel, stride, fan_in, _, depthwise in LAYERS:
        attributes = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [kernel // 2] * 4}
        inputs = [x, name, f"{name}_bias"]
        nodes.append(
            helper.make_node(
                "Conv", inputs, [f"{name}_sum"], name, group=fan_in if depthwise else 1, **attributes
            )
        )
        x = f"{name}_out"
        nodes.append(helper.make_node("Relu", [f"{name}_sum"], [x], f"{name}_relu"))
    nodes.append(helper.make_node("GlobalAveragePool", [x], ["mean"], "mean"))
    nodes.append(helper.make_node("Flatten", ["mean"], ["features"], "flatten"))
    nodes.append(
        helper.make_node("Gemm", ["features", "logits", "logits_bias"], ["scores"], "scores", transB=1)
    )
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, CLASSES])],
        [numpy_helper.from_array(value, name) for name, value in params.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


class Images(CalibrationDataReader):
    def __init__(self, images):
        self.feeds = iter([{"image": image[None]} for image in images])

    def get_next(self):
        return next(self.feeds, None)


def quantize(source, target, images):
    """QDQ form, int8 activations and weights, one weight scale per channel."""
    prepared = f"{target}.prepared"
    quant_pre_process(source, prepared)
    options = {"activation_type": QuantType.QInt8, "weight_type": QuantType.QInt8, "per_channel": True}
    quantize_static(prepared, target, Images(images), quant_format=QuantFormat.QDQ, **options)
    os.remove(prepared)


def predict(path, images):
    options = ort.SessionOptions()
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return np.array([session.run(None, {"image": image[None]})[0][0].argmax() for image in images])


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def main():
    os.chdir(HERE)
    train_images, test_images, train_labels, test_labels = load()
    onnx.save(to_onnx(train(train_images, train_labels)), "model.float.onnx")
    quantize("model.float.onnx", "model.onnx", train_images[:CALIBRATION_IMAGES])
    np.save("input.npy", test_images[:1])
    as_float, as_int8 = predict("model.float.onnx", test_images), predict("model.onnx", test_images)
    packages = "jax jaxlib numpy onnx onnxruntime optax protobuf scikit-learn scipy sympy".split()
    provenance = {
        "data": "Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak, 1998), UCI, CC BY 4.0, "
        "doi:10.24432/C50P49; the 1,797 test images as bundled with scikit-learn",
        "images": {"train": len(train_images), "test": len(test_images), "calibration": CALIBRATION_IMAGES},
        "training": {"seed": SEED, "steps": STEPS, "batch": BATCH},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "models": {name: {"sha256": sha256(name)} for name in ("model.float.onnx", "model.onnx")},
        "input": {"file": "input.npy", "label": int(test_labels[0])},
        "test": {
            "float_accuracy": round(float((as_float == test_labels).mean()), 4),
            "int8_accuracy": round(float((as_int8 == test_labels).mean()), 4),
            "agreement": round(float((as_int8 == as_float).mean()), 4),
        },
    }
    with open("provenance.json", "w", encoding="utf-8") as file:
        json.dump(provenance, file, indent=2)
        file.write("\n")
    print(json.dumps(provenance["test"]))


if __name__ == "__main__":
    main()
