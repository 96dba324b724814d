"""A film on a cluster: each piece is a task. A piece is a shot, or a part of a long one that starts in an earlier frame.

Painting before a piece begins makes its first frame look as if the shot had been painted from its beginning.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pinxit import image as pictures
from pinxit.cluster import files
from pinxit.cluster.tasks import Outcome, TaskProgress, Workspace, driver_workspace
from pinxit.errors import PinxitError
from pinxit.video.clip import comment_in
from pinxit.video.job import VideoJob
from pinxit.video.plan import Piece
from pinxit.video.prepare import StyleTime, prepare_video
from pinxit.video.recipe import VideoRecipe
from pinxit.video.resume import VideoStore, check_target
from pinxit.video.shot_detection import Shot, ShotSampler, detect_shots

# frames: longer shots are painted in pieces of this length by default; a piece of 480 frames paints 32 of them twice
DEFAULT_PIECE = 480
# px: size at which the driver looks for cuts; it needs no samples of the shots
_HEIGHT, _WIDTH = 36, 64


@dataclass(frozen=True)
class PieceTask:
    """One piece of a film.

    Attributes:
        piece: the frames.
        shot: the shot that they are in.
        begin: time of the film's first frame, s on the clip's clock.
    """

    piece: Piece
    shot: Shot
    begin: Fraction

    @property
    def name(self) -> str:
        """The numbers of the frames, counted from 1."""
        return f"frames {self.piece.begin + 1}–{self.piece.end}"


@dataclass(frozen=True)
class VideoWorkload:
    """All pieces of a film; see `pinxit.cluster.tasks.Workload`.

    Attributes:
        clip: a path that is the same on every node, or an address.
        target: the file or folder of the finished film.
        folder: the folder in which painted pieces are collected.
        styles, shares, keyframes, key, key_masks, regions, encoder_weights, options: see
            `pinxit.video.prepare.prepare_video`.
    """

    clip: str
    target: str
    folder: str = ""
    styles: Sequence[tuple[str, StyleTime]] = ()
    shares: Sequence[float] | None = None
    keyframes: str | None = None
    key: Mapping[int, str] = field(default_factory=dict)
    key_masks: Mapping[int, str] = field(default_factory=dict)
    regions: Sequence[tuple[str, str, int, StyleTime]] = ()
    encoder_weights: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def absolute(self) -> VideoWorkload:
        """Return the workload with names that hold on every node."""
        return replace(self, clip=files.absolute(self.clip), target=files.absolute(self.target))

    def with_memory(self, memory: float | None) -> VideoWorkload:
        """Return the workload for workers that all plan with the same memory, GB; the film's recipe does not mention it."""
        return replace(self, options={**self.options, "memory": memory})

    @property
    def input_files(self) -> list[str]:
        """The styles, the keyframes, the masks and the weights."""
        names = {name for name, _ in self.styles} | ({self.encoder_weights} if self.encoder_weights else set())
        names |= {*self.key.values(), *self.key_masks.values()}
        names |= {name for mask, style, _, _ in self.regions for name in (mask, style)}
        if self.keyframes is not None:
            names |= {str(file) for file in pictures.expand([self.keyframes])}
        return sorted(name for name in names if files.is_file(name))

    def check(self) -> None:
        """Raise PinxitError where the node does not see the clip or the folder of pieces."""
        for name in (self.clip, self.folder):
            if not files.is_address(name) and not files.exists(name):
                raise PinxitError(f"it does not see {name}, which must be in a folder that all nodes share")

    def prepare(self, workspace: Workspace) -> VideoJob:
        """Return the film's job, with the clip fetched into the workspace where it is not in a shared folder."""
        if "clip" not in workspace.cache:
            workspace.cache["clip"] = files.fetch(self.clip, workspace.folder / "clip")
        return prepare_video(
            workspace.cache["clip"],
            [(workspace.path(name), at) for name, at in self.styles],
            shares=self.shares,
            keyframes=None if self.keyframes is None else workspace.path(self.keyframes),
            key={number: workspace.path(name) for number, name in self.key.items()},
            key_masks={number: workspace.path(name) for number, name in self.key_masks.items()},
            regions=[
                (workspace.path(mask), workspace.path(style), frame, at) for mask, style, frame, at in self.regions
            ],
            encoder_weights=None if self.encoder_weights is None else workspace.path(self.encoder_weights),
            **self.options,
        )

    def paint(self, task: PieceTask, workspace: Workspace) -> Generator[TaskProgress, None, Outcome]:
        """See `pinxit.cluster.tasks.Workload.paint`."""
        if "job" not in workspace.cache:
            workspace.cache["job"] = self.prepare(workspace)
            workspace.cache["stylizer"] = workspace.cache["job"].stylizer()
        job: VideoJob = workspace.cache["job"]
        stylizer = workspace.cache["stylizer"]
        with workspace.task_folder() as folder:
            store = VideoStore(folder / Path(self.target).name, job.recipe.to_json())
            plan = job.plan(store.target)
            plan = replace(plan, begin=task.begin, shots=(task.shot,), pieces=(task.piece,))
            sampler = ShotSampler(plan.height, plan.width)
            for _, frame in plan.frames_between(task.shot.begin, task.shot.end):
                sampler.add(frame)
            stylizer.analyze_shot(replace(task.shot, samples=tuple(sampler.samples)), task.begin)
            for step in stylizer.paint_frames(plan, job.sink(plan, store)):
                facts = f"frame {step.done} of {plan.count}  {step.facts}".rstrip()
                yield TaskProgress(max(0.0, step.done / (plan.count * job.recipe.passes)), facts)
            for file in job.files(plan, store):
                name = file.relative_to(store.folder).as_posix()
                files.publish(file.read_bytes(), files.join(self.folder, name), overwrite=True)
        return Outcome(task.name, "painted")


