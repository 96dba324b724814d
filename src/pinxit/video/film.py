"""A film as an iterator of progress: looked through, painted frame by frame, put together."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import PinxitError
from pinxit.lock import alone
from pinxit.network.weights import Weights
from pinxit.picture import Picture, resize, to_array
from pinxit.picture.ingredients import LoadedStyle
from pinxit.video.coding import CLEAR_CODECS, CODECS, NAMES, NO_QUALITY, QUALITY, Coding, kind_of
from pinxit.video.extras import Extras, extras_of
from pinxit.video.flow import Bytes, DenseInverseSearch, FlowMethod, pixels_of
from pinxit.video.gif import shown
from pinxit.video.joining import Cargo
from pinxit.video.plan import Plan, Step
from pinxit.video.recipe import FilmRecipe, seconds
from pinxit.video.source import Frame, Source
from pinxit.video.store import FRAMES, Pieces, Stills, Store, check_target
from pinxit.video.survey import survey

# Of a codec that nobody has tried here: what most of them call good.
_USUAL_QUALITY = 23
# What a keyframe's shape may be off by, as a share: rounding to whole pixels.
_SHAPE = 0.03


@dataclass(frozen=True)
class Progress:
    """Where the work stands; see `pinxit.picture.progress`.

    Attributes:
        frame: frames that are painted, of `frames` in all; where the optimiser goes through them again, each counts again.
        content, painted: the latest of them and its painting, `(H, W, 3)`; None while the clip is looked through.
        notes: what there is to tell; all of it is known before the first frame is painted.
    """

    frame: int
    frames: int
    size: int
    facts: str
    seconds: float
    seconds_left: float
    content: Bytes | None = None
    painted: Bytes | None = None
    notes: tuple[str, ...] = ()
    done: tuple[int, ...] = ()
    memory: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)

    def picture(self) -> Picture:
        """The latest frame, and its painting to the right of it."""
        if self.content is None or self.painted is None:
            raise PinxitError("no frame is painted yet.")
        return Picture(pixels_of(np.concatenate([self.content, self.painted], axis=1)))


@dataclass(frozen=True)
class Film:
    """A recipe with its ingredients at hand; `pinxit.video.prepare` makes one.

    Attributes:
        recipe: all that decides the film.
        source: the clip.
        styles: the style images, in the recipe's order.
        keyframes: frames that somebody painted, by their number from 0.
        networks: those that were taught one style alone, by their file's SHA-256.
        encoder_file: a weights file given by hand.
        flow: finds the optical flow.
    """

    recipe: FilmRecipe
    source: Source
    styles: tuple[LoadedStyle, ...]
    keyframes: Mapping[int, Picture] = field(default_factory=dict)
    networks: Mapping[str, Weights] = field(default_factory=dict)
    encoder_file: Path | None = None
    flow: FlowMethod = field(default_factory=DenseInverseSearch)

    def paint(self, target: Path, *, overwrite: bool = False) -> Iterator[Progress]:
        """Paint the film into a file or a folder; what is painted is kept beside it until all is done.

        Args:
            target: ends in .mp4, .mov, .mkv, .webm or .gif, or in nothing for a folder of frames.
            overwrite: replace what is there.

        Raises:
            PinxitError: for a target that cannot be written, or a clip that cannot be painted.
        """
        check_target(target, overwrite=overwrite)
        with alone(target):
            extras = self.extras(target)  # what is wrong with the coding is told first
            plan, brush = self.plan(target), self.brush()
            clock = _Clock(max(plan.height, plan.width))
            shots = []
            for shot in survey(clock.counted(plan.frames()), plan.height, plan.width):
                shots.append(replace(shot, samples=()))
                brush.look(shot, shots[0].times[0])
                yield clock.looking()
            plan = plan.cut(tuple(shots))
            self.check(plan)
            clock.notes = self.notes(plan, target, extras)
            store = Store(target, self.recipe.to_json())
            sink = self.part(plan, store)
            clock.begin(plan.count * self.recipe.passes, sink.done)
            yield clock.painting(Step(sink.done))
            for step in brush.film(plan, sink):
                yield clock.painting(step)
            self.finish(plan, store, extras)
        yield clock.painting(Step(clock.total))

    def plan(self, target: Path) -> Plan:
        """What is known of the film before its clip is looked through."""
        height, width = self._size(even=target.suffix.lower() in CODECS)
        for number, picture in self.keyframes.items():
            if abs(picture.width * height - picture.height * width) > _SHAPE * picture.height * width:
                raise PinxitError(
                    f"keyframe {number + 1} has {picture.width}×{picture.height} px, another shape than the film's "
                    f"{width}×{height}: crop it to the frame that it is painted over."
                )
        keyframes = {
            number: to_array(resize(picture, height, width))[..., :3] for number, picture in self.keyframes.items()
        }
        return Plan(self.recipe, self.source, height, width, self.flow, keyframes=keyframes)

    def brush(self) -> Any:
        """What paints the frames."""
        if self.by_network:
            from pinxit.video.network import NetworkBrush

            return NetworkBrush(self.recipe, self.styles, self.networks)
        from pinxit.video.optimizer import OptimizerBrush

        return OptimizerBrush(self.recipe, self.styles, self.encoder_file)

    def check(self, plan: Plan) -> None:
        """Raise PinxitError for a plan by which nothing can be painted."""
        if not plan.shots:
            raise PinxitError(f"there are no frames of {self.source.path} between --start and --end: it is shorter.")
        late = [number + 1 for number in plan.keyframes if number >= plan.count]
        if late:
            raise PinxitError(f"there is a keyframe {late[0]}, but the film has {plan.count} frames: rename it.")

    def extras(self, target: Path) -> Extras:
        """Return what else goes from the clip into the target.

        Raises:
            PinxitError: where the target cannot hold the pictures.
        """
        codings = [self._coding(target, clear=clear) for clear in [False, *[True] * self.source.alpha]]
        return extras_of(self.source.path, target, codings[0]) if self.source.path.is_file() else Extras()

    def notes(self, plan: Plan, target: Path, extras: Extras) -> tuple[str, ...]:
        """Return what there is to tell before anything is painted."""
        notes = [*self.source.notes, *extras.notes]
        coding = self._coding(target, clear=plan.clear)
        if coding and (plan.height, plan.width) != (exact := self._size(even=False)):
            notes.append(f"comes to an odd size: films are coded in pairs of pixels, {exact[1]}×{exact[0]} px as "
                         f"{plan.width}×{plan.height}.")  # fmt: skip
        if plan.clear and coding and not coding.clear:
            notes.append(
                f"is transparent in parts, which {coding.codec} in {NAMES[kind_of(target)]} cannot hold: it is laid on white. "
                "A .webm, a .mov, a GIF or a folder of frames keeps it."
            )
        if plan.clear and coding and coding.clear and self.recipe.codec is None and coding.codec == "prores_ks":
            notes.append("is transparent in parts: it is coded as ProRes 4444, which keeps that.")
        if not target.suffix and not plan.even:
            notes.append("shows its frames for different times, which a folder of frames does not tell.")
        if target.suffix.lower() == ".gif" and not all(kept := shown(plan.times)):
            notes.append(f"has frames that come faster than a GIF can show: {kept.count(False)} are left out.")
        if target.suffix.lower() == ".gif" and any(shot.hazy for shot in plan.shots):
            notes.append(
                "is half transparent in parts, which a GIF cannot hold: there it becomes transparent, or opaque."
            )
        return tuple(f"{self.source.path} {note}" for note in notes)

    def part(self, plan: Plan, store: Store) -> Any:
        """Where the frames of a plan go: coded at once, or as pictures."""
        coding = self._pieces(store.target)
        return Pieces(store, plan, coding) if coding else Stills(store, first=plan.first)

    def files(self, plan: Plan, store: Store) -> list[Path]:
        """What `finish` needs of a plan."""
        coding = self._pieces(store.target)
        if coding:
            return Pieces(store, plan, coding).files()
        stills = self._stills(store, plan.first)
        return [stills.file(number) for number in range(plan.first, plan.first + plan.count)]

    def finish(self, plan: Plan, store: Store, extras: Extras) -> None:
        """Put together what is painted and what else goes along, and forget the pieces."""
        cargo = self._cargo(plan, extras)
        coding = self._pieces(store.target)
        if coding:
            Pieces(store, plan, coding).finish(cargo)
        else:
            self._stills(store).finish(plan, self._coding(store.target, clear=plan.clear), cargo)
        store.clear()

    @property
    def by_network(self) -> bool:
        """Whether the network paints, not the optimiser."""
        return self.recipe.engine == "network"

    def _stills(self, store: Store, first: int = 0) -> Stills:
        """The frames as they are when the optimiser has gone through them for the last time."""
        return Stills(store, FRAMES if self.recipe.passes == 1 else f"pass{self.recipe.passes}", first)

    def _pieces(self, target: Path) -> Coding | None:
        """How frames are coded as soon as they are painted, if they are.

        The optimiser goes through them again, and transparency is laid on them when all are there.
        """
        return self._coding(target) if self.by_network and not self.source.alpha else None

    def _coding(self, target: Path, *, clear: bool = False) -> Coding | None:
        """How the target is coded, if it is a clip, with transparency or without."""
        ending = target.suffix.lower()
        if ending not in CODECS:
            return None
        usual = CLEAR_CODECS.get(ending, CODECS[ending]) if clear else CODECS[ending]
        codec = self.recipe.codec or usual
        if self.recipe.crf is not None and codec in NO_QUALITY:
            raise PinxitError(f"{codec} has no constant rate factor: leave --crf out.")
        crf = self.recipe.crf if self.recipe.crf is not None else QUALITY.get(codec, _USUAL_QUALITY)
        coding = Coding(codec, crf, self.source.rate, self.source.pixel_aspect, bits=self.recipe.bits)
        coding.check(target)
        return coding.with_alpha(target) if clear else coding

    def _size(self, *, even: bool) -> tuple[int, int]:
        """Height and width of the frames, px."""
        source = self.source
        scale = self.recipe.size / max(source.height, source.width)
        step = 2 if even else 1  # coded colours have half the resolution
        height, width = (max(step, round(side * scale / step) * step) for side in (source.height, source.width))
        return height, width

    def _cargo(self, plan: Plan, extras: Extras) -> Cargo | None:
        if not self.source.path.is_file():
            return None
        end = None if self.recipe.end is None else self.source.begin + seconds(self.recipe.end)
        # What is heard before the first picture is heard with it.
        begin = self.source.begin + plan.begin if self.recipe.start else self.source.begin
        return extras.cargo(self.source.path, begin, end)


class _Clock:
    """Counts, and estimates what is left."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._start = self._began = time.monotonic()
        self._seen = self._before = 0
        self.total = 0
        self.notes: tuple[str, ...] = ()

    def counted(self, frames: Iterator[tuple[int, Frame]]) -> Iterator[Frame]:
        """The frames, counted as they pass."""
        for number, frame in frames:
            self._seen = number + 1
            yield frame

    def looking(self) -> Progress:
        """While the clip is looked through."""
        seconds = time.monotonic() - self._start
        return Progress(0, 0, self._size, f"looks through the clip: {self._seen} frames", seconds, 0.0)

    def begin(self, total: int, done: int) -> None:
        """Now frames are painted, so many of which are done."""
        self.total, self._before, self._began = total, done, time.monotonic()

    def painting(self, step: Step) -> Progress:
        """While frames are painted."""
        now = time.monotonic()
        done, took = step.done - self._before, now - self._began
        pace = f"  {done / took:.2g} a second" if done > 0 else ""
        left = took / done * (self.total - step.done) if done > 0 else 0.0
        facts = f"frame {step.done}/{self.total}{pace}  {step.facts}"
        return Progress(
            step.done, self.total, self._size, facts, now - self._start, left, step.content, step.painted, self.notes
        )
