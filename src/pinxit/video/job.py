"""The job of a film: analyse its clip, paint it frame by frame, and put it together."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pinxit.errors import PinxitError
from pinxit.files.lock import exclusive
from pinxit.image import Picture, resize, to_array
from pinxit.network.weights import NetworkWeights
from pinxit.recipe.inputs import StyleInput
from pinxit.recipe.masks import mask_from
from pinxit.video.codec import (
    ALPHA_CODECS,
    CODECS,
    CONTAINER_NAMES,
    NO_QUALITY,
    QUALITY,
    CodecSettings,
    container_of,
)
from pinxit.video.gif import displayable
from pinxit.video.mux import SideStreams
from pinxit.video.optical_flow import Bytes, DenseInverseSearch, FlowMethod, pixels_of
from pinxit.video.plan import KeyPainting, VideoPlan, VideoStep
from pinxit.video.recipe import AUTO_KEYS, FilmRecipe, VideoRecipe, seconds
from pinxit.video.resume import FRAMES, FrameFiles, SegmentFiles, VideoStore, check_target
from pinxit.video.shot_detection import Shot, detect_shots
from pinxit.video.side_streams import SideStreamPlan, plan_side_streams
from pinxit.video.source import Frame, FrameSource

# Constant rate factor for codecs that `QUALITY` does not list; most codecs give a good quality at it.
_DEFAULT_QUALITY = 23
# share: how far a keyframe's shape may be off, for rounding to whole pixels
_SHAPE_TOLERANCE = 0.03


@dataclass(frozen=True)
class VideoProgress:
    """The progress of a film; see `pinxit.recipe.progress`.

    Attributes:
        frame: painted frames, of `frames` in all; each pass of the optimiser counts its frames again.
        content, painted: the latest of them and its painting, `(H, W, 3)`; None while the clip is analysed.
        notes: what to tell the user; complete before the first frame is painted.
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
        """Return the latest frame, with its painting to the right of it."""
        if self.content is None or self.painted is None:
            raise PinxitError("no frame is painted yet.")
        return Picture(pixels_of(np.concatenate([self.content, self.painted], axis=1)))


class FrameStylizer(Protocol):
    """What makes a film's frames from those of its clip."""

    def analyze_shot(self, shot: Shot, begin: Fraction) -> None:
        """Measure a shot, before any frame is painted.

        Args:
            shot: the shot, with its samples.
            begin: time of the film's first frame, s on the clip's clock.
        """

    def paint_frames(self, plan: VideoPlan, sink: Any) -> Iterator[VideoStep]:
        """Paint all frames that are not painted yet.

        Args:
            plan: the plan of the film or of a piece.
            sink: where painted frames go.
        """


