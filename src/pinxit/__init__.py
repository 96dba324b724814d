"""pinxit: neural style transfer. Paint one picture in the manner of others.

>>> import pinxit
>>> pinxit.stylize("photo.jpg", "painting.jpg", output="out.png")  # doctest: +SKIP

The public interface, in full:

* `stylize`: paint; takes a path, bytes, PIL picture, array or tensor and gives back the same kind.
* `StyleImage`: a style with its share, its region of the result and its own mask.
* `prepare`, `prepare_again`, `Job`: the same in steps, to watch and stop it.
* `Settings`, `Recipe`: what may be chosen, and all that decides a result.
* `Picture`, `read`, `write`, `read_recipe`: pictures with transparency and metadata, and the recipe inside a file.
* `train`, `save_network`: teach a network one manner, step by step, and keep it in a file that is a style.
* `PinxitError`: one sentence on what is wrong and what to do.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Two things that PyTorch reads before it starts, worth a quarter of an optimiser's time (docs/benchmarks.md). Feature maps
# lie in pages of 2 MB, where the system has them, for claiming memory 4 KB at a time takes as long as filling it; and
# OpenMP's threads soon stop waiting in circles, on cores that the convolutions' own threads need.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

# Importing ONNX Runtime (1.32) writes a device id and sends events to its vendor unless this is set before; not a default that
# could be otherwise, because pinxit promises that nothing is sent. Child processes, workers and Ray's actors have it too.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from pinxit.errors import PinxitError
    from pinxit.job import Job, StyleImage, prepare, prepare_again
    from pinxit.library import stylize
    from pinxit.picture import Picture, read, read_recipe, write
    from pinxit.picture.recipe import Recipe, Settings
    from pinxit.training import save_network, train

# Where each public name lives: imported when first used, so that starting the command line imports no torch.
_HOME = {
    "Job": "pinxit.job",
    "Picture": "pinxit.picture",
    "PinxitError": "pinxit.errors",
    "Recipe": "pinxit.picture.recipe",
    "Settings": "pinxit.picture.recipe",
    "StyleImage": "pinxit.job",
    "prepare": "pinxit.job",
    "prepare_again": "pinxit.job",
    "read": "pinxit.picture",
    "read_recipe": "pinxit.picture",
    "save_network": "pinxit.training",
    "stylize": "pinxit.library",
    "train": "pinxit.training",
    "write": "pinxit.picture",
}

__all__ = [
    "Job",
    "Picture",
    "PinxitError",
    "Recipe",
    "Settings",
    "StyleImage",
    "__version__",
    "prepare",
    "prepare_again",
    "read",
    "read_recipe",
    "save_network",
    "stylize",
    "train",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'pinxit' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
