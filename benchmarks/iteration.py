"""Measure where an iteration of the optimiser spends its time, and how near it is to the arithmetic limit.

    python benchmarks/iteration.py [--size 512]

The limit is the time of the convolutions alone, computed directly at the machine's rate of matrix products. Winograd's
algorithm goes below it.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time

from torch.profiler import ProfilerActivity, profile

from encoder import work
from pinxit.preparation import prepare
from support.machine_info import describe, matrix_product_rate

# PyTorch's operations, by their purpose in an iteration.
PARTS = {
    "convolutions by Winograd's algorithm": ("aten::_nnpack_spatial_convolution",),
    "convolutions, direct": (
        "aten::mkldnn_convolution", "aten::convolution_backward", "aten::_convolution", "aten::slow_conv_transpose2d",
    ),
    "Gram matrices and borders": ("aten::mm",),
    "poolings": ("aten::max_pool2d_with_indices", "aten::max_pool2d_with_indices_backward", "aten::fill_"),
    "ReLU": ("aten::threshold_backward", "aten::clamp_min_"),
}  # fmt: skip
WARM, ROUNDS = 3, 6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=512)
    size = parser.parse_args().size
    job = prepare(
        "sample:astronaut",
        "house:swirl",
        size=size,
        coarsest=size,
        iterations=WARM + 2 * ROUNDS,
        tolerance=0,
        device="cpu",
    )
    steps = job.paint()
    at = [time.perf_counter() for _ in itertools.islice(steps, WARM + ROUNDS)][WARM - 1 :]
    seconds = statistics.median(after - before for before, after in itertools.pairwise(at))
    with profile(activities=[ProfilerActivity.CPU]) as recorded:
        list(itertools.islice(steps, ROUNDS))
    spent = {event.key: event.self_cpu_time_total / 1e6 / ROUNDS for event in recorded.key_averages()}
    limit = work(size) / matrix_product_rate()
    print(describe())
    print(
        f"an iteration at {size} px {seconds:.2f} s; the convolutions' arithmetic limit without Winograd {limit:.2f} s"
    )
    for part, operations in PARTS.items():
        own = sum(spent.pop(operation, 0.0) for operation in operations)
        print(f"{part:40} {own:6.3f} s")
    print(f"{'all else':40} {sum(spent.values()):6.3f} s")


if __name__ == "__main__":
    main()
