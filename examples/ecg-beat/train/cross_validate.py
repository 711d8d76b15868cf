# SPDX-License-Identifier: Apache-2.0
"""Scores inside the training records: four folds by record, float, with the logit offsets of train.py.

    python train/cross_validate.py --features features/ [--seed 1]
"""
import argparse

import numpy as np

import quantizing
import training
from records import TRAIN, Beats
from train import LOGIT_OFFSETS, SEED, as_json

FOLDS = 4


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", required=True, help="folder that prepare.js has written")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    labels, predictions = [], []
    for fold in range(FOLDS):
        left_out = TRAIN[fold::FOLDS]
        beats = Beats(arguments.features, [name for name in TRAIN if name not in left_out])
        test = Beats(arguments.features, left_out)
        logits = training.predict(training.train(beats, arguments.seed), test)
        labels.append(test.label)
        predictions.append((logits + np.array(LOGIT_OFFSETS)).argmax(1))
    print(as_json(quantizing.score(np.concatenate(labels), np.concatenate(predictions))))


if __name__ == "__main__":
    main()
