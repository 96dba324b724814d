"""A person's taste: what the encoder sees in pictures they liked and disliked, kept on this machine, and pictures by it."""

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
from pinxit.picture import Picture, resize
from pinxit.picture.reader import bytes_of
from pinxit.picture.recipe import Finite, Input, validated
from pinxit.picture.writer import write_whole

if TYPE_CHECKING:
    from pinxit.encoder.vgg import Encoder

# benchmarks/taste.py compares descriptors: these taps together, at this size, rank as well as any, and see colours too.
TAPS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
AREA = 160 * 160
LENGTH = 2 * (64 + 128 + 256 + 512 + 512)
# Directions in which the pictures at hand differ most; the rest is noise.
_DIRECTIONS = 128
# How much a dislike counts beside a like: between knowing a liked manner from all and from a disliked one, see
# benchmarks/taste.py.
_AGAINST = 0.5
# At most so many pictures are blended, and none that scores this much less than the best.
_BLENDED, _MUCH = 3, 0.3
_MOST = 500
_MOST_BYTES = 64 * 2**20

Vector = NDArray[np.float32]
Statistic = Annotated[Finite, Field(ge=0, le=1e6)]


class Seen(Input):
    """A picture that was judged.

    Attributes:
        statistics: see `statistics`.
    """

    statistics: tuple[Statistic, ...] = Field(min_length=LENGTH, max_length=LENGTH)


class Taste(BaseModel):
    """What somebody liked and disliked.

    Attributes:
        liked, disliked: the pictures, in the order in which they were judged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    encoder: Literal["vgg16"] = "vgg16"
    liked: tuple[Seen, ...] = Field((), max_length=_MOST)
    disliked: tuple[Seen, ...] = Field((), max_length=_MOST)

    def judge(self, seen: Seen, *, liked: bool) -> Taste:
        """With one more picture; a second judgement of the same one replaces the first."""
        kept = {
            name: tuple(one for one in pictures if (one.name, one.sha256) != (seen.name, seen.sha256))
            for name, pictures in (("liked", self.liked), ("disliked", self.disliked))
        }
        side = "liked" if liked else "disliked"
        if len(kept[side]) == _MOST:
            raise PinxitError(f"the profile holds {_MOST} pictures a side: start anew with pinxit taste forget.")
        return self.model_copy(update={**kept, side: (*kept[side], seen)})


def profile_file(chosen: Path | None = None) -> Path:
    """Where the profile is kept: `chosen`, `PINXIT_TASTE`, or the user's own data folder."""
    named = chosen or (Path(os.environ["PINXIT_TASTE"]) if os.environ.get("PINXIT_TASTE") else None)
    return named.expanduser() if named else platformdirs.user_data_path("pinxit", appauthor=False) / "taste.json"


def load(file: Path) -> Taste:
    """The profile in a file; an empty one where there is none.

    Raises:
        PinxitError: when the file is damaged, or no profile.
    """
    if not file.exists():
        return Taste()
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise PinxitError("it is far too long")
        return validated(Taste, json.loads(bytes_of(file)))
    except (ValueError, RecursionError, PinxitError) as error:
        reason = str(error).rstrip(".") if isinstance(error, PinxitError) else "it is no JSON"
        raise PinxitError(
            f"{file} is no profile that can be read ({reason}): move it away, or pinxit taste forget."
        ) from error


def forget(file: Path, names: Sequence[str]) -> int:
    """Take pictures of these names out of the profile, or remove it where none is named; how many went.

    Raises:
        PinxitError: when a name is not there, or the file cannot be changed.
    """
    if not names:
        # A damaged profile goes, too: this is the way out of it.
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
    """Raise PinxitError where there is nothing to go by."""
    if not taste.liked and not taste.disliked:
        raise PinxitError("nothing was liked or disliked yet: start with pinxit taste like PICTURE.")


def save(taste: Taste, file: Path) -> None:
    """Write the profile, whole or not at all."""
    text = json.dumps(taste.model_dump(mode="json"), ensure_ascii=True, indent=1)
    write_whole(text.encode(), file, overwrite=True)


