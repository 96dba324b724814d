"""`python -m pinxit.jobs.worker`: one process paints one job. It may be killed at any moment, and dies with its server.

`pinxit.jobs.protocol` describes the lines of JSON on its standard input and output.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from typing import IO, Any

from pinxit.jobs.parent_death import die_with_parent
from pinxit.jobs.protocol import LOCK, WARM_UP, Task

# s: how long the engine has to reach its next item before another thread ends a job in its place.
_SECONDS_TO_NEXT_ITEM = 0.5
# s: how long the worker of a server that is gone may need to die.
_SECONDS_FOR_LOCK = 30.0
_NICENESS = 10
# Share of a texture's time that its preparation takes, by engine: a network paints in seconds what takes a minute to quilt.
_SHARE_OF_PREPARATION = {"network": 0.75, "optimizer": 0.1}
# What a progress event says of things that are not known yet.
_NOTHING_KNOWN: dict[str, Any] = {
    "size": None, "full_size": None, "early_stop": None, "done": (), "losses": {}, "facts": "", "frame": None, "frames": None,
}  # fmt: skip
# Largest share of the time that previews may take.
_SHARE_OF_PREVIEWS = 0.1


class Connection:
    """The worker's end of the pipe to its server.

    Args:
        stream: where lines are written.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def send(self, event: str, **facts: Any) -> None:
        """Write one line of JSON."""
        with self._lock:
            self._stream.write(json.dumps({"event": event, **facts}).encode() + b"\n")
            self._stream.flush()


class Worker:
    """Paints one job.

    Args:
        task: the job.
        server: where events are sent.
    """

    def __init__(self, task: Task, server: Connection) -> None:
        self.task, self.server = task, server
        self._request = ""
        # Held by the one thread that ends the job.
        self._ending = threading.Lock()
        self._runner: Any = None
        self._last: Any = None
        self._previews: Any = None
        self._preview_due = 0.0
        self._begun = time.monotonic()
        # Time that workers before this one painted, and time until this one began to paint; unknown until its first item.
        self._earlier, self._startup = 0.0, 0.0
        self._prepared = 0.0
        self._event: dict[str, Any] = {}

    def run(self) -> None:
        """Paint to the end, or until the server requests something else."""
        from pinxit.errors import PinxitError
        from pinxit.jobs.disk import is_full

        try:
            self._paint()
        except Exception as error:
            if is_full(error):
                self._fail("no_space", "the disk is full: make room, then try again.")
            elif _is_out_of_memory(error):
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
        from pinxit.jobs.previews import Previews
        from pinxit.jobs.runners.registry import open_runner
        from pinxit.jobs.specs import fingerprint, read_spec
        from pinxit.recipe.recipe import Settings

        spec = read_spec(self.task.order)
        if self._is_published(fingerprint(spec)):
            self._end("succeeded", result=self.task.id)
            return
        self._previews = Previews(self.task.folder)
        engine = self.task.order.get("engine") or Settings.choose({"preset": self.task.order.get("preset")}).engine

        def on_preparing(share: float) -> None:
            self._prepared = _SHARE_OF_PREPARATION[engine]
            self._send_preparing(share)

        self._runner = open_runner(spec, Files(self.task.home / "files"), self.task.folder, on_preparing)
        items = self._runner.paint()
        for progress in items:
            if self._last is None:
                self._startup = time.monotonic() - self._begun
                self._earlier = max(0.0, progress.seconds - self._startup)
            self._last = progress
            self._send_progress(progress)
            if self._request:
                self._claim_ending()
                with _ignore_full_disk():
                    if self._request in ("pause", "leave"):
                        self._runner.save_checkpoint(progress)
                with _ignore_full_disk():
                    close = getattr(items, "close", None)
                    if close is not None:
                        close()
                self._end_as_requested(self._request)
                return
        self._claim_ending()
        self.server.send("progress", **{**self._event, "phase": "finishing", "seconds_left": None})
        self._publish(whole=True)
        self._end("succeeded", result=self.task.id, startup=round(self._startup, 2))

    def listen(self, stream: IO[bytes]) -> None:
        """Read the server's requests until it is gone; end the process then."""
        for text in stream:
            request = json.loads(text)["request"]
            self._request = request
            if request == "stop" and self._last is None:
                continue  # there is no picture to keep before the engine's first item
            if request in ("pause", "leave") and self._last is not None:
                continue  # the engine reaches its next item in time
            time.sleep(_SECONDS_TO_NEXT_ITEM)
            if self._ending.acquire(blocking=False):
                self._end_as_requested(request)
                os._exit(0)
        os._exit(1)

    def _claim_ending(self) -> None:
        """Become the thread that ends the job, or wait until the other thread has ended the process."""
        if not self._ending.acquire(blocking=False):
            threading.Event().wait()

    def _end_as_requested(self, request: str) -> None:
        if request != "stop":
            self._end({"pause": "paused", "leave": "left", "cancel": "cancelled"}[request])
            return
        try:
            self._publish(whole=False)
        except Exception:
            # There is no room for the picture. Ending matters more than keeping it.
            _log_error()
            self._end("cancelled")
        else:
            self._end("succeeded", result=self.task.id, startup=round(self._startup, 2))

    @property
    def _seconds(self) -> float:
        """How long the job has taken so far, in this worker and those before, s."""
        return self._earlier + time.monotonic() - self._begun

    def _publish(self, *, whole: bool) -> None:
        from pinxit.jobs.results import publish

        output = self._runner.output(self._last, whole=whole)
        publish(self.task, output, seconds=self._seconds, draft=not whole, kept=not whole)

    def _is_published(self, fingerprint: str) -> bool:
        """Whether an earlier worker finished a job with this spec."""
        from pinxit.jobs import results
        from pinxit.jobs.errors import Missing

        with contextlib.suppress(Missing):
            result = results.read(self.task.home / "results", self.task.id)
            return not result.draft and result.order_sha256 == fingerprint
        return False

    def _send_progress(self, progress: Any) -> None:
        now = time.monotonic()
        if now >= self._preview_due:
            self._write_preview(progress)
            took = time.monotonic() - now
            self._preview_due = time.monotonic() + max(self._runner.seconds_between_previews, took / _SHARE_OF_PREVIEWS)
        frame, frames = getattr(progress, "frame", None), getattr(progress, "frames", None)
        done, whole = progress.seconds, progress.seconds + progress.seconds_left
        if frame is not None:
            # The time that a video takes is unknown until some frames are painted.
            done, whole = frame, frames or 0
        share = done / whole if whole > 0 else None
        self._send(
            phase="painting",
            fraction=None if share is None else round(self._prepared + (1 - self._prepared) * share, 4),
            size=progress.size,
            full_size=getattr(progress, "full_size", None),
            early_stop=getattr(progress, "early_stop", None),
            done=list(progress.done),
            losses={name: float(f"{loss:.6g}") for name, loss in progress.losses.items()},
            facts=progress.facts,
            seconds_left=round(progress.seconds_left, 1) if math.isfinite(progress.seconds_left) else None,
            frame=frame,
            frames=frames,
        )

    def _send_preparing(self, share: float) -> None:
        fraction = share * self._prepared
        left = self._seconds / fraction - self._seconds
        self._send(phase="preparing", fraction=round(fraction, 4), seconds_left=round(left, 1))

    def _send(self, **known: Any) -> None:
        """Send what is known of the progress, the same fields each time, and remember it."""
        now = {"seconds": round(self._seconds, 2), "preview": self._previews.last or None}
        self._event = {**_NOTHING_KNOWN, **now, **known}
        self.server.send("progress", **self._event)

    def _write_preview(self, progress: Any) -> None:
        from pinxit.errors import PinxitError

        # Not every item has a picture, and a disk without room for a preview may have room for the result.
        with contextlib.suppress(PinxitError):
            self._previews.write(progress.picture())

    def _fail(self, code: str, message: str) -> None:
        from pinxit.jobs.redaction import redact_paths
        from pinxit.jobs.specs import files_of

        sentence = redact_paths(message, [self.task.home], files_of(self.task.order))
        self._end("failed", error={"code": code, "message": sentence})

    def _end(self, state: str, **facts: Any) -> None:
        self.server.send("ended", state=state, **facts)


