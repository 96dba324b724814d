"""Networks for one manner: paintings and photographs in, steps of learning out."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit import inputs
from pinxit import picture as pictures
from pinxit.encoder.cache import cache_folder
from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from pinxit.network.fit import Progress

STEPS, STYLE_WEIGHT = 1500, 25.0
RATE = 1e-3


def train(
    styles: Sequence[inputs.PictureLike],
    *,
    photographs: str | Path | None = None,
    steps: int = STEPS,
    style_weight: float = STYLE_WEIGHT,
) -> Generator[Progress, None, None]:
    """Teach a network one manner, yielding after every step; whoever drives this may stop, and keep what there is.

    What was broken off goes on when the same is asked for again.

    Args:
        styles: one painting, or several of one hand.
        photographs: a folder of pictures to learn from; those that come with pinxit where left out.
        steps: of learning.
        style_weight: what style counts against content.

    Raises:
        PinxitError: one sentence on what is wrong.

    Example:
        >>> for progress in pinxit.train(["painting.jpg"]):  # doctest: +SKIP
        ...     print(progress.facts)
        >>> pinxit.save_network(progress, "painting.pinxit")  # doctest: +SKIP
    """
    import torch

    from pinxit.encoder.open import open_encoder
    from pinxit.network.course import Plan
    from pinxit.network.fit import PAINTING_SIDE, learn

    if not styles:
        raise PinxitError("no painting is given: name at least one picture, or house:NAME.")
    if not 1 <= steps <= 1_000_000:
        raise PinxitError(f"steps are 1 to 1,000,000, not {steps}.")
    if not 0 < style_weight <= 1e6:
        raise PinxitError(f"the style weight of a network is above 0 and at most 1e6, not {style_weight:g}.")
    paintings = [inputs.load_style(style, PAINTING_SIDE)[0] for style in styles]
    if photographs is None:
        seen = [pictures.sample(name) for name in pictures.sample_names()]
    else:
        seen = [pictures.read(path) for path in pictures.tree(Path(photographs))]
    encoder, _ = open_encoder("vgg16", device="cpu", precision="auto")
    plan = Plan(steps, RATE, style_weight, half=encoder.dtype == torch.bfloat16)
    yield from learn(paintings, seen, encoder, plan, cache_folder() / "training")


def save_network(progress: Progress, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write the network as it is at `progress` to a file that can stand wherever a style can.

    Raises:
        PinxitError: when the file is there already, or its name does not end in `.pinxit`.
    """
    from pinxit.network import weights

    target = check_network(Path(path), overwrite=overwrite)
    weights.save(target, progress.weights(), overwrite=overwrite)
    return target


def check_network(path: Path, *, overwrite: bool) -> Path:
    """The same path, if a network may be written there; else PinxitError, before hours of learning."""
    from pinxit.network.weights import ENDING
    from pinxit.picture.writer import check_place

    if path.suffix != ENDING:
        raise PinxitError(f"{path.name} does not end in {ENDING}: that is how pinxit knows a network.")
    check_place(path, overwrite=overwrite)
    return path
