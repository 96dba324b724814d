"""Claim: forward and backward passes of the encoder at 512 px exceed the machine's rate of matrix products.

Operations are counted as for direct convolutions. Winograd's algorithm needs fewer, so the encoder can exceed that rate.

The two are measured alternately, because a shared machine changes its speed; the ratio is that of the medians.

    python benchmarks/encoder.py
"""

from __future__ import annotations

import statistics
import time

import torch

from pinxit.encoder.open import open_encoder
from pinxit.encoder.vgg import kernel_shapes, stride
from support.machine_info import describe, matrix_product_rate

SIDE, TAP, ROUNDS = 512, "relu5_1", 9


def work(side: int) -> float:
    """Return the floating-point operations of the convolutions up to the tap, forward and backward, for a square picture."""
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