@dataclass(frozen=True)
class FilmJob:
    """A film to make from a clip, frame by frame, whatever is done to the frames.

    Attributes:
        recipe: everything that decides the film.
        source: the clip.
    """

    recipe: FilmRecipe
    source: FrameSource

    def paint(self, target: Path, *, overwrite: bool = False) -> Iterator[VideoProgress]:
        """Paint the film into a file or a folder. Painted frames are kept beside the target until the film is whole.

        Args:
            target: ends in .mp4, .mov, .mkv, .webm, .gif, .webp or .apng; a name without an ending is a folder of frames.
            overwrite: replace an existing target.

        Raises:
            PinxitError: for a target that cannot be written, or a clip that cannot be painted.
        """
        check_target(target, overwrite=overwrite)
        with exclusive(target):
            side_streams = self.side_streams(target)  # first of all, to report wrong codec options at once
            plan, stylizer = self.plan(target), self.stylizer()
            clock = _Clock(max(plan.height, plan.width))
            shots = []
            for shot in detect_shots(clock.count(plan.frames()), plan.height, plan.width, plan.chooser):
                shots.append(replace(shot, samples=()))
                stylizer.analyze_shot(shot, shots[0].times[0])
                yield clock.analysis_progress()
            plan = plan.with_shots(tuple(shots))
            self.check(plan)
            clock.notes = self.notes(plan, target, side_streams)
            store = VideoStore(target, self.recipe.to_json())
            sink = self.sink(plan, store)
            clock.start_painting(plan.count * self.recipe.passes, sink.done)
            yield clock.painting_progress(VideoStep(sink.done))
            for step in stylizer.paint_frames(plan, sink):
                yield clock.painting_progress(step)
            self.finish(plan, store, side_streams)
        yield clock.painting_progress(VideoStep(clock.total))

    def plan(self, target: Path) -> VideoPlan:
        """Return what is known of the film before its clip is analysed."""
        height, width = self._size(even=target.suffix.lower() in CODECS)
        return VideoPlan(self.recipe, self.source, height, width, DenseInverseSearch())

    def stylizer(self) -> FrameStylizer:
        """Return what makes the frames."""
        raise NotImplementedError

    def check(self, plan: VideoPlan) -> None:
        """Raise PinxitError for a plan without frames, or with keys beyond the last frame."""
        if not plan.shots:
            raise PinxitError(f"there are no frames of {self.source.path} between --start and --end: it is shorter.")
        late = [number + 1 for number in sorted(plan.keys) if number >= plan.count]
        if late:
            raise PinxitError(f"there is a key {late[0]}, but the film has {plan.count} frames: give another number.")

    def side_streams(self, target: Path) -> SideStreamPlan:
        """Return the sound, subtitles and metadata that go from the clip into the target.

        Raises:
            PinxitError: when the target cannot hold the pictures.
        """
        codecs = [self._codec(target, transparent=transparent) for transparent in [False, *[True] * self.source.alpha]]
        if not self.source.path.is_file():
            return SideStreamPlan()
        return plan_side_streams(self.source.path, target, codecs[0])

    def notes(self, plan: VideoPlan, target: Path, side_streams: SideStreamPlan) -> tuple[str, ...]:
        """Return what to tell the user before anything is painted.

        Args:
            plan: the plan with its shots.
            target: the film's file or folder.
            side_streams: what goes from the clip into the target.
        """
        notes = [*self.source.notes, *side_streams.notes]
        codec = self._codec(target, transparent=plan.transparent)
        if codec and (plan.height, plan.width) != (exact := self._size(even=False)):
            notes.append(f"comes to an odd size: films are coded in pairs of pixels, {exact[1]}×{exact[0]} px as "
                         f"{plan.width}×{plan.height}.")  # fmt: skip
        if plan.transparent and codec and not codec.transparent:
            container = CONTAINER_NAMES[container_of(target)]
            notes.append(
                f"is transparent in parts, which {codec.codec} in {container} cannot hold: it is laid on white. "
                "A .webm, a .mov, a GIF, a WebP, an APNG or a folder of frames keeps it."
            )
        chosen_for_alpha = codec and codec.transparent and self.recipe.codec is None and codec.codec == "prores_ks"
        if plan.transparent and chosen_for_alpha:
            notes.append("is transparent in parts: it is coded as ProRes 4444, which keeps that.")
        if not target.suffix and not plan.is_evenly_spaced:
            notes.append("shows its frames for different times, which a folder of frames does not record.")
        if target.suffix.lower() == ".gif" and not all(kept := displayable(plan.times)):
            notes.append(f"has frames that come faster than a GIF can show: {kept.count(False)} are left out.")
        if target.suffix.lower() == ".gif" and any(shot.translucent for shot in plan.shots):
            notes.append(
                "is half transparent in parts, which a GIF cannot hold: there it becomes transparent, or opaque."
            )
        return tuple(f"{self.source.path} {note}" for note in notes)

    def sink(self, plan: VideoPlan, store: VideoStore) -> Any:
        """Return where the plan's painted frames go: into coded segments, or into a picture each."""
        codec = self._segment_codec(store.target)
        return SegmentFiles(store, plan, codec) if codec else FrameFiles(store, first=plan.first)

    def files(self, plan: VideoPlan, store: VideoStore) -> list[Path]:
        """Return the files of a painted plan, which `finish` needs."""
        codec = self._segment_codec(store.target)
        if codec:
            return SegmentFiles(store, plan, codec).files()
        frames = self._finished_frames(store, plan.first)
        return [frames.file(number) for number in range(plan.first, plan.first + plan.count)]

    def finish(self, plan: VideoPlan, store: VideoStore, side_streams: SideStreamPlan) -> None:
        """Join what is painted and the side streams to the target, and remove the store.

        Args:
            plan: the plan of the whole film.
            store: the folder of painted frames.
            side_streams: what goes from the clip into the target.
        """
        cut = self._cut_side_streams(plan, side_streams)
        codec = self._segment_codec(store.target)
        if codec:
            SegmentFiles(store, plan, codec).finish(cut)
        else:
            codec = self._codec(store.target, transparent=plan.transparent)
            self._finished_frames(store).finish(plan, codec, cut)
        store.clear()

    @property
    def by_network(self) -> bool:
        """Whether the network paints, not the optimiser."""
        return self.recipe.engine == "network"

    def _finished_frames(self, store: VideoStore, first: int = 0) -> FrameFiles:
        """Return the frames of the optimiser's last pass."""
        return FrameFiles(store, FRAMES if self.recipe.passes == 1 else f"pass{self.recipe.passes}", first)

    def _segment_codec(self, target: Path) -> CodecSettings | None:
        """Return how frames are coded as soon as they are painted; None where they are kept as pictures.

        The optimiser paints frames again in later passes, and transparency is added once all frames are painted.
        """
        return self._codec(target) if self.by_network and not self.source.alpha else None

    def _codec(self, target: Path, *, transparent: bool = False) -> CodecSettings | None:
        """Return how the target is coded, with transparency or without; None where it is no clip."""
        ending = target.suffix.lower()
        if ending not in CODECS:
            return None
        default = ALPHA_CODECS.get(ending, CODECS[ending]) if transparent else CODECS[ending]
        name = self.recipe.codec or default
        if self.recipe.crf is not None and name in NO_QUALITY:
            raise PinxitError(f"{name} has no constant rate factor: leave --crf out.")
        crf = self.recipe.crf if self.recipe.crf is not None else QUALITY.get(name, _DEFAULT_QUALITY)
        codec = CodecSettings(name, crf, self.source.rate, self.source.pixel_aspect, bits=self.recipe.bits)
        codec.check(target)
        return codec.with_alpha(target) if transparent else codec

    def _size(self, *, even: bool) -> tuple[int, int]:
        """Return height and width of the frames, px."""
        source = self.source
        scale = self.recipe.size / max(source.height, source.width)
        step = 2 if even else 1  # coded colours have half the resolution
        height, width = (max(step, round(side * scale / step) * step) for side in (source.height, source.width))
        return height, width

    def _cut_side_streams(self, plan: VideoPlan, side_streams: SideStreamPlan) -> SideStreams | None:
        """Return the side streams of the part of the clip that is painted."""
        if not self.source.path.is_file():
            return None
        end = None if self.recipe.end is None else self.source.begin + seconds(self.recipe.end)
        # A film from the clip's beginning keeps the sound that starts before its first picture.
        begin = self.source.begin + plan.begin if self.recipe.start else self.source.begin
        return side_streams.between(self.source.path, begin, end)


