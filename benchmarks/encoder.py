"""Claim: forward and backward of the encoder at 512 px do more than the machine's own matrix-product rate allows.

Operations are counted as a direct convolution would do them, so Winograd's algorithm, which needs fewer, can exceed it.

The two are measured in turn, round by round, because a shared machine changes its speed; the ratio is of their medians.

    python benchmarks/encoder.py
"""

from __future__ import annotations

import statistics
import time

import torch

from machine import describe, matrix_product_rate
from pinxit.encoder.open import open_encoder
from pinxit.encoder.vgg import kernel_shapes, stride

SIDE, TAP, ROUNDS = 512, "relu5_1", 9


def work(side: int) -> float:
    """Floating-point operations of the convolutions up to the tap, forward and backward to a square picture."""
    operations = 0
    for name, (out, into, height, width) in kernel_shapes("vgg16").items():
        if name <= TAP.replace("relu", "conv"):
            operations += 2 * out * into * height * width * (side // stride(name)) ** 2
    return 2.0 * operations


def main() -> None:
    """Measure and print."""
    encoder, _ = open_encoder("vgg16", device="cpu")
    picture = torch.rand(1, 3, SIDE, SIDE, requires_grad=True)
    rates, products = [], []
    for warm in range(ROUNDS + 1):
        products.append(matrix_product_rate())
        start = time.perf_counter()
        encoder(picture, [TAP])[TAP].sum().backward()  # type: ignore[no-untyped-call]
        rates.append(work(SIDE) / (time.perf_counter() - start))
        if not warm:
            rates.clear()
            products.clear()
    rate, product = statistics.median(rates), statistics.median(products)
    print(describe())
    print(f"matrix products   {product / 1e9:6.0f} GFLOP/s")
    print(
        f"encoder           {rate / 1e9:6.0f} GFLOP/s, {work(SIDE) / rate:.2f} s forward and backward at {SIDE} px to {TAP}"
    )
    print(f"ratio             {rate / product:6.2f} (at least 1 is the claim)")


if __name__ == "__main__":
    main()
