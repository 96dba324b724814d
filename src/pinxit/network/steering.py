"""`pinxit.picture.directions` for PyTorch: a batch of pictures, and gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from pinxit.network.colormaps import least_map, limited
from pinxit.picture.directions import AROUND, BANDS, MOST_TIMES, frequencies, masks, weights
from pinxit.picture.recolor import GRAIN


def directions_of(pictures: Tensor) -> Tensor:
    """Covariances of the colours of each band of pictures `(N, 3, H, W)`, `(N, BANDS, 3, 3)`."""
    return _covariances(_spectrum(pictures), _shape(pictures))


def steered(pictures: Tensor, wanted: Tensor) -> Tensor:
    """Pictures `(N, 3, H, W)` whose bands have those covariances, `(N, BANDS, 3, 3)`, as nearly as they come in one step."""
    spectrum, shape = _spectrum(pictures), _shape(pictures)
    own = _covariances(spectrum, shape).flatten(0, 1)
    linear = limited(least_map(own, wanted.flatten(0, 1), GRAIN), MOST_TIMES)
    changes = (linear - torch.eye(3)).view(-1, BANDS, 9)
    maps = torch.einsum("bf,nbk->nfk", _bands(shape), changes).view(len(pictures), -1, 3, 3)
    flat = torch.view_as_real(spectrum.flatten(2))
    changed = torch.view_as_complex(flat + torch.einsum("nfij,njfr->nifr", maps, flat)).view_as(spectrum)
    whole: Tensor = torch.fft.irfft2(changed, shape)
    return whole[:, :, :-AROUND, :-AROUND]


def _shape(pictures: Tensor) -> tuple[int, int]:
    """When opposite borders meet."""
    return pictures.shape[2] + AROUND, pictures.shape[3] + AROUND


def _spectrum(pictures: Tensor) -> Tensor:
    part = torch.linspace(0, 1, AROUND + 2)[1:-1]
    meeting = torch.cat([pictures, torch.lerp(pictures[:, :, -1:], pictures[:, :, :1], part[:, None])], 2)
    meeting = torch.cat([meeting, torch.lerp(meeting[..., -1:], meeting[..., :1], part)], 3)
    spectrum: Tensor = torch.fft.rfft2(meeting)
    return spectrum


def _bands(shape: tuple[int, int]) -> Tensor:
    """`(BANDS, F)`."""
    return torch.from_numpy(masks(*frequencies(shape))).flatten(1)


def _covariances(spectrum: Tensor, shape: tuple[int, int]) -> Tensor:
    counted = spectrum * torch.from_numpy(weights(shape)).sqrt()
    flat = torch.view_as_real(counted.flatten(2))
    return torch.einsum("nijf,bf->nbij", torch.einsum("nifr,njfr->nijf", flat, flat), _bands(shape).square())
