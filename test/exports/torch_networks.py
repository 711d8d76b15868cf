# SPDX-License-Identifier: Apache-2.0
"""The PyTorch networks that are exported: small, of untrained weights, written as people write them."""

import torch
from torch import nn


class Image(nn.Module):
    """Convolution, depthwise-separable block, residual, pool, classifier."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.depthwise = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.BatchNorm2d(8), nn.ReLU())
        self.pointwise = nn.Sequential(nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(8, 5)

    def forward(self, image):
        x = self.stem(image)
        x = torch.relu(x + self.pointwise(self.depthwise(x)))
        return self.classifier(torch.flatten(self.pool(x), 1))


class CausalBlock(nn.Module):
    """Two dilated convolutions that see the past only, and a way around them."""

    def __init__(self, channels_in, channels, kernel, dilation):
        super().__init__()
        self.past = (kernel - 1) * dilation
        self.first = nn.Conv1d(channels_in, channels, kernel, dilation=dilation)
        self.second = nn.Conv1d(channels, channels, kernel, dilation=dilation)
        self.around = nn.Conv1d(channels_in, channels, 1) if channels_in != channels else nn.Identity()

    def forward(self, x):
        y = torch.relu(self.first(nn.functional.pad(x, (self.past, 0))))
        y = torch.relu(self.second(nn.functional.pad(y, (self.past, 0))))
        return torch.relu(y + self.around(x))


class Temporal(nn.Module):
    """A temporal convolutional network: dilations 1, 2, 4; the last step is classified."""

    def __init__(self):
        super().__init__()
        self.blocks = nn.Sequential(
            CausalBlock(2, 8, 3, 1), CausalBlock(8, 8, 3, 2), CausalBlock(8, 8, 3, 4)
        )
        self.classifier = nn.Linear(8, 4)

    def forward(self, signal):
        return self.classifier(self.blocks(signal)[:, :, -1])


class Attention(nn.Module):
    """Self-attention over a few steps, written out."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.projections = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x):
        batch, steps, width = x.shape
        parts = self.projections(x).reshape(batch, steps, 3, self.heads, self.size).permute(2, 0, 3, 1, 4)
        query, key, value = parts[0], parts[1], parts[2]
        weights = torch.softmax(query @ key.transpose(-2, -1) * self.size**-0.5, dim=-1)
        return self.output((weights @ value).transpose(1, 2).reshape(batch, steps, width))


class Transformer(nn.Module):
    """One encoder block: attention and a feed-forward part, each with a normalization in front and a way around it."""

    def __init__(self, width=16, heads=2):
        super().__init__()
        self.attention_norm, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.forward_norm = nn.LayerNorm(width)
        self.forward_part = nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))
        self.classifier = nn.Linear(width, 3)

    def forward(self, steps):
        x = steps + self.attention(self.attention_norm(steps))
        x = x + self.forward_part(self.forward_norm(x))
        return self.classifier(x.mean(dim=1))
