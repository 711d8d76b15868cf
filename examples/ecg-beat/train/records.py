# SPDX-License-Identifier: Apache-2.0
"""The patient-wise split of de Chazal 2004, and the reading of the .npz files that prepare.ts writes.

Train is DS1. Validate is the part of DS2 that development may see, without 202 (the same person as 201 in DS1).
"""
from pathlib import Path

import numpy as np

CLASSES = ("N", "S", "V", "F")
TRAIN = (
    "101 106 108 109 112 114 115 116 118 119 122 124 201 203 205 207 208 209 215 220 223 230".split()
)
VALIDATE = "100 210 219 222 233 234".split()


class Beats:
    """Beats of some records: beat [n,1,128], rr [n,17], label [n] in 0..3 (N S V F), record [n]."""

    def __init__(self, folder, names):
        parts = [np.load(Path(folder) / f"{name}.npz") for name in names]
        keep = [part["label"] < len(CLASSES) for part in parts]  # Q beats are neither trained on nor scored
        self.beat = np.concatenate([part["beat"][k] for part, k in zip(parts, keep)])
        self.rr = np.concatenate([part["rr"][k] for part, k in zip(parts, keep)])
        self.label = np.concatenate([part["label"][k] for part, k in zip(parts, keep)]).astype(np.int32)
        self.record = np.concatenate([np.full(k.sum(), name) for name, k in zip(names, keep)])

    def __len__(self):
        return len(self.label)
