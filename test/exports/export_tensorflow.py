# SPDX-License-Identifier: Apache-2.0
"""Exports from TensorFlow: tf2onnx of a function, and Keras's own export. python export_tensorflow.py, with
requirements-tensorflow.txt installed. Neither quantizes: onnxruntime.quantization does.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import onnx  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf2onnx  # noqa: E402
from calibrated import path, statically  # noqa: E402
from keras import layers  # noqa: E402


def image():
    """Channels last, as TensorFlow has them: convolutions, a depthwise one, a residual, a pool, a classifier."""
    inputs = keras.Input((16, 16, 3), batch_size=1, name="image")
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    y = layers.DepthwiseConv2D(3, padding="same")(x)
    y = layers.Conv2D(8, 1)(layers.ReLU(6.0)(y))
    x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x))


def temporal():
    """Dilated causal convolutions over a signal."""
    inputs = keras.Input((40, 2), batch_size=1, name="signal")
    x = inputs
    for dilation in (1, 2, 4):
        x = layers.Conv1D(8, 3, padding="causal", dilation_rate=dilation, activation="relu")(x)
    x = layers.MaxPooling1D(2)(x)
    return keras.Model(inputs, layers.Dense(4)(layers.Flatten()(x)))


def main():
    keras.utils.set_random_seed(7)
    for make, shape in ((image, (1, 16, 16, 3)), (temporal, (1, 40, 2))):
        model, name = make(), make.__name__
        signature = [tf.TensorSpec(shape, tf.float32, name=model.inputs[0].name)]
        converted, _ = tf2onnx.convert.from_function(
            tf.function(lambda x, model=model: model(x)), input_signature=signature, opset=17
        )
        onnx.save(statically(converted, shape), path(f"{name}.tf2onnx"))
        model.export(path(f"{name}.keras"), format="onnx", verbose=False, opset_version=17)
        onnx.save(statically(onnx.load(path(f"{name}.keras")), shape), path(f"{name}.keras"))


if __name__ == "__main__":
    main()
