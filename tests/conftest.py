"""What all tests share: a cache of their own, small pictures, an encoder with the real weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest
import torch

from pinxit import image as pictures
from pinxit.encoder import dino_weights
from pinxit.encoder.dino import Dino
from pinxit.encoder.open import open_encoder
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture

pytest_plugins = ["tests.slow_marker", "tests.scheduler"]

# Fetched only when a person asks for it (`pinxit weights pull dino`), so that tests read what is there before they begin.
DINO_FILE = dino_weights.cached_file()

# A shared machine may stall for a second at any moment; what is too slow is for benchmarks to say.
hypothesis.settings.register_profile("pinxit", deadline=None)
hypothesis.settings.load_profile("pinxit")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's cache and presets are neither read, but for DINO's weights, nor written."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PINXIT_CACHE", str(folder))
        patch.setenv("PINXIT_PRESETS", str(tmp_path_factory.mktemp("presets")))
        yield folder


@pytest.fixture(scope="session")
def encoder(own_cache: Path) -> Encoder:
    """VGG-16 as it comes with the installation."""
    return open_encoder("vgg16", device="cpu")[0]


@pytest.fixture(scope="session")
def dino_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder with DINO's real weights in it."""
    if not DINO_FILE.exists():
        pytest.skip("DINOv2's weights are not in the user's cache: pinxit weights pull dino")
    folder = tmp_path_factory.mktemp("dino")
    (folder / "weights").mkdir()
    (folder / "weights" / DINO_FILE.name).symlink_to(DINO_FILE)
    return folder


@pytest.fixture(scope="session")
def dino(dino_cache: Path) -> Dino:
    """DINOv2-small with its real weights."""
    return Dino(dino_weights.read(dino_cache / "weights" / DINO_FILE.name))


@pytest.fixture(scope="session")
def cat() -> Picture:
    """A photograph, 96 px wide."""
    return pictures.fit(pictures.sample("cat"), 96)


@pytest.fixture(scope="session")
def coffee() -> Picture:
    """Another photograph, 96 px wide, to serve as a style."""
    return pictures.fit(pictures.sample("coffee"), 96)


def as_tensor(picture: Picture) -> torch.Tensor:
    """`(1, 3, H, W)`."""
    return torch.from_numpy(np.ascontiguousarray(picture.pixels))[None]
