"""Results of the same content and style, judged by measures that pinxit does not minimise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.inputs import PictureLike

if TYPE_CHECKING:
    from pinxit.encoder.vgg import Encoder
    from pinxit.metrics.judge import Judgement
    from pinxit.metrics.patches import PatchJudge

# The shapes of a result and its content image differ by rounding to whole pixels at most.
_SHAPE_TOLERANCE = 0.03


@dataclass(frozen=True)
class ResultJudge:
    """A content image and style images, and the encoders that judge results of them.

    Attributes:
        content: the content image.
        styles: the style images.
        size: the longer side at which results are judged, px.
        encoder: VGG-16, for the distances of whole pictures.
        patches: the judge by DINOv2's patches; None where its weights are not on this machine.
    """

    content: Picture
    styles: list[Picture]
    size: int
    encoder: Encoder
    patches: PatchJudge | None

    def __call__(self, picture: Picture) -> Judgement:
        """Judge one picture of the content image's shape."""
        from pinxit.metrics.judge import judge

        return judge(self.encoder, picture, self.content, self.styles, self.size, self.patches)

    def check_shape(self, result: Picture, name: str) -> None:
        """Raise PinxitError for a picture that cannot be a result of the content image.

        Args:
            result: the picture.
            name: what to call it.
        """
        ratio = result.width * self.content.height / (result.height * self.content.width)
        if abs(ratio - 1) > _SHAPE_TOLERANCE:
            raise PinxitError(f"{name} has another shape than the content image: it cannot be a result of it.")


def open_judge(content: Picture, styles: Sequence[Picture], size: int) -> ResultJudge:
    """Load the encoders and look at the content and style images.

    Args:
        content: the content image.
        styles: the style images.
        size: the longer side at which results are judged, px.
    """
    from pinxit.encoder import dino_weights
    from pinxit.encoder.dino import Dino
    from pinxit.encoder.open import open_encoder
    from pinxit.metrics.patches import PatchJudge

    encoder, _ = open_encoder("vgg16")
    patches = PatchJudge(Dino(dino_weights.load()), content, styles) if dino_weights.cached_file().exists() else None
    return ResultJudge(content, list(styles), size, encoder, patches)


def compare(
    results: Sequence[PictureLike],
    content: PictureLike,
    style: PictureLike | Sequence[PictureLike],
    *,
    size: int = 512,
) -> list[Judgement]:
    """Judge results of the same content and style; see `pinxit.metrics.judge.Judgement`.

    Args:
        results: the stylised pictures.
        content: the content image.
        style: a style image or several.
        size: the longer side at which they are judged, px.

    Returns:
        A judgement for each result. `patches` and `valid` are None until `pinxit weights pull dino` has fetched DINOv2.

    Raises:
        PinxitError: when a picture cannot be read or has another shape than the content image.
    """
    styles: list[Any] = list(style) if isinstance(style, list | tuple) else [style]
    judge = open_judge(inputs.load(content, size)[0], [inputs.load(one, size)[0] for one in styles], size)
    judgements = []
    for result in results:
        picture, entry = inputs.load(result, size)
        judge.check_shape(picture, entry.name)
        judgements.append(judge(picture))
    return judgements
