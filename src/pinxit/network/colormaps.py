"""Linear maps of colours that gradients pass through."""

from __future__ import annotations

import torch
from torch import Tensor

ROOT_ITERATIONS = 14
"""Of Newton's method for the root of a 3×3 matrix."""


def least_map(own: Tensor, wanted: Tensor, least: float) -> Tensor:
    """`pinxit.picture.recolor.recoloring`'s linear map for covariances `(N, 3, 3)`; also `A (A Σs A)^-½ A`, `A = Σc^½`.

    The inverse root is found by Newton's iteration (Higham, "Functions of Matrices", 2008, equation 6.35): derivatives of
    eigenvectors are infinite where two colours vary alike.
    """
    eye = torch.eye(3)
    values, vectors = torch.linalg.eigh(wanted.detach() + least * eye)
    root = (vectors * values.clamp_min(1e-12).sqrt()[:, None]) @ vectors.transpose(1, 2)
    product = root @ (own + least * eye) @ root
    trace = product.diagonal(dim1=1, dim2=2).sum(1)[:, None, None]
    y, z = product / trace, eye.expand_as(product)
    for _ in range(ROOT_ITERATIONS):
        step = 1.5 * eye - 0.5 * z @ y
        y, z = y @ step, step @ z
    linear: Tensor = root @ (z / trace.sqrt()) @ root
    return linear


def limited(linear: Tensor, most: float) -> Tensor:
    """A map that makes nothing livelier than so many times; what it is limited by counts as constant."""
    with torch.no_grad():
        times, axes = torch.linalg.eigh((linear + linear.transpose(1, 2)) / 2)
        limited = (axes * times.clamp(1 / most, most)[:, None]) @ axes.transpose(1, 2)
        change: Tensor = limited @ torch.linalg.inv(linear)
    return change @ linear
