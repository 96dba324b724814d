"""A person's taste: statistics of pictures they liked and disliked, stored on this machine, and rankings by them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import platformdirs
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.image import Picture, resize
from pinxit.image.reader import bytes_of
from pinxit.recipe.recipe import Finite, Input, validated

if TYPE_CHECKING:
    from pinxit.encoder.vgg import Encoder

# benchmarks/taste.py compares descriptors: these layers together, at this size, rank as well as any and include colours.
TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
AREA = 160 * 160
LENGTH = 2 * (64 + 128 + 256 + 512 + 512)
# Number of principal directions that are kept; the rest is noise.
_DIRECTIONS = 128
# Weight of a dislike relative to a like: a compromise between telling a liked style from all others and from a disliked one,
# measured by benchmarks/taste.py.
_DISLIKE_WEIGHT = 0.5
# Most pictures in a mixture, and the largest gap in score to the best of them.
_MAX_BLENDED, _MAX_GAP = 3, 0.3
_MAX_PICTURES = 500
_MAX_BYTES = 64 * 2**20

Vector = NDArray[np.float32]
Statistic = Annotated[Finite, Field(ge=0, le=1e6)]


class RatedPicture(Input):
    """A picture that was liked, disliked or measured.

    Attributes:
        statistics: its descriptor, see `pinxit.design.taste.statistics`.
    """

    statistics: tuple[Statistic, ...] = Field(min_length=LENGTH, max_length=LENGTH)


class Taste(BaseModel):
    """The pictures that a person liked and disliked.

    Attributes:
        liked, disliked: the pictures, in the order of their ratings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    encoder: Literal["vgg16"] = "vgg16"
    liked: tuple[RatedPicture, ...] = Field((), max_length=_MAX_PICTURES)
    disliked: tuple[RatedPicture, ...] = Field((), max_length=_MAX_PICTURES)

    def judge(self, picture: RatedPicture, *, liked: bool) -> Taste:
        """Return a copy with one more picture; a second rating of a picture replaces the first."""
        kept = {
            name: tuple(one for one in pictures if (one.name, one.sha256) != (picture.name, picture.sha256))
            for name, pictures in (("liked", self.liked), ("disliked", self.disliked))
        }
        side = "liked" if liked else "disliked"
        if len(kept[side]) == _MAX_PICTURES:
            raise PinxitError(
                f"the profile holds {_MAX_PICTURES} pictures a side: start anew with pinxit taste forget."
            )
        return self.model_copy(update={**kept, side: (*kept[side], picture)})


def profile_file(chosen: Path | None = None) -> Path:
    """Return the profile's path: `chosen`, or `PINXIT_TASTE`, or one in the user's data folder."""
    named = chosen or (Path(os.environ["PINXIT_TASTE"]) if os.environ.get("PINXIT_TASTE") else None)
    return named.expanduser() if named else platformdirs.user_data_path("pinxit", appauthor=False) / "taste.json"


def load(file: Path) -> Taste:
    """Read the profile in a file; where there is no file, the profile is empty.

    Raises:
        PinxitError: when the file is damaged, or no profile.
    """
    if not file.exists():
        return Taste()
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise PinxitError("it is far too long")
        return validated(Taste, json.loads(bytes_of(file)))
    except (ValueError, RecursionError, PinxitError) as error:
        reason = str(error).rstrip(".") if isinstance(error, PinxitError) else "it is not JSON"
        raise PinxitError(
            f"{file} is not a profile that can be read ({reason}): move it away, or pinxit taste forget."
        ) from error


def forget(file: Path, names: Sequence[str]) -> int:
    """Remove pictures from the profile by name, or the whole profile where no name is given.

    Returns:
        The number of pictures removed by name.

    Raises:
        PinxitError: when the profile has no picture of a name, or the file cannot be changed.
    """
    if not names:
        # This also removes a damaged profile.
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise PinxitError(f"{file} cannot be removed ({error.strerror}).") from error
        return 0
    taste = load(file)
    every = (*taste.liked, *taste.disliked)
    for name in names:
        if name not in {one.name for one in every}:
            raise PinxitError(f"no picture called {name} is remembered: pinxit taste show lists them.")
    kept = {side: tuple(one for one in getattr(taste, side) if one.name not in names) for side in ("liked", "disliked")}
    save(taste.model_copy(update=kept), file)
    return sum(one.name in names for one in every)


def check(taste: Taste) -> None:
    """Check that at least one picture was liked or disliked.

    Raises:
        PinxitError: when none was.
    """
    if not taste.liked and not taste.disliked:
        raise PinxitError("nothing was liked or disliked yet: start with pinxit taste like PICTURE.")


