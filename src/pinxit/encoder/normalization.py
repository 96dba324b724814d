"""The paper's rescaled VGG: every filter's mean activation over pictures and positions is one (Gatys et al., 2016, section 2).

A positive factor passes through a ReLU, so each layer's output can be scaled filter by filter as long as the next layer's
input is scaled back. The network computes the same but for those factors. The paper averages over ImageNet; this averages over
the sample photographs, which every installation has.
"""

from __future__ import annotations

import torch

from pinxit.encoder.checkpoints import Parameters
from pinxit.encoder.vgg import Architecture, Encoder, convolutions
from pinxit.image import fit, sample
from pinxit.recipe.choices import Pooling

PHOTOGRAPHS = ("astronaut", "cat", "coffee", "motorcycle", "rocket")
_SIDE = 224


def normalize(architecture: Architecture, parameters: Parameters, pooling: Pooling) -> Parameters:
    """Return parameters whose mean activations are one; filters that never fire on the photographs keep their scale.

    Args:
        architecture: the network's architecture.
        parameters: its parameters, as `weights.load` returns them.
        pooling: the pooling to measure with; it must be the one that the encoder will have.
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
