# SPDX-License-Identifier: Apache-2.0
"""Sampling, augmentation and the optimization loop."""
import jax
import jax.numpy as jnp
import numpy as np
import optax

import network

STEPS, BATCH, PEAK_RATE, DROPOUT, SMOOTHING = 560, 512, 3e-3, 0.3, 0.05
AVERAGE_FROM, AVERAGE_DECAY = 200, 0.99
CLASS_MIX = (0.55, 0.17, 0.2, 0.08)  # share of N S V F in a batch


def sampling_weights(beats):
    """Probability of each beat: classes by CLASS_MIX, patients within a class by the square root of their beats."""
    weight = np.zeros(len(beats))
    for label, share in enumerate(CLASS_MIX):
        of_class = beats.label == label
        for record in np.unique(beats.record[of_class]):
            mine = of_class & (beats.record == record)
            weight[mine] = 1 / np.sqrt(mine.sum())
        weight[of_class] *= share / weight[of_class].sum()
    return weight / weight.sum()


def augment(generator, beat, rr):
    """Amplitude, R position (up to 2 samples of 180 Hz), baseline slope, noise; noise on the features."""
    n = len(beat)
    shift = generator.integers(-2, 3, n)
    index = np.clip(np.arange(128)[None, :] + shift[:, None], 0, 127)
    beat = np.take_along_axis(beat[:, 0], index, axis=1)
    beat = beat * generator.uniform(0.8, 1.25, (n, 1))
    slope = generator.normal(0, 0.05, (n, 1)) * np.linspace(-1, 1, 128) + generator.normal(0, 0.03, (n, 1))
    beat = beat + slope + generator.normal(0, 0.02, beat.shape)
    rr = np.clip(rr + generator.normal(0, 0.1, rr.shape), -4, 4)
    return beat[:, None].astype(np.float32), rr.astype(np.float32)


def loss_of(params, running, beat, rr, target, key):
    logits, updated = network.apply(params, running, beat, rr, key, DROPOUT)
    return optax.softmax_cross_entropy(logits, target).mean(), updated


def train(beats, seed):
    """Averaged weights and running statistics."""
    generator = np.random.default_rng(seed)
    probability = sampling_weights(beats)
    one_hot = np.eye(network.CLASS_COUNT, dtype=np.float32)[beats.label]
    target = one_hot * (1 - SMOOTHING) + SMOOTHING / network.CLASS_COUNT
    params, running = network.init(seed)
    rate = optax.warmup_cosine_decay_schedule(0, PEAK_RATE, 40, STEPS, 1e-4)
    optimizer = optax.adamw(rate, weight_decay=1e-2)
    state, averaged, key = optimizer.init(params), None, jax.random.PRNGKey(seed + 1000)

    @jax.jit
    def step(params, running, state, beat, rr, target, key):
        gradient, updated = jax.grad(loss_of, has_aux=True)(params, running, beat, rr, target, key)
        change, state = optimizer.update(gradient, state, params)
        return optax.apply_updates(params, change), updated, state

    average = jax.jit(lambda a, b: jax.tree.map(lambda x, y: AVERAGE_DECAY * x + (1 - AVERAGE_DECAY) * y, a, b))
    for n in range(STEPS):
        chosen = generator.choice(len(beats), BATCH, p=probability)
        beat, rr = augment(generator, beats.beat[chosen], beats.rr[chosen])
        key, dropout_key = jax.random.split(key)
        params, running, state = step(params, running, state, beat, rr, target[chosen], dropout_key)
        if n == AVERAGE_FROM:
            averaged = (params, running)
        elif n > AVERAGE_FROM:
            averaged = average(averaged, (params, running))
    return averaged


@jax.jit
def _logits(params, running, beat, rr):
    return network.apply(params, running, beat, rr)[0]


def predict(model, beats):
    parts = [
        _logits(*model, jnp.asarray(beats.beat[n : n + 2048]), jnp.asarray(beats.rr[n : n + 2048]))
        for n in range(0, len(beats), 2048)
    ]
    return np.concatenate([np.asarray(part) for part in parts])
