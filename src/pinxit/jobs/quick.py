"""Short tasks that a person waits for, in processes that may crash, hang or run out of memory without harm to the server."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pinxit.errors import PinxitError
from pinxit.jobs import tasks
from pinxit.jobs.errors import JobsError, Refused, TooLarge
from pinxit.jobs.files import Files
from pinxit.jobs.orders import StylizeOrder

MOST_PIXELS = 100_000_000
# s, on a busy machine; a decoder that takes longer is being had.
_SECONDS = {"inspect": 30.0, "thumbnail": 20.0, "draw": 30.0, "preview": 20.0, "live_model": 60.0}
_MEMORY = 4 << 30
# A process that has done so much is replaced: whatever it may have leaked goes with it.
_MOST_TASKS = 500


class Quick:
    """A pool of such processes.

    Args:
        files: where files are.
        processes: how many.
        memory: bytes of data that each may have, where the system can see to that.
        seconds: how long each kind of task may take.
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
            initializer=tasks.prepare,
            initargs=(memory,),
            # Of a server with threads and locks no copy may be made.
            context=multiprocessing.get_context("spawn"),
        )
        self._warm = [self._pool.schedule(tasks.warm) for _ in range(count)]

    def close(self) -> None:
        """End them all."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def wait_till_warm(self) -> None:
        """Wait for all of them to have loaded what the first person would wait for."""
        for future in self._warm:
            future.exception()

    def inspect(self, path: Path, most_pixels: int = MOST_PIXELS) -> dict[str, Any]:
        """What a file is, decided by its content: `kind`, `media`, and how large it is.

        Raises:
            Refused: when it is nothing that pinxit reads, too large, damaged, or kills whoever reads it.
        """
        facts: dict[str, Any] = self._do("inspect", tasks.inspect, str(path), most_pixels)
        return facts

    def thumbnail(self, path: Path, side: int) -> bytes:
        """A file's picture, reduced, as WebP."""
        return bytes(self._do("thumbnail", tasks.thumbnail, str(path), side))

    def draw(self, name: str, side: int) -> bytes:
        """`house:NAME` or `sample:NAME`, as WebP."""
        return bytes(self._do("draw", tasks.draw, name, side))

    def preview(self, order: StylizeOrder, side: int = 640) -> bytes:
        """An order as the network paints it at once, at most so large, as WebP."""
        return bytes(self._do("preview", tasks.preview, self._folder, order.to_data(), side))

    def live_model(self, styles: Sequence[dict[str, Any]], strength: float = 1.0, size: int = 480) -> bytes:
        """A network for the page with styles folded into it, as ONNX."""
        return bytes(self._do("live_model", tasks.live_model, self._folder, list(styles), strength, size))

    def _do(self, name: str, task: Callable[..., Any], *arguments: Any) -> Any:
        future = self._pool.schedule(task, args=arguments, timeout=self._seconds[name])
        try:
            return future.result()
        except TimeoutError as error:
            raise Refused("this took too long and was broken off: give something smaller.", "too_slow") from error
        except ProcessExpired as error:
            raise Refused("this cannot be read: what read it broke down.", "unreadable") from error
        except MemoryError as error:
            raise TooLarge("this does not fit into memory: make it smaller first.") from error
        except JobsError as error:
            raise type(error)(_without(str(error), arguments), error.code) from error
        except PinxitError as error:
            raise Refused(_without(str(error), arguments)) from error


def _without(sentence: str, arguments: tuple[Any, ...]) -> str:
    """A sentence that names no places on this machine."""
    for one in arguments:
        if isinstance(one, str) and os.sep in one:
            sentence = sentence.replace(one, "the file").replace(Path(one).name, "the file")
    return sentence