class VideoDriver:
    """The driver's side of a film: it analyses the clip, plans the tasks, and joins the pieces.

    Args:
        workload: the film.
        overwrite: replace an existing target.

    Attributes:
        workload, job, plan: the film; `analyze_clip` completes them.
        notes: what to tell the user before painting; set by `analyze_clip`.
        store: where painted pieces are kept on this machine; set by `analyze_clip`.

    Raises:
        PinxitError: for a clip, styles or settings that cannot be painted.
    """

    def __init__(self, workload: VideoWorkload, *, overwrite: bool) -> None:
        self._workspace = driver_workspace(workload)
        self._overwrite, self._is_remote = overwrite, files.is_address(workload.target)
        name = workload.target.rsplit("/", 1)[-1]
        if self._is_remote and not Path(name).suffix:
            raise PinxitError(
                f"{workload.target} would be a folder of frames: end its name in .mp4, or name a shared folder."
            )
        self._target = self._workspace.folder / "target" / name if self._is_remote else Path(workload.target)
        self.workload = workload
        self.job = workload.prepare(self._workspace)
        self.plan = self.job.plan(self._target)

    def close(self) -> None:
        """Remove the driver's copies of files."""
        self._workspace.close()

    def is_done(self) -> bool:
        """Return whether the target exists and was painted by the same recipe.

        Raises:
            PinxitError: when the target is something else that may not be replaced.
        """
        if not files.exists(self.workload.target) or self._overwrite:
            return False
        if self._target.suffix and self._target_matches():
            return True
        if self._is_remote:
            raise PinxitError(f"{self.workload.target} exists: choose another name, or add --overwrite.")
        check_target(self._target, overwrite=False)
        return False

    def analyze_clip(self) -> Iterator[int]:
        """Find the cuts of the clip, and plan the pieces. Yield the number of frames read so far after each shot."""
        shots = []
        for shot in detect_shots((frame for _, frame in self.plan.frames()), _HEIGHT, _WIDTH, self.plan.chooser):
            shots.append(replace(shot, samples=()))
            yield shot.end
        if self._needs_pieces(shots):
            self.workload = replace(self.workload, options={**self.workload.options, "piece": DEFAULT_PIECE})
            self.job = self.workload.prepare(self._workspace)
        self.plan = self.job.plan(self._target).with_shots(tuple(shots))
        self.job.check(self.plan)
        self._side_streams = self.job.side_streams(self._target)
        self.notes = self.job.notes(self.plan, self._target, self._side_streams)
        self.store = VideoStore(self._target, self.job.recipe.to_json())
        parent, _, _ = self.workload.target.rpartition("/")
        folder = files.join(parent, self.store.folder.name) if self._is_remote else str(self.store.folder.absolute())
        self.workload = replace(self.workload, folder=folder)

    def tasks(self) -> list[PieceTask]:
        """Return the tasks of the pieces that are not painted yet, the longest first, so that none ends long after the rest."""
        painted = files.list_names(self.workload.folder)
        tasks = []
        for piece in self.plan.pieces:
            wanted = self.job.files(replace(self.plan, pieces=(piece,)), self.store)
            if not {file.relative_to(self.store.folder).as_posix() for file in wanted} <= painted:
                tasks.append(PieceTask(piece, self.plan.shot(piece.begin), self.plan.begin))
        return sorted(tasks, key=lambda task: task.piece.run_up_begin - task.piece.end)

    def finish(self) -> None:
        """Join the painted pieces to the target."""
        try:
            if self._is_remote:
                files.mirror(self.workload.folder, self.store.folder)
            self.job.finish(self.plan, self.store, self._side_streams)
            if self._is_remote:
                files.upload(self._target, self.workload.target)
                files.remove(self.workload.folder)
        except (PinxitError, OSError):
            # Another driver with the same command may have finished first, and removed the pieces.
            if files.exists(self.workload.target) and self._target_matches():
                return
            raise

    def _target_matches(self) -> bool:
        """Return whether the existing film is what this recipe makes, in pieces or not."""
        with tempfile.TemporaryDirectory(prefix="pinxit-") as folder:
            try:
                found = VideoRecipe.from_json(comment_in(files.fetch(self.workload.target, Path(folder))) or "")
            except PinxitError:
                return False
        own = self.job.recipe
        if own.piece is None and found.piece == DEFAULT_PIECE:
            own = own.model_copy(update={"piece": DEFAULT_PIECE})
        return found == own

    def _needs_pieces(self, shots: Sequence[Shot]) -> bool:
        recipe = self.job.recipe
        if recipe.piece is not None or recipe.engine != "network":
            return False
        return any(len(shot.times) > DEFAULT_PIECE for shot in shots)