def statistics(encoder: Encoder, picture: Picture) -> Vector:
    """What an encoder sees in a picture, wherever it sees it: square roots of feature maps' means and deviations.

    Args:
        encoder: VGG-16.
        picture: of any size; its shape matters little, its size nothing.

    Returns:
        `(LENGTH,)`.
    """
    import torch

    scale = (AREA / (picture.height * picture.width)) ** 0.5
    # The encoder's deepest tap here sees squares of 16 px; a very narrow picture keeps two of them.
    small = resize(picture, max(32, round(picture.height * scale)), max(32, round(picture.width * scale)))
    with torch.no_grad():
        maps = encoder(torch.from_numpy(small.pixels)[None], TAPS)
        flat = [maps[tap][0].float().flatten(1) for tap in TAPS]
        found: Vector = torch.cat([part for one in flat for part in (one.mean(1), one.std(1))]).sqrt().cpu().numpy()
    return found


def look(sources: Sequence[str]) -> Iterator[tuple[Seen, Picture]]:
    """Pictures with their statistics, one by one, for it takes a moment each.

    Raises:
        PinxitError: when one cannot be read.
    """
    from pinxit.encoder.open import open_encoder

    encoder, _ = open_encoder("vgg16")
    for source in sources:
        picture, entry = inputs.load(source, 512)
        # Four digits are more than two resizings of the same picture agree on.
        numbers = tuple(float(f"{number:.4g}") for number in statistics(encoder, picture))
        yield Seen(**entry.model_dump(), statistics=numbers), picture


def scores(taste: Taste, candidates: Sequence[Seen]) -> NDArray[np.float64]:
    """How much somebody would like pictures: more is better, 0 is neither.

    Raises:
        PinxitError: when nothing was judged yet.
    """
    check(taste)
    sides = (taste.liked, taste.disliked, candidates)
    return nearness(*(np.array([one.statistics for one in side], np.float64).reshape(-1, LENGTH) for side in sides))


def nearness(
    liked: NDArray[np.floating], disliked: NDArray[np.floating], candidates: NDArray[np.floating]
) -> NDArray[np.float64]:
    """How near descriptors are to those of what was liked, and how far from those of what was disliked: by angles.

    Args:
        liked, disliked, candidates: `(L, N)`, `(D, N)`, `(C, N)`; L or D may be 0.

    Returns:
        `(C,)`.
    """
    points = spread(np.concatenate([liked, disliked, candidates]))
    towards, away, ours = np.split(points, [len(liked), len(liked) + len(disliked)])
    total = np.zeros(len(ours))
    for side, weight in ((towards, 1.0), (away, -_AGAINST)):
        if len(side):
            mean = side.mean(axis=0)
            total += weight * (ours @ mean) / (np.linalg.norm(mean) + 1e-9)
    return total


def spread(descriptors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Descriptors `(N, M)` as directions `(N, D)` whose angles tell manners apart.

    All pictures at hand say which statistics differ by how much. Each statistic is brought to the same spread, and the
    principal directions half the way to it: fully whitened, noise would weigh as much as manner.
    """
    data = (descriptors - descriptors.mean(axis=0)) / (descriptors.std(axis=0) + 1e-6)
    # Fewer pictures than statistics: the principal directions are quicker found from products of pictures.
    squares, vectors = np.linalg.eigh(data @ data.T)
    points = vectors[:, -_DIRECTIONS:] * np.maximum(squares[-_DIRECTIONS:], 0) ** 0.25
    return np.asarray(points / (np.linalg.norm(points, axis=1, keepdims=True) + 1e-9))


def choose(taste: Taste, candidates: Sequence[Seen]) -> list[tuple[int, float]]:
    """The best of several pictures, at most three, and what share each should have in a mixture.

    Returns:
        Numbers of candidates, the best first, with shares that add up to 1; those much worse than the best are left out.
    """
    score = scores(taste, candidates)
    best = np.argsort(-score, kind="stable")[:_BLENDED]
    near = best[score[best] >= score[best[0]] - _MUCH]
    shares = np.exp((score[near] - score[near[0]]) / (_MUCH / 2))
    return [(int(number), round(float(share), 3)) for number, share in zip(near, shares / shares.sum(), strict=True)]
