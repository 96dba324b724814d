"""Training of a network for one style."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit import image as pictures
from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.files.cache import cache_folder

if TYPE_CHECKING:
    from pinxit.network.training.finetune import TrainingProgress

STEPS = 200
STYLE_WEIGHT = 20.0
# Learning rate.
RATE = 1e-3


def train(
    styles: Sequence[inputs.PictureLike],
    *,
    photographs: str | Path | None = None,
    steps: int = STEPS,
    style_weight: float = STYLE_WEIGHT,
) -> Generator[TrainingProgress, None, None]:
    """Train a network for one style, yielding after every step.

    A caller may stop at any step and keep the network as it is. An interrupted training continues when it is called again
    with the same arguments.

    Args:
        styles: one painting, or several by one hand.
        photographs: a folder of pictures to learn from; those that come with pinxit where left out.
        steps: the number of training steps, 1 to 1,000,000.
        style_weight: the weight of the style against the content, above 0 and at most 1e6.

    Yields:
        The progress, with the network so far.

    Raises:
        PinxitError: one sentence on what is wrong.

    Example:
        >>> for progress in pinxit.train(["painting.jpg"]):  # doctest: +SKIP
        ...     print(progress.facts)
        >>> pinxit.save_network(progress, "painting.pinxit")  # doctest: +SKIP
    """
    from pinxit.encoder.device import has_bfloat16
    from pinxit.encoder.open import open_encoder
    from pinxit.network.training.finetune import PAINTING_SIDE, finetune
    from pinxit.network.training.trainer import TrainingConfig

    if not styles:
        raise PinxitError("no painting is given: name at least one picture, or house:NAME.")
    if not 1 <= steps <= 1_000_000:
        raise PinxitError(f"--steps is 1 to 1,000,000, not {steps}.")
    if not 0 < style_weight <= 1e6:
        raise PinxitError(f"--style-weight of a network is above 0 and at most 1e6, not {style_weight:g}.")
    paintings = [inputs.load_style(style, PAINTING_SIDE)[0] for style in styles]
    if photographs is None:
        contents = [pictures.sample(name) for name in pictures.sample_names()]
    else:
        contents = [pictures.read(path) for path in pictures.tree(Path(photographs))]
    half = has_bfloat16()
    encoder, _ = open_encoder("vgg16", device="cpu", precision="bfloat16" if half else "float32")
    # The style encoder reads the same picture at every step: the network need not learn to read it.
    config = TrainingConfig(steps, RATE, style_weight, ("transformer",), half=half)
    yield from finetune(paintings, contents, encoder, config, cache_folder() / "training")


def save_network(progress: TrainingProgress, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write the network at `progress` to a file that can be used wherever a style can.

    Args:
        progress: a step of `train`.
        path: the file to write, its name ending in `.pinxit`.
        overwrite: replace a file that exists.

    Returns:
        The file's path.

    Raises:
        PinxitError: when the file exists, or its name does not end in `.pinxit`.
    """
    from pinxit.network import weights

    target = check_network(Path(path), overwrite=overwrite)
    weights.save(target, progress.weights(), overwrite=overwrite)
    return target


def check_network(path: Path, *, overwrite: bool) -> Path:
    """Return the path if a network may be written there; raise PinxitError otherwise, before hours of training.

    Args:
        path: the file to write.
        overwrite: replace a file that exists.
    """
    from pinxit.image.writer import check_place
    from pinxit.network.weights import ENDING

    if path.suffix != ENDING:
        raise PinxitError(f"{path.name} does not end in {ENDING}: pinxit knows a network by that ending.")
    check_place(path, overwrite=overwrite)
    return path