def save(taste: Taste, file: Path) -> None:
    """Write the profile atomically."""
    text = json.dumps(taste.model_dump(mode="json"), ensure_ascii=True, indent=1)
    write_atomic(text.encode(), file, overwrite=True)


def statistics(encoder: Encoder, picture: Picture) -> Vector:
    """Describe a picture by square roots of the means and deviations of its feature maps, regardless of position.

    Args:
        encoder: VGG-16.
        picture: a picture of any size; the descriptor depends little on its shape and not on its size.

    Returns:
        `(LENGTH,)`.
    """
    import torch

    scale = (AREA / (picture.height * picture.width)) ** 0.5
    # One position of the deepest layer covers 16 px; a very narrow picture keeps two of them.
    small = resize(picture, max(32, round(picture.height * scale)), max(32, round(picture.width * scale)))
    with torch.no_grad():
        maps = encoder(torch.from_numpy(small.pixels)[None], TAPS)
        flat = [maps[tap][0].float().flatten(1) for tap in TAPS]
        found: Vector = torch.cat([part for one in flat for part in (one.mean(1), one.std(1))]).sqrt().cpu().numpy()
    return found


def measure(sources: Sequence[str]) -> Iterator[tuple[RatedPicture, Picture]]:
    """Yield pictures with their statistics one by one, since each takes a moment.

    Raises:
        PinxitError: when one cannot be read.
    """
    from pinxit.encoder.open import open_encoder

    encoder, _ = open_encoder("vgg16")
    for source in sources:
        picture, entry = inputs.load(source, 512)
        yield rated(entry, statistics(encoder, picture)), picture


def rated(entry: Input, numbers: Vector) -> RatedPicture:
    """Return a picture with its statistics, in as many digits as two resizings of the same picture agree in."""
    return RatedPicture(
        **entry.model_dump(include=set(Input.model_fields)), statistics=tuple(float(f"{one:.4g}") for one in numbers)
    )


def scores(taste: Taste, candidates: Sequence[RatedPicture]) -> NDArray[np.float64]:
    """Predict how much the person would like pictures: higher is better, 0 is neutral.

    Raises:
        PinxitError: when no picture was rated yet.
    """
    check(taste)
    sides = (taste.liked, taste.disliked, candidates)
    return nearness(*(np.array([one.statistics for one in side], np.float64).reshape(-1, LENGTH) for side in sides))


def nearness(
    liked: NDArray[np.floating], disliked: NDArray[np.floating], candidates: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Score descriptors by their angles to the mean of liked ones, minus a share of those to the mean of disliked ones.

    Args:
        liked: `(L, N)`; L may be 0.
        disliked: `(D, N)`; D may be 0.
        candidates: `(C, N)`.

    Returns:
        `(C,)`.
    """
    points = spread(np.concatenate([liked, disliked, candidates]))
    towards, away, ours = np.split(points, [len(liked), len(liked) + len(disliked)])
    total = np.zeros(len(ours))
    for side, weight in ((towards, 1.0), (away, -_DISLIKE_WEIGHT)):
        if len(side):
            mean = side.mean(axis=0)
            total += weight * (ours @ mean) / (np.linalg.norm(mean) + 1e-9)
    return total


def spread(descriptors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Map descriptors `(N, M)` to unit vectors `(N, D)` whose angles distinguish styles.

    The spread of each statistic is estimated from all pictures given. Each statistic is scaled to unit spread, and principal
    directions half way to it: with full whitening, noise would count as much as style.
    """
    data = (descriptors - descriptors.mean(axis=0)) / (descriptors.std(axis=0) + 1e-6)
    # There are fewer pictures than statistics, so the principal directions are found faster from products of pictures.
    squares, vectors = np.linalg.eigh(data @ data.T)
    points = vectors[:, -_DIRECTIONS:] * np.maximum(squares[-_DIRECTIONS:], 0) ** 0.25
    return np.asarray(points / (np.linalg.norm(points, axis=1, keepdims=True) + 1e-9))


def choose(taste: Taste, candidates: Sequence[RatedPicture]) -> list[tuple[int, float]]:
    """Choose the best of several pictures, at most `_MAX_BLENDED`, with shares for a mixture.

    Returns:
        Indices of candidates, the best first, with shares that add up to 1; those much worse than the best are left out.
    """
    score = scores(taste, candidates)
    best = np.argsort(-score, kind="stable")[:_MAX_BLENDED]
    near = best[score[best] >= score[best[0]] - _MAX_GAP]
    shares = np.exp((score[near] - score[near[0]]) / (_MAX_GAP / 2))
    return [(int(number), round(float(share), 3)) for number, share in zip(near, shares / shares.sum(), strict=True)]
