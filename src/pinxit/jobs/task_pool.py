"""Run short tasks, for which a person waits, in processes that may crash, hang or run out of memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pinxit.errors import PinxitError
from pinxit.jobs import film_tasks, pool_tasks
from pinxit.jobs.errors import JobsError, Refused, TooLarge, Unavailable
from pinxit.jobs.files import Files
from pinxit.jobs.specs.base import InputSpec
from pinxit.jobs.specs.grade import GradeSpec
from pinxit.jobs.specs.stylize import StylizeSpec
from pinxit.jobs.specs.video import VideoSpec
from pinxit.jobs.specs.wear import WearSpec

MOST_PIXELS = 100_000_000
# s: limits for a busy machine; a decoder that takes longer is being attacked.
_SECONDS = {
    "inspect": 30.0, "thumbnail": 20.0, "draw": 30.0, "export": 120.0, "export_layers": 120.0,
    "preview": 20.0, "correspondence": 120.0,
    "live_model": 60.0, "wear_preview": 30.0, "grade_preview": 30.0, "find_mask": 30.0, "measure": 60.0,
    "film_strip": 60.0, "film_key": 60.0, "film_effect": 120.0, "film_regions": 120.0,
}  # fmt: skip
_MEMORY = 4 << 30  # bytes
# Tasks after which a process is replaced, which frees whatever it leaked.
_MOST_TASKS = 500
_STOPPING = "the studio is stopping: try again when it runs."


class TaskPool:
    """A pool of processes for short tasks.

    Args:
        files: the stored files.
        processes: how many.
        memory: bytes of data that each may use, where the system can limit that.
        seconds: how long each kind of task may take, s, where it differs from the default.
    """

    def __init__(
        self,
        files: Files,
        processes: int | None = None,
        memory: int = _MEMORY,
        seconds: dict[str, float] | None = None,
    ) -> None:
        self._folder = str(files.folder)
        self._seconds = {**_SECONDS, **(seconds or {})}
        count = processes or max(2, min(4, (os.cpu_count() or 2) // 2))
        self._pool = ProcessPool(
            max_workers=count,
            max_tasks=_MOST_TASKS,
            initializer=pool_tasks.prepare,
            initargs=(memory,),
            # A server with threads and locks must not be forked.
            context=multiprocessing.get_context("spawn"),
        )
        self._warm = [self._pool.schedule(pool_tasks.warm) for _ in range(count)]
        self._pending: set[Future[Any]] = set(self._warm)
        self._is_closed = False

    def close(self) -> None:
        """End all processes. Callers that wait for a task get Unavailable: a stopped pool never completes their futures."""
        self._is_closed = True
        self._pool.stop()  # type: ignore[no-untyped-call]
        for future in list(self._pending):
            future.cancel()
        self._pool.join()

    def wait_till_warm(self) -> None:
        """Wait until all processes have loaded what the first tasks need."""
        for future in self._warm:
            with contextlib.suppress(CancelledError):
                future.exception()

    def inspect(self, path: Path, most_pixels: int = MOST_PIXELS) -> dict[str, Any]:
        """Return the facts of a file, decided by its content: `kind`, `media`, size, and its recipe.

        Args:
            path: the file.
            most_pixels: most pixels of a picture or a frame.

        Raises:
            Refused: when pinxit cannot read it, or it is too large, damaged, or crashes its reader.
        """
        facts: dict[str, Any] = self._do("inspect", pool_tasks.inspect, str(path), most_pixels)
        return facts

    def thumbnail(self, path: Path, side: int) -> bytes:
        """Return a file's picture as WebP, its longer side at most `side` px."""
        return bytes(self._do("thumbnail", pool_tasks.thumbnail, str(path), side))

    def export(self, path: Path, target: Path, kind: str, side: int | None = None) -> None:
        """Write a stored picture as another kind of file, with its recipe and metadata.

        Args:
            path: the picture.
            target: the file to write.
            kind: a value of `pinxit.image.KINDS`. TIFF has 16 bits a channel, the others 8.
            side: the longest side, px; a smaller picture stays as it is. None leaves the size.

        Raises:
            Refused: when this kind of file has no room for the picture.
        """
        self._do("export", pool_tasks.export, str(path), str(target), kind, side)

    def export_layers(self, spec: StylizeSpec, painting: Path, target: Path, kind: str) -> None:
        """Write a painting with its layers: photograph, colour, strokes, painting, regions; see `pinxit.recipe.layers`.

        Args:
            spec: what was painted.
            painting: the result's picture.
            target: the file to write.
            kind: `ORA` or `PSD`.

        Raises:
            Refused: when an input is gone, or the package that writes this kind is missing.
        """
        arguments = self._folder, spec.to_data(), str(painting), str(target), kind
        self._do("export_layers", pool_tasks.export_layers, *arguments)

    def draw(self, name: str, side: int) -> bytes:
        """Return `house:NAME` or `sample:NAME` as WebP, its longer side at most `side` px."""
        return bytes(self._do("draw", pool_tasks.draw, name, side))

    def preview(self, spec: StylizeSpec, side: int = 640) -> bytes:
        """Paint a spec with the network; return WebP, its longer side at most `side` px."""
        return bytes(self._do("preview", pool_tasks.preview, self._folder, spec.to_data(), side))

    def wear_preview(self, spec: WearSpec, side: int = 640) -> bytes:
        """Dress a photograph in a spec's first design, styles by the network; return WebP of at most `side` px."""
        return bytes(self._do("wear_preview", pool_tasks.wear_preview, self._folder, spec.to_data(), side))

    def grade_preview(self, spec: GradeSpec, side: int = 1024) -> bytes:
        """Grade a photograph by a spec; return WebP, its longer side at most `side` px."""
        return bytes(self._do("grade_preview", pool_tasks.grade_preview, self._folder, spec.to_data(), side))

    def find_mask(self, photo: InputSpec, marks: InputSpec) -> bytes:
        """Find the garment, wall or sofa that marks on a photograph lie on.

        Args:
            photo: the photograph.
            marks: a picture of its shape, white where the marks are.

        Returns:
            The mask as PNG, white for what was found.
        """
        data = [entry.model_dump(mode="json") for entry in (photo, marks)]
        return bytes(self._do("find_mask", pool_tasks.find_mask, self._folder, *data))

    def film_strip(self, spec: VideoSpec, count: int, side: int, also: tuple[int, ...] = ()) -> dict[str, Any]:
        """Return frames of the part of a clip that a spec paints.

        Args:
            spec: the film.
            count: how many frames, spread evenly.
            side: longer side of their pictures, px.
            also: numbers of more frames, from 1.

        Returns:
            `count`: how many frames the part has. `frames`: of each its `number`, `seconds` and `picture`, WebP in Base64.
        """
        arguments = self._folder, spec.to_data(), count, side, also
        found: dict[str, Any] = self._do("film_strip", film_tasks.strip, *arguments)
        return found

    def film_key(self, spec: VideoSpec, number: int) -> bytes:
        """Paint a frame of a film by itself, by the network, at the film's size; return PNG. Frames count from 1."""
        return bytes(self._do("film_key", film_tasks.key, self._folder, spec.to_data(), number))

    def film_effect(self, spec: VideoSpec, number: int, side: int = 256) -> list[dict[str, Any]]:
        """Paint the frames around a key as a spec's keys make them, by the network.

        Args:
            spec: the film.
            number: the key's, from 1.
            side: longer side of the pictures, px.

        Returns:
            Of some of these frames, `number` and `picture`, WebP in Base64.
        """
        arguments = self._folder, spec.to_data(), number, side
        found: list[dict[str, Any]] = self._do("film_effect", film_tasks.effect, *arguments)
        return found

    def film_regions(self, spec: VideoSpec, number: int, side: int = 384) -> list[dict[str, Any]]:
        """Paint frames around one on which a region is drawn, by the network; regions are followed, keys left out.

        Args:
            spec: the film.
            number: the frame's, from 1.
            side: longer side of the pictures, px.

        Returns:
            Of some of these frames, `number` and `picture`, WebP in Base64.
        """
        arguments = self._folder, spec.to_data(), number, side
        found: list[dict[str, Any]] = self._do("film_regions", film_tasks.regions, *arguments)
        return found

    def measure(self, entry: InputSpec) -> list[float]:
        """Return the statistics of a picture by which taste is compared, see `pinxit.design.taste.statistics`."""
        found: list[float] = self._do("measure", pool_tasks.measure, self._folder, entry.model_dump(mode="json"))
        return found

    def correspondence(self, spec: StylizeSpec) -> dict[str, Any]:
        """Match the regions of a spec's pictures; see `Correspondence`.

        Returns:
            `content`: rows of region numbers. `styles`: such rows of each style image; the numbers continue from one style
            image to the next. `assignment`: for each region of the content image, those of the style images.

        Raises:
            Refused: when the spec is not painted by regions, or assigns regions that do not exist.
        """
        found: dict[str, Any] = self._do("correspondence", pool_tasks.correspondence, self._folder, spec.to_data())
        return found

    def live_model(self, styles: Sequence[dict[str, Any]], strength: float = 1.0, size: int = 480) -> bytes:
        """Export a network for the page, with styles folded into it.

        Args:
            styles: the styles and their shares, `SharedStyleSpec` as JSON data.
            strength: 0 is the camera's picture, 1 the full style.
            size: longer side of the frames that it is for, px.

        Returns:
            An ONNX file.
        """
        return bytes(self._do("live_model", pool_tasks.live_model, self._folder, list(styles), strength, size))

    def _do(self, name: str, task: Callable[..., Any], *arguments: Any) -> Any:
        try:
            future = self._pool.schedule(task, args=arguments, timeout=self._seconds[name])
        except RuntimeError as error:  # the pool is stopped
            raise Unavailable(_STOPPING) from error
        self._pending.add(future)
        if self._is_closed:  # since it was scheduled
            future.cancel()  # type: ignore[no-untyped-call]
        try:
            return future.result()
        except CancelledError as error:
            raise Unavailable(_STOPPING) from error
        except TimeoutError as error:
            raise Refused("this took too long and was stopped: give something smaller.", "too_slow") from error
        except ProcessExpired as error:
            raise Refused("this cannot be read: it crashes its reader. Give another file.", "unreadable") from error
        except MemoryError as error:
            raise TooLarge("this does not fit into memory: make it smaller first.") from error
        except JobsError as error:
            raise type(error)(_without_paths(str(error), arguments), error.code) from error
        except PinxitError as error:
            raise Refused(_without_paths(str(error), arguments)) from error
        finally:
            self._pending.discard(future)


def _without_paths(sentence: str, arguments: tuple[Any, ...]) -> str:
    """Return a sentence without paths of this machine."""
    for one in arguments:
        if isinstance(one, str) and os.sep in one:
            sentence = sentence.replace(one, "the file").replace(Path(one).name, "the file")
    return sentence
