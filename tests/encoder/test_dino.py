"""DINOv2-small computes what the published graph does, for pictures of any size."""

from __future__ import annotations

import pytest
import torch

from pinxit.encoder.dino import BLOCKS, Dino, parameter_shapes
from pinxit.image import cover, sample
from tests.conftest import as_tensor

# What ONNX Runtime 1.32 reads from the original graph, of `sample:cat`, at patches 0, 100 and 255 (of 280 × 196 px: 279),
# the first four numbers. The weights here are in float16.
TOKENS = {
    1: [[0.0935, -0.0267, 0.0263, 0.0448], [-0.0337, 0.0855, 0.0082, 0.0619], [0.0616, 0.0167, 0.0129, -0.0792]],
    5: [[-0.0322, -0.0874, 0.0007, 0.0272], [-0.0932, 0.1033, -0.0136, -0.0163], [-0.057, 0.0015, 0.0021, 0.0445]],
    9: [[0.055, -0.1025, -0.0105, 0.0618], [0.1864, 0.2821, -0.3943, 0.2051], [-0.0709, 0.0291, 0.0005, 0.0311]],
}
KEYS = {
    1: [[9.5656, 3.7218, -10.0781, 0.8797], [9.0751, 2.4912, -9.9628, 1.6739], [10.1028, 3.8599, -10.2249, 1.8244]],
    5: [[-2.1137, -1.34, -0.1135, -1.6423], [0.2447, 0.5878, 2.0184, 1.8756], [-0.9296, 1.1498, -0.4238, -0.3603]],
    9: [[-0.6734, -1.6974, -1.3506, -0.0339], [-0.6065, -1.6215, -0.5451, -0.8496], [-1.6889, 0.7515, -0.0099, 0.045]],
}
OBLONG = [[0.0876, -0.1162, -0.0887, 0.1789], [0.1374, 0.2766, -0.1921, 0.0615], [-0.128, 0.0017, -0.176, 0.053]]


def test_it_computes_what_the_published_graph_does(dino: Dino) -> None:
    found = dino(as_tensor(cover(sample("cat"), 224, 224)), tokens=TOKENS, keys=KEYS)
    for block, expected in TOKENS.items():
        assert found.tokens[block].shape == (1, 256, 384)
        torch.testing.assert_close(
            found.tokens[block][0, [0, 100, 255], :4], torch.tensor(expected), atol=2e-3, rtol=1e-2
        )
    for block, expected in KEYS.items():
        torch.testing.assert_close(
            found.keys[block][0, [0, 100, 255], :4], torch.tensor(expected), atol=5e-3, rtol=1e-2
        )


def test_positions_are_interpolated_for_other_shapes(dino: Dino) -> None:
    found = dino(as_tensor(cover(sample("cat"), 280, 196)), tokens=(9,)).tokens[9]
    assert found.shape == (1, 20 * 14, 384)
    torch.testing.assert_close(found[0, [0, 100, 279], :4], torch.tensor(OBLONG), atol=2e-3, rtol=1e-2)


def _random() -> Dino:
    """Of the right shapes: what follows does not depend on the numbers."""
    generator = torch.Generator().manual_seed(0)
    return Dino({name: torch.randn(shape, generator=generator) * 0.05 for name, shape in parameter_shapes().items()})


def test_it_runs_no_deeper_than_it_must() -> None:
    """Whatever else is asked for changes nothing, and what was not asked for is not kept."""
    dino = _random()
    picture = torch.rand(2, 3, 28, 42, generator=torch.Generator().manual_seed(1))
    everything = dino(picture, tokens=range(1, BLOCKS + 1), keys=range(1, BLOCKS + 1))
    some = dino(picture, tokens=(2,), keys=(4,))
    assert list(some.tokens) == [2]
    assert list(some.keys) == [4]
    assert torch.equal(some.tokens[2], everything.tokens[2])
    assert torch.equal(some.keys[4], everything.keys[4])
    torch.testing.assert_close(dino(picture[1:], tokens=(9,)).tokens[9], everything.tokens[9][1:])


def test_sides_and_blocks_that_there_are_not() -> None:
    dino = _random()
    for shape in ((1, 3, 28, 30), (1, 3, 13, 28), (1, 3, 0, 28)):
        with pytest.raises(ValueError, match="multiples of 14"):
            dino(torch.zeros(shape), tokens=(1,))
    for block in (0, BLOCKS + 1):
        with pytest.raises(ValueError, match="blocks are 1 to 9"):
            dino(torch.zeros(1, 3, 28, 28), keys=(block,))