def _log_error() -> None:
    """Print the error being handled; a full disk may have no room for it in the log."""
    with contextlib.suppress(OSError):
        traceback.print_exc()


@contextlib.contextmanager
def _ignore_full_disk() -> Iterator[None]:
    """Let a job end on a full disk, too: its latest checkpoint is at most ten seconds old."""
    from pinxit.jobs.disk import is_full

    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise


def _warm_up() -> None:
    """Import and load what most jobs need."""
    from pinxit.encoder.open import open_encoder
    from pinxit.jobs.runners import registry, stylize  # noqa: F401
    from pinxit.optimize import paint  # noqa: F401

    open_encoder("vgg16")


def _is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out; PyTorch, ONNX Runtime and C++ report that only in the texts of other errors."""
    from pinxit.jobs.disk import causes

    words = ("memory", "bad_alloc", "bad alloc")
    return any(
        isinstance(one, MemoryError) or (isinstance(one, RuntimeError) and any(word in str(one) for word in words))
        for one in causes(error)
    )


def main() -> None:
    """Read the task, lock the job's folder, and paint."""
    # Whatever libraries print goes to the log, not to the server.
    server = Connection(os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)  # the server's, which machines of a cluster do not inherit
    die_with_parent()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)
    first = sys.stdin.buffer.readline()
    if first and json.loads(first) == WARM_UP:
        _warm_up()
        first = sys.stdin.buffer.readline()
    if not first:  # the server has closed the pipe: there is no work
        os._exit(0)
    task = Task.model_validate_json(first)
    worker = Worker(task, server)
    threading.Thread(target=worker.listen, args=(sys.stdin.buffer,), daemon=True).start()
    from filelock import FileLock, Timeout

    try:
        # A worker whose server was killed may not know it yet: two must never write into one folder.
        with FileLock(task.folder / LOCK, timeout=_SECONDS_FOR_LOCK):
            worker.run()
            with contextlib.suppress(OSError):
                sys.stdout.flush()
            os._exit(0)  # without waiting for threads of libraries
    except Timeout:
        os._exit(75)


if __name__ == "__main__":
    main()
