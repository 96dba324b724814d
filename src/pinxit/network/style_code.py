"""What a network reads from style images: numbers for the whole picture, and tokens that its positions attend to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pinxit.network.weights import EPSILON, KEY, VALUE, Array

MOST_TOKENS = 400
"""Tokens of one style, about. More take time and memory, and are no better: docs/lab/networks.md."""


@dataclass(frozen=True, eq=False)
class StyleCode:
    """The code of a style, or of a mixture.

    Attributes:
        numbers: the code, `(K,)`.
        keys: of T tokens for each of A attentions, `(A, KEY, T)`.
        values: likewise, `(A, VALUE, T)`.
        log_weights: logarithms of how much each token counts, `(T,)`.
    """

    numbers: Array
    keys: Array
    values: Array
    log_weights: Array

    def attended(self) -> tuple[Array, Array]:
        """Return the keys and values as the ONNX graphs take them; see `onnx_trunk.TokenNames`."""
        counted = np.concatenate([self.values, np.ones_like(self.values[:, :1])], 1)
        return self.keys.transpose(0, 2, 1).copy(), counted * np.exp(self.log_weights)

    @classmethod
    def from_features(cls, numbers: Array, fine: Array, coarse: Array, weights: Mapping[str, Array]) -> StyleCode:
        """Make tokens from the style encoder's features, as `model.StyleEncoderNet` does.

        Args:
            numbers: the code, `(K,)`.
            fine: the features of the last convolution but one, `(C, H, W)`.
            coarse: the features of the last convolution, `(D, H / 2, W / 2)`, rounded up.
            weights: the parameters of the style encoder.
        """
        attentions = sum(name.startswith("tokens.") and name.endswith("sharpness") for name in weights)
        if not attentions:
            keys, values = (np.zeros((0, size, 0), np.float32) for size in (KEY, VALUE))
            return cls(numbers, keys, values, np.zeros(0, np.float32))
        enlarged = coarse.repeat(2, axis=1).repeat(2, axis=2)[:, : fine.shape[1], : fine.shape[2]]
        features = np.concatenate([fine, enlarged])
        even = features - features.mean((1, 2), keepdims=True)
        even /= np.sqrt(np.square(even).mean((1, 2), keepdims=True) + np.float32(EPSILON))
        tokens = _some(even).reshape(len(even), -1)

        def projected(number: int, what: str) -> Array:
            weight, bias = (weights[f"tokens.{number}.{what}.{part}"] for part in ("weight", "bias"))
            return np.asarray(weight @ tokens + bias[:, None], np.float32)

        keys = np.stack([projected(number, "key") for number in range(attentions)])
        keys /= np.maximum(np.linalg.norm(keys, axis=1, keepdims=True), 1e-12)
        keys *= np.exp([weights[f"tokens.{number}.sharpness"] for number in range(attentions)])[:, :, None]
        values = np.stack([projected(number, "value") for number in range(attentions)]).clip(0)
        return cls(numbers, keys, values, np.full(tokens.shape[1], -np.log(tokens.shape[1]), np.float32))


def affine_of(weights: Mapping[str, Array], code: StyleCode) -> Array:
    """Return the scales (less 1) and shifts of all normalisations for a code, `(2 Σ widths,)`.

    Args:
        weights: the parameters of the transform network.
        code: the code.
    """
    weight, bias = (weights[f"hypernetwork.1.{part}"] for part in ("weight", "bias"))
    return np.asarray(weight @ np.maximum(code.numbers, 0) + bias, np.float32)


def mix_codes(codes: Sequence[StyleCode], shares: Sequence[float]) -> StyleCode:
    """Return the code of a mixture, by shares that add up to 1: averaged numbers, and the tokens of all, weighted."""
    used = [(code, share) for code, share in zip(codes, shares, strict=True) if share > 0]
    if len(used) == 1:
        return used[0][0]
    return StyleCode(
        np.sum([np.float32(share) * code.numbers for code, share in used], axis=0),
        np.concatenate([code.keys for code, _ in used], 2),
        np.concatenate([code.values for code, _ in used], 2),
        np.concatenate([code.log_weights + np.float32(np.log(share)) for code, share in used]),
    )


def _some(features: Array) -> Array:
    """Return every n-th position of features `(C, H, W)` along both axes, so that at most about `MOST_TOKENS` are left."""
    step = int(np.ceil(np.sqrt(features.shape[1] * features.shape[2] / MOST_TOKENS)))
    return features[:, step // 2 :: step, step // 2 :: step]
