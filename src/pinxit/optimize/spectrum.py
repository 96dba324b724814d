"""How stiff the objective is for coarse and for fine changes, in brightness and in colour.

A step of the same size in every direction is too long for fine grain, which the first layers judge harshly, and too short
for broad tones, which nothing judges but a few deep layers. Both are read off the last step here, octave by octave.
"""

from __future__ import annotations

import torch
from torch import Tensor

# Orthonormal: brightness, red against blue, green against both. The encoder judges them very differently.
AXES = ((3**-0.5,) * 3, (2**-0.5, 0.0, -(2**-0.5)), (6**-0.5, -2 * 6**-0.5, 6**-0.5))
OCTAVES = 6
# One noisy octave must not run away from the step that all of them together would take.
LEAST, MOST = 1 / 30, 100.0


class Spectrum:
    """A picture's changes, divided into octaves of spatial frequency along three colour axes.

    Args:
        like: a picture `(1, 3, H, W)`.
    """

    def __init__(self, like: Tensor) -> None:
        self._shape = like.shape
        height, width = like.shape[2:]
        frequency = torch.hypot(
            torch.fft.fftfreq(height, device=like.device)[:, None], torch.fft.rfftfreq(width, device=like.device)[None]
        )
        # Just below each octave's lower end, so that the highest frequency of all, 0.5, is in the last.
        ends = 0.99 * 0.5 ** torch.arange(OCTAVES, 0, -1, device=like.device)
        self._octave = torch.bucketize(frequency, ends)
        self._axes = torch.tensor(AXES, dtype=like.dtype, device=like.device)

    def step_lengths(self, s: Tensor, y: Tensor) -> Tensor:
        """`<s, y> / <y, y>` (Barzilai and Borwein, 1988) within each octave: the length of step its curvature asks for.

        Args:
            s: the last step, of `3 · H · W`; y: how it changed the gradient. `<s, y>` is above 0.

        Returns:
            `(3, OCTAVES + 1)`, all above 0: colour axes × octaves.
        """
        a, b = self._split(s), self._split(y)
        along, across = self._sums((a.conj() * b).real), self._sums((b.conj() * b).real)
        overall = s.dot(y) / y.dot(y)
        lengths = torch.where(across > 0, along / across, overall)
        return lengths.clamp(LEAST * overall, MOST * overall)

    def multiply(self, vector: Tensor, lengths: Tensor) -> Tensor:
        """`vector`, of `3 · H · W`, with each octave of each colour axis multiplied by its own length."""
        height, width = self._shape[2:]
        back = torch.fft.irfft2(self._split(vector) * lengths[:, self._octave], s=(height, width), norm="ortho")
        return torch.einsum("ac,ahw->chw", self._axes, back).flatten()

    def _split(self, vector: Tensor) -> Tensor:
        axes = torch.einsum("ac,chw->ahw", self._axes, vector.view(self._shape[1:]))
        spectrum: Tensor = torch.fft.rfft2(axes, norm="ortho")
        return spectrum

    def _sums(self, values: Tensor) -> Tensor:
        sums = values.new_zeros(3, OCTAVES + 1)
        return sums.index_add_(1, self._octave.flatten(), values.flatten(1))