@dataclass(frozen=True)
class VideoJob(FilmJob):
    """A film to paint: a recipe and its loaded inputs. `pinxit.video.prepare.prepare_video` makes one.

    Attributes:
        recipe: everything that decides the film.
        source: the clip.
        styles: the style images, in the recipe's order.
        keyframes: frames painted by a person, by their number from 0.
        key_masks: masks of keyframes, likewise.
        networks: networks trained on a single style, by the SHA-256 of their files.
        encoder_file: a weights file that the user named.
        flow: the optical flow method.
    """

    recipe: VideoRecipe
    styles: tuple[StyleInput, ...]
    keyframes: Mapping[int, Picture] = field(default_factory=dict)
    key_masks: Mapping[int, Picture] = field(default_factory=dict)
    networks: Mapping[str, NetworkWeights] = field(default_factory=dict)
    encoder_file: Path | None = None
    flow: FlowMethod = field(default_factory=DenseInverseSearch)

    def plan(self, target: Path) -> VideoPlan:
        """Return what is known of the film before its clip is analysed."""
        plan = super().plan(target)
        height, width = plan.height, plan.width
        for number, picture in self.keyframes.items():
            if abs(picture.width * height - picture.height * width) > _SHAPE_TOLERANCE * picture.height * width:
                raise PinxitError(
                    f"keyframe {number + 1} has {picture.width}×{picture.height} px, another shape than the film's "
                    f"{width}×{height}: crop it to the frame that it is painted over."
                )
        like = Picture(np.zeros((3, height, width), np.float32))
        masks = {
            number: mask_from(mask, like, f"of key {number + 1}", "the film") for number, mask in self.key_masks.items()
        }
        keyframes = {}
        for number, picture in self.keyframes.items():
            fitted = resize(picture, height, width)
            pixels = to_array(replace(fitted, alpha=None))
            keyframes[number] = KeyPainting(pixels, masks.get(number, fitted.alpha))
        keys = self.recipe.keys
        plan = replace(plan, flow=self.flow, keyframes=keyframes, key_masks=masks, chooses_keys=keys == AUTO_KEYS)
        return plan if keys == AUTO_KEYS else replace(plan, named_keys=frozenset(number - 1 for number in keys))

    def check(self, plan: VideoPlan) -> None:
        """Raise PinxitError also for a region that is drawn on a frame beyond the last."""
        super().check(plan)
        late = [style.region_frame for style in self.recipe.styles if style.region and style.region_frame > plan.count]
        if late:
            raise PinxitError(
                f"a region is drawn on frame {late[0]}, but the film has {plan.count} frames: give another number."
            )

    def notes(self, plan: VideoPlan, target: Path, side_streams: SideStreamPlan) -> tuple[str, ...]:
        """Return also that regions end at cuts."""
        notes = super().notes(plan, target, side_streams)
        drawn = {plan.shot(one.region_frame - 1).begin for one in self.recipe.styles if one.region}
        if not drawn or len(drawn) == len(plan.shots):
            return notes
        first = next(shot.begin for shot in plan.shots if shot.begin not in drawn) + 1
        return (
            *notes,
            f"{self.source.path} has {len(plan.shots)} shots, and regions end at cuts: in the shot from frame {first} on there "
            f"are none; draw them there too, as --region MASK@{first}=STYLE.",
        )

    def stylizer(self) -> Any:
        """Return what paints the frames: the network's stylizer, or the optimiser's."""
        if self.by_network and any(style.region is not None for style in self.styles):
            from pinxit.video.network_regions import RegionFrameStylizer

            return RegionFrameStylizer(self.recipe, self.styles, self.networks)
        if self.by_network:
            from pinxit.video.network import NetworkFrameStylizer

            return NetworkFrameStylizer(self.recipe, self.styles, self.networks)
        from pinxit.video.optimizer import OptimizerFrameStylizer

        return OptimizerFrameStylizer(self.recipe, self.styles, self.encoder_file)


