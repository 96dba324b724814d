"""`python -m pinxit.jobs.worker`: one process, one job. It may be killed at any moment, and dies when its server does.

The server writes lines of JSON to its standard input: the task, then what it wishes (`cancel`, `stop`, `pause`, `leave`).
The worker answers with lines of JSON: how it goes, and at last how it ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel

from pinxit.jobs.orphan import die_with_parent

# A cancelled job's picture is taken by whoever is there first: the engine between two items, or, so much later, another thread.
_SECONDS_PATIENT = 0.5
# As long as a worker of a server that is gone may still be about to die.
_SECONDS_FOR_LOCK = 30.0
LOCK = "lock"
"""The file in a job's folder that its worker holds."""
_NICENESS = 10
_PREVIEW_SIDE = 768
# At most so much of the time goes into previews.
_SHARE_OF_PREVIEWS = 0.1


class Task(BaseModel):
    """What a worker is told.

    Attributes:
        home: the store's folder.
        id: the job's and the result's.
        title: the result's.
        order: what is to be made.
    """

    home: Path
    id: str
    title: str
    order: dict[str, Any]

    @property
    def folder(self) -> Path:
        """The job's own."""
        return self.home / "jobs" / self.id


class Line:
    """The way to the server.

    Args:
        stream: where it goes.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def tell(self, event: str, **facts: Any) -> None:
        """One line."""
        with self._lock:
            self._stream.write(json.dumps({"event": event, **facts}).encode() + b"\n")
            self._stream.flush()


class Worker:
    """Paints one job.

    Args:
        task: which.
        line: whom to tell.
    """

    def __init__(self, task: Task, line: Line) -> None:
        self.task, self.line = task, line
        self.wish = ""
        self._claimed = threading.Lock()
        self._work: Any = None
        self._last: Any = None
        self._previews = 0
        self._preview_due = 0.0

    def run(self) -> None:
        """Paint to the end, or till the server wishes otherwise."""
        from pinxit.errors import PinxitError
        from pinxit.jobs.disk import is_full

        try:
            self._paint()
        except Exception as error:
            if is_full(error):
                self._fail("no_space", "the disk is full: make room, then try again.")
            elif _is_for_want_of_memory(error):
                self._fail("out_of_memory", "there is not enough memory for this: choose a smaller size.")
            elif isinstance(error, PinxitError):
                self._fail(getattr(error, "code", "cannot_paint"), str(error))
            else:
                _log_error()
                self._fail(
                    "internal", f"something went wrong within pinxit ({type(error).__name__}): please report it."
                )

    def _paint(self) -> None:
        from pinxit.jobs.files import Files
        from pinxit.jobs.orders import fingerprint, read_order
        from pinxit.jobs.work import begin

        order = read_order(self.task.order)
        if self._is_delivered(fingerprint(order)):
            self._end("succeeded", result=self.task.id)
            return
        self._work = begin(order, Files(self.task.home / "files"), self.task.folder)
        items = self._work.paint()
        for progress in items:
            self._last = progress
            self._tell_progress(progress)
            if self.wish:
                if not self._claimed.acquire(blocking=False):
                    threading.Event().wait()  # the other thread ends the process
                with _whatever_the_disk_says():
                    if self.wish in ("pause", "leave"):
                        self._work.keep(progress)
                with _whatever_the_disk_says():
                    close = getattr(items, "close", None)
                    if close is not None:
                        close()
                self._grant(self.wish)
                return
        if not self._claimed.acquire(blocking=False):
            threading.Event().wait()
        self._deliver(whole=True)
        self._end("succeeded", result=self.task.id)

    def listen(self, stream: IO[bytes]) -> None:
        """Hear what the server wishes; a server that is gone wishes nothing any more."""
        for text in stream:
            wish = json.loads(text)["wish"]
            self.wish = wish
            if wish == "stop" and self._last is None:
                continue  # what is kept is a picture: the engine's first one, which may be what was painted before
            if wish in ("pause", "leave") and self._last is not None:
                continue  # the engine will come to it, and nobody is waiting
            time.sleep(_SECONDS_PATIENT)
            if self._claimed.acquire(blocking=False):
                self._grant(wish)
                os._exit(0)
        os._exit(1)

    def _grant(self, wish: str) -> None:
        """End as the server wishes."""
        if wish in ("pause", "leave"):
            self._end("paused" if wish == "pause" else "left")
            return
        try:
            assert self._last is not None, "there is no picture yet"  # noqa: S101
            self._deliver(whole=False, kept=wish == "stop")
        except Exception:
            # No picture yet, or no room for it: what was wished above all is that it ends.
            _log_error()
            self._end("cancelled")
        else:
            self._end("cancelled" if wish == "cancel" else "succeeded", result=self.task.id)

    def _deliver(self, *, whole: bool, kept: bool = False) -> None:
        """Give the store what there is, the result last: until it has its name, nothing has happened."""
        from pinxit.jobs.delivery import deliver

        delivery = self._work.deliver(self._last, whole=whole)
        deliver(self.task, delivery, seconds=self._last.seconds, draft=not whole, kept=kept)

    def _is_delivered(self, order_sha256: str) -> bool:
        """Whether an earlier worker came as far as the end of this very order."""
        from pinxit.jobs import results
        from pinxit.jobs.errors import Missing

        with contextlib.suppress(Missing):
            result = results.read(self.task.home / "results", self.task.id)
            return not result.draft and result.order_sha256 == order_sha256
        return False

    def _tell_progress(self, progress: Any) -> None:
        now = time.monotonic()
        if now >= self._preview_due:
            self._preview(progress)
            took = time.monotonic() - now
            self._preview_due = time.monotonic() + max(self._work.seconds_between_previews, took / _SHARE_OF_PREVIEWS)
        frame, frames = getattr(progress, "frame", None), getattr(progress, "frames", None)
        done, whole = progress.seconds, progress.seconds + progress.seconds_left
        if frame is not None:
            # How long a film takes is known when some of it is painted.
            done, whole = frame, frames or 0
        self.line.tell(
            "progress",
            fraction=round(done / whole, 4) if whole > 0 else None,
            size=progress.size,
            done=list(progress.done),
            losses={name: float(f"{loss:.6g}") for name, loss in progress.losses.items()},
            facts=progress.facts,
            seconds=round(progress.seconds, 2),
            seconds_left=None if frame == 0 else round(progress.seconds_left, 1),
            preview=self._previews or None,
            frame=frame,
            frames=frames,
        )

    def _preview(self, progress: Any) -> None:
        from pinxit.errors import PinxitError
        from pinxit.picture import fit, to_bytes
        from pinxit.picture.writer import write_whole

        # Not every item has a picture, and a disk without room for a preview may have some for the result.
        with contextlib.suppress(PinxitError):
            picture = progress.picture()
            small = fit(picture, min(_PREVIEW_SIDE, max(picture.height, picture.width)))
            write_whole(to_bytes(small, kind="JPEG", quality=80), self.task.folder / "preview.jpg", overwrite=True)
            self._previews += 1

    def _fail(self, code: str, message: str) -> None:
        from pinxit.jobs.orders import files_of
        from pinxit.jobs.places import without_places

        sentence = without_places(message, [self.task.home], files_of(self.task.order))
        self._end("failed", error={"code": code, "message": sentence})

    def _end(self, state: str, **facts: Any) -> None:
        self.line.tell("ended", state=state, **facts)


def _log_error() -> None:
    """Print the error that is being handled, unless the disk on which the log is has no room for it."""
    with contextlib.suppress(OSError):
        traceback.print_exc()


@contextlib.contextmanager
def _whatever_the_disk_says() -> Iterator[None]:
    """Who is to end does so on a full disk, too: what was saved last is ten seconds old at most."""
    from pinxit.jobs.disk import is_full

    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise


def _warm_up() -> None:
    """Import and read what the usual order takes."""
    from pinxit.encoder.open import open_encoder
    from pinxit.jobs import paintings  # noqa: F401
    from pinxit.optimize import paint  # noqa: F401

    open_encoder("vgg16")


def _is_for_want_of_memory(error: Exception) -> bool:
    """PyTorch, ONNX Runtime and C++ say it by their errors' texts."""
    from pinxit.jobs.disk import causes

    words = ("memory", "bad_alloc", "bad alloc")
    return any(
        isinstance(one, MemoryError) or (isinstance(one, RuntimeError) and any(word in str(one) for word in words))
        for one in causes(error)
    )


def main() -> None:
    """Read the task, take the job's lock, paint."""
    # What is printed by anybody else goes to the log, not to the server.
    line = Line(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)  # as the server's, which does not reach machines of a cluster
    die_with_parent()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)
    first = sys.stdin.buffer.readline()
    if first == b'{"warm": true}\n':
        _warm_up()
        first = sys.stdin.buffer.readline()
    if not first:  # there is nothing to do, after all
        os._exit(0)
    task = Task.model_validate_json(first)
    worker = Worker(task, line)
    threading.Thread(target=worker.listen, args=(sys.stdin.buffer,), daemon=True).start()
    from filelock import FileLock, Timeout

    try:
        # Another worker, whose server was killed, may not know it yet: two must never write beside each other.
        with FileLock(task.folder / LOCK, timeout=_SECONDS_FOR_LOCK):
            worker.run()
            with contextlib.suppress(OSError):
                sys.stdout.flush()
            os._exit(0)  # without waiting for the threads of any library
    except Timeout:
        os._exit(75)


if __name__ == "__main__":
    main()
