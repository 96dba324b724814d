from __future__ import annotations

import torch

from pinxit.encoder import weights
from pinxit.encoder.normalization import PHOTOGRAPHS, normalize
from pinxit.encoder.vgg import Encoder
from pinxit.image import fit, sample

TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_2", "relu5_1")


def test_mean_activations_are_one_and_nothing_else_changes() -> None:
    parameters = weights.load("vgg16")
    plain = Encoder("vgg16", parameters, pooling="average")
    rescaled = Encoder("vgg16", normalize("vgg16", parameters, "average"), pooling="average")
    photographs = [torch.from_numpy(fit(sample(name), 224).pixels)[None] for name in PHOTOGRAPHS]
    with torch.no_grad():
        ours = [rescaled(photograph, TAPS) for photograph in photographs]
        theirs = [plain(photograph, TAPS) for photograph in photographs]
    for tap in TAPS:
        means = torch.stack([features[tap].mean((0, 2, 3)) for features in ours]).mean(0)
        fires = means > 0
        assert float(fires.float().mean()) > 0.9
        torch.testing.assert_close(means[fires], torch.ones_like(means[fires]), rtol=1e-3, atol=1e-3)
        scale = torch.stack([features[tap].mean((0, 2, 3)) for features in theirs]).mean(0).view(1, -1, 1, 1)
        torch.testing.assert_close(ours[0][tap] * scale, theirs[0][tap], rtol=1e-2, atol=1e-2 * float(scale.max()))
