"""A film: each shot is a unit, a long one in pieces, which start early enough to forget that they are no beginning."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pinxit import picture as pictures
from pinxit.cluster import files
from pinxit.cluster.units import Bench, Outcome, Step, driver_bench
from pinxit.errors import PinxitError
from pinxit.video.film import Film
from pinxit.video.making import prepare
from pinxit.video.plan import Stretch
from pinxit.video.recipe import FilmRecipe
from pinxit.video.reel import comment_in
from pinxit.video.store import Store, check_target
from pinxit.video.survey import Sampler, Shot, survey

# Longer shots are painted in pieces where nobody says of what length: twenty seconds, of which a fifteenth is painted twice.
PIECE = 480
# Of the frames that are compared to find the cuts, only the times are wanted here.
_HEIGHT, _WIDTH = 36, 64


@dataclass(frozen=True)
class Part:
    """A part of a film.

    Attributes:
        stretch: the frames.
        shot: that they are in.
        begin: when the film's first frame is shown, s on the clip's clock.
    """

    stretch: Stretch
    shot: Shot
    begin: Fraction

    @property
    def name(self) -> str:
        """Its frames, counted from 1."""
        return f"frames {self.stretch.begin + 1}–{self.stretch.end}"


@dataclass(frozen=True)
class Shooting:
    """What the parts of a film have in common; see `pinxit.cluster.units.Work`.

    Attributes:
        clip: a path that is the same on every node, or an address.
        target: the file or folder that the film is to be.
        folder: where the parts are collected.
        styles, shares, keyframes, encoder_weights, options: see `pinxit.video.prepare`.
    """

    clip: str
    target: str
    folder: str = ""
    styles: Sequence[tuple[str, float | None]] = ()
    shares: Sequence[float] | None = None
    keyframes: str | None = None
    encoder_weights: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def absolute(self) -> Shooting:
        """The same with names that hold on every node."""
        return replace(self, clip=files.absolute(self.clip), target=files.absolute(self.target))

    def planned(self, memory: float | None) -> Shooting:
        """The same for painters, who are to plan with the same memory, GB; the film's recipe does not tell it."""
        return replace(self, options={**self.options, "memory": memory})

    @property
    def supplies(self) -> list[str]:
        """The styles and the keyframes."""
        named = {name for name, _ in self.styles} | ({self.encoder_weights} if self.encoder_weights else set())
        if self.keyframes is not None:
            named |= {str(file) for file in pictures.expand([self.keyframes])}
        return sorted(name for name in named if files.is_file(name))

    def check(self) -> None:
        """See `Work`."""
        for name in (self.clip, self.folder):
            if not files.is_address(name) and not files.exists(name):
                raise PinxitError(f"it does not see {name}, which must be in a folder that all nodes share")

    def film(self, bench: Bench) -> Film:
        """The film, prepared on a bench."""
        if "clip" not in bench.warm:
            bench.warm["clip"] = files.fetch(self.clip, bench.folder / "clip")
        return prepare(
            bench.warm["clip"],
            [(bench.path(name), at) for name, at in self.styles],
            shares=self.shares,
            keyframes=None if self.keyframes is None else bench.path(self.keyframes),
            encoder_weights=None if self.encoder_weights is None else bench.path(self.encoder_weights),
            **self.options,
        )

    def paint(self, unit: Part, bench: Bench) -> Generator[Step, None, Outcome]:
        """See `Work`."""
        if "film" not in bench.warm:
            bench.warm["film"] = self.film(bench)
            bench.warm["brush"] = bench.warm["film"].brush()
        film: Film = bench.warm["film"]
        brush = bench.warm["brush"]
        with bench.cleared() as folder:
            store = Store(folder / Path(self.target).name, film.recipe.to_json())
            plan = film.plan(store.target)
            plan = replace(plan, begin=unit.begin, shots=(unit.shot,), stretches=(unit.stretch,))
            sampler = Sampler(plan.height, plan.width)
            for _, frame in plan.between(unit.shot.begin, unit.shot.end):
                sampler.see(frame)
            brush.look(replace(unit.shot, samples=tuple(sampler.samples)), unit.begin)
            for step in brush.film(plan, film.part(plan, store)):
                facts = f"frame {step.done} of {plan.count}  {step.facts}".rstrip()
                yield Step(max(0.0, step.done / (plan.count * film.recipe.passes)), facts)
            for file in film.files(plan, store):
                name = file.relative_to(store.folder).as_posix()
                files.publish(file.read_bytes(), files.below(self.folder, name), overwrite=True)
        return Outcome(unit.name, "painted")


