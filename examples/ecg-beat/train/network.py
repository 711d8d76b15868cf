# SPDX-License-Identifier: Apache-2.0
"""The network in JAX, and the same network, batch normalization folded, as an ONNX graph.

    beat [n,1,128] -> conv 7 stride 2, 16 -> pool 2 -> conv 5, 24 -> pool 2 -> conv 5, 32 -> global mean
    rr   [n,17]    -> concat with it -> dense 24 -> dense 4 logits (N S V F)
"""
import jax
import jax.numpy as jnp
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CONVOLUTIONS = ((7, 2, 1, 16), (5, 1, 16, 24), (5, 1, 24, 32))  # width, stride, channels in, channels out
WINDOW, RHYTHM, HIDDEN, CLASS_COUNT = 128, 17, 24, 4
EPSILON = 1e-5


def init(seed):
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 8))
    params, running = {}, {}
    for n, (width, _, fan_in, out) in enumerate(CONVOLUTIONS):
        params[f"conv{n}"] = jax.random.normal(next(keys), (width, fan_in, out)) * np.sqrt(2 / (width * fan_in))
        params[f"gain{n}"], params[f"shift{n}"] = jnp.ones(out), jnp.zeros(out)
        running[f"mean{n}"], running[f"var{n}"] = jnp.zeros(out), jnp.ones(out)
    for name, fan_in, out in (("hidden", CONVOLUTIONS[-1][3] + RHYTHM, HIDDEN), ("logits", HIDDEN, CLASS_COUNT)):
        params[name] = jax.random.normal(next(keys), (fan_in, out)) * np.sqrt(2 / fan_in)
        params[name + "_bias"] = jnp.zeros(out)
    return params, running


def conv1d(x, w, stride):
    """x [n, time, in], w [width, in, out], zero padding of width // 2: shifted slices and one matrix product."""
    width = w.shape[0]
    x = jnp.pad(x, ((0, 0), (width // 2, width // 2), (0, 0)))
    length = (x.shape[1] - width) // stride + 1
    columns = jnp.concatenate([x[:, k : k + stride * (length - 1) + 1 : stride] for k in range(width)], axis=-1)
    return columns @ w.reshape(-1, w.shape[2])


def apply(params, running, beat, rr, key=None, dropout=0.0):
    """Logits and new running statistics; with a key: training (batch statistics, dropout)."""
    x, updated = beat.transpose(0, 2, 1), {}
    for n, (_, stride, _, _) in enumerate(CONVOLUTIONS):
        x = conv1d(x, params[f"conv{n}"], stride)
        if key is None:
            mean, var = running[f"mean{n}"], running[f"var{n}"]
        else:
            mean, var = x.mean((0, 1)), x.var((0, 1))
            updated[f"mean{n}"] = 0.9 * running[f"mean{n}"] + 0.1 * mean
            updated[f"var{n}"] = 0.9 * running[f"var{n}"] + 0.1 * var
        x = (x - mean) / jnp.sqrt(var + EPSILON) * params[f"gain{n}"] + params[f"shift{n}"]
        x = jax.nn.relu(x)
        if n < len(CONVOLUTIONS) - 1:
            x = x.reshape(x.shape[0], x.shape[1] // 2, 2, x.shape[2]).max(2)
    x = jnp.concatenate([x.mean(1), rr], axis=1)
    if key is not None:
        first, second = jax.random.split(key)
        x = x * jax.random.bernoulli(first, 1 - dropout, x.shape) / (1 - dropout)
    x = jax.nn.relu(x @ params["hidden"] + params["hidden_bias"])
    if key is not None:
        x = x * jax.random.bernoulli(second, 1 - dropout, x.shape) / (1 - dropout)
    return x @ params["logits"] + params["logits_bias"], updated


def macs_and_weights():
    macs, weights, length = 0, 0, WINDOW
    for n, (width, stride, fan_in, out) in enumerate(CONVOLUTIONS):
        length //= stride
        macs += length * width * fan_in * out
        weights += width * fan_in * out
        length //= 2 if n < len(CONVOLUTIONS) - 1 else 1
    dense = (CONVOLUTIONS[-1][3] + RHYTHM) * HIDDEN + HIDDEN * CLASS_COUNT
    biases = sum(c[3] for c in CONVOLUTIONS) + HIDDEN + CLASS_COUNT
    return macs + dense, weights + dense + 4 * biases


def to_onnx(params, running):
    """Float model: opset 13, IR version 8, NCW, one beat at a time."""
    p = {name: np.asarray(value, np.float64) for name, value in params.items()}
    r = {name: np.asarray(value, np.float64) for name, value in running.items()}
    nodes, constants, x = [], [], "beat"

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def node(operator, inputs, output, **attributes):
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    for n, (width, stride, _, _) in enumerate(CONVOLUTIONS):
        factor = p[f"gain{n}"] / np.sqrt(r[f"var{n}"] + EPSILON)
        weight = constant(f"conv{n}.weight", (p[f"conv{n}"] * factor).transpose(2, 1, 0))
        bias = constant(f"conv{n}.bias", p[f"shift{n}"] - r[f"mean{n}"] * factor)
        x = node("Conv", [x, weight, bias], f"conv{n}", kernel_shape=[width], strides=[stride], pads=[width // 2] * 2)
        x = node("Relu", [x], f"relu{n}")
        if n < len(CONVOLUTIONS) - 1:
            x = node("MaxPool", [x], f"pool{n}", kernel_shape=[2], strides=[2])
    x = node("Flatten", [node("GlobalAveragePool", [x], "mean")], "flat")
    x = node("Concat", [x, "rr"], "joined", axis=1)
    for name, output in (("hidden", "hidden"), ("logits", "logits")):
        weight = constant(f"{name}.weight", p[name].T)
        x = node("Gemm", [x, weight, constant(f"{name}.bias", p[name + "_bias"])], output, transB=1)
        x = node("Relu", [x], "relu_hidden") if name == "hidden" else x
    graph = helper.make_graph(
        nodes,
        "ecg_beat",
        [
            helper.make_tensor_value_info("beat", TensorProto.FLOAT, [1, 1, WINDOW]),
            helper.make_tensor_value_info("rr", TensorProto.FLOAT, [1, RHYTHM]),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASS_COUNT])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="ecg-beat")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model