class _Clock:
    """Count frames, and estimate the remaining time."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._start = self._painting_start = time.monotonic()
        self._analyzed = self._already_painted = 0
        self.total = 0
        self.notes: tuple[str, ...] = ()

    def count(self, frames: Iterator[tuple[int, Frame]]) -> Iterator[Frame]:
        """Yield the frames, and count them."""
        for number, frame in frames:
            self._analyzed = number + 1
            yield frame

    def analysis_progress(self) -> VideoProgress:
        """Return the progress while the clip is analysed."""
        seconds = time.monotonic() - self._start
        return VideoProgress(0, 0, self._size, f"looks through the clip: {self._analyzed} frames", seconds, math.inf)

    def start_painting(self, total: int, done: int) -> None:
        """Start to measure the pace of painting `total` frames, of which `done` are painted already."""
        self.total, self._already_painted, self._painting_start = total, done, time.monotonic()

    def painting_progress(self, step: VideoStep) -> VideoProgress:
        """Return the progress while frames are painted."""
        now = time.monotonic()
        done, took = step.done - self._already_painted, now - self._painting_start
        pace = f"  {done / took:.2g} a second" if done > 0 else ""
        left = took / done * (self.total - step.done) if done > 0 else math.inf if step.done < self.total else 0.0
        facts = f"frame {step.done}/{self.total}{pace}  {step.facts}"
        return VideoProgress(
            step.done, self.total, self._size, facts, now - self._start, left, step.content, step.painted, self.notes
        )