class Production:
    """A film from the look through its clip to the file, as its driver sees it.

    Args:
        shooting: what is wanted.
        overwrite: replace what is there.

    Raises:
        PinxitError: for a clip, styles or settings that cannot be painted.
    """

    def __init__(self, shooting: Shooting, *, overwrite: bool) -> None:
        self._bench = driver_bench(shooting)
        self._overwrite, self._remote = overwrite, files.is_address(shooting.target)
        name = shooting.target.rsplit("/", 1)[-1]
        if self._remote and not Path(name).suffix:
            raise PinxitError(
                f"{shooting.target} would be a folder of frames: end its name in .mp4, or name a shared folder."
            )
        self._target = self._bench.folder / "target" / name if self._remote else Path(shooting.target)
        self.shooting = shooting
        self.film = shooting.film(self._bench)
        self.plan = self.film.plan(self._target)

    def close(self) -> None:
        """Remove what was fetched."""
        self._bench.close()

    def is_done(self) -> bool:
        """Whether the film is there, painted by the same recipe.

        Raises:
            PinxitError: when something else is there that may not be replaced.
        """
        if not files.exists(self.shooting.target) or self._overwrite:
            return False
        if self._target.suffix and self._made():
            return True
        if self._remote:
            raise PinxitError(f"{self.shooting.target} exists: choose another name, or add --overwrite.")
        check_target(self._target, overwrite=False)
        return False

    def look(self) -> Iterator[int]:
        """Look through the clip for its cuts, telling how many frames were seen; then `notes` says what there is to tell."""
        shots = []
        for shot in survey((frame for _, frame in self.plan.frames()), _HEIGHT, _WIDTH):
            shots.append(replace(shot, samples=()))
            yield shot.end
        if self._wants_pieces(shots):
            self.shooting = replace(self.shooting, options={**self.shooting.options, "piece": PIECE})
            self.film = self.shooting.film(self._bench)
        self.plan = self.film.plan(self._target).cut(tuple(shots))
        self.film.check(self.plan)
        self._extras = self.film.extras(self._target)
        self.notes = self.film.notes(self.plan, self._target, self._extras)
        self.store = Store(self._target, self.film.recipe.to_json())
        parent, _, _ = self.shooting.target.rpartition("/")
        folder = files.below(parent, self.store.folder.name) if self._remote else str(self.store.folder.absolute())
        self.shooting = replace(self.shooting, folder=folder)

    def units(self) -> list[Part]:
        """The parts that are not painted yet, the longest first: nobody should wait for one that began last."""
        there = files.names(self.shooting.folder)
        parts = []
        for stretch in self.plan.stretches:
            wanted = self.film.files(replace(self.plan, stretches=(stretch,)), self.store)
            if not {file.relative_to(self.store.folder).as_posix() for file in wanted} <= there:
                parts.append(Part(stretch, self.plan.shot(stretch.begin), self.plan.begin))
        return sorted(parts, key=lambda part: part.stretch.first - part.stretch.end)

    def finish(self) -> None:
        """Put the parts together."""
        try:
            if self._remote:
                files.mirror(self.shooting.folder, self.store.folder)
            self.film.finish(self.plan, self.store, self._extras)
            if self._remote:
                files.upload(self._target, self.shooting.target)
                files.remove(self.shooting.folder)
        except (PinxitError, OSError):
            # Another driver with the same order was faster, and has cleared the parts away.
            if files.exists(self.shooting.target) and self._made():
                return
            raise

    def _made(self) -> bool:
        """Whether the film that is there is what this recipe makes, in pieces or not."""
        with tempfile.TemporaryDirectory(prefix="pinxit-") as folder:
            try:
                found = FilmRecipe.from_json(comment_in(files.fetch(self.shooting.target, Path(folder))) or "")
            except PinxitError:
                return False
        own = self.film.recipe
        if own.piece is None and found.piece == PIECE:
            own = own.model_copy(update={"piece": PIECE})
        return found == own

    def _wants_pieces(self, shots: Sequence[Shot]) -> bool:
        recipe = self.film.recipe
        if recipe.piece is not None or recipe.engine != "network":
            return False
        return any(len(shot.times) > PIECE for shot in shots)
