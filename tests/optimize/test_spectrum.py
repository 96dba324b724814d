from __future__ import annotations

import torch

from pinxit.optimize.spectrum import OCTAVES, Spectrum


def test_step_lengths_are_read_off_each_octave_and_colour() -> None:
    """On a quadratic whose curvature depends on frequency alone, one step tells each octave's."""
    height, width = 32, 24
    spectrum = Spectrum(torch.zeros(1, 3, height, width))
    wanted = torch.logspace(-1, 0, 3 * (OCTAVES + 1)).reshape(3, OCTAVES + 1)
    y = torch.randn(3 * height * width, generator=torch.Generator().manual_seed(1))
    s = spectrum.multiply(y, wanted)
    lengths = spectrum.step_lengths(s, y)
    present = lengths.log().sub(wanted.log()).abs() < 1e-3
    # 32 px have no room for the lowest octaves; all others are found.
    assert present[:, 2:].all()


def test_multiplying_all_octaves_by_one_changes_nothing() -> None:
    vector = torch.randn(3 * 15 * 17, generator=torch.Generator().manual_seed(1))
    unchanged = Spectrum(torch.zeros(1, 3, 15, 17)).multiply(vector, torch.ones(3, OCTAVES + 1))
    torch.testing.assert_close(unchanged, vector)
