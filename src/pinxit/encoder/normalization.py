"""The paper's rescaled VGG: every filter's mean activation over pictures and positions is one (Gatys et al., 2016, section 2).

A ReLU lets a positive factor through, so each layer's output can be scaled filter by filter as long as the next layer's
input is scaled back; what the network computes stays the same but for those factors. The paper averages over ImageNet;
here it is over the photographs that are on every machine.
"""

from __future__ import annotations

import torch

from pinxit.encoder.checkpoints import Parameters
from pinxit.encoder.pooling import Pooling
from pinxit.encoder.vgg import Architecture, Encoder, convolutions
from pinxit.picture import fit, sample

PHOTOGRAPHS = ("astronaut", "cat", "coffee", "motorcycle", "rocket")
_SIDE = 224


def normalize(architecture: Architecture, parameters: Parameters, pooling: Pooling) -> Parameters:
    """Parameters whose mean activations are one; filters that never fire on the photographs keep their scale.

    Args:
        parameters: as `weights.load` gives them.
        pooling: the kind the means are taken with, for it is the one they will be seen with.
    """
    encoder = Encoder(architecture, parameters, pooling=pooling)
    taps = [name.replace("conv", "relu") for name in convolutions(architecture)]
    sums: dict[str, torch.Tensor] = {}
    with torch.no_grad():
        for name in PHOTOGRAPHS:
            photograph = torch.from_numpy(fit(sample(name), _SIDE).pixels)[None]
            for tap, features in encoder(photograph, taps).items():
                sums[tap] = sums.get(tap, 0) + features.mean((0, 2, 3)) / len(PHOTOGRAPHS)
    rescaled: Parameters = {}
    before: torch.Tensor | None = None
    for name, tap in zip(convolutions(architecture), taps, strict=True):
        mean = torch.where(sums[tap] > 0, sums[tap], 1.0)
        weight = parameters[f"{name}.weight"]
        if before is not None:
            weight = weight * before.view(1, -1, 1, 1)
        rescaled[f"{name}.weight"] = weight / mean.view(-1, 1, 1, 1)
        rescaled[f"{name}.bias"] = parameters[f"{name}.bias"] / mean
        before = mean
    return rescaled
