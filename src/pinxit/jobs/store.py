"""What lies on the disk: files, results and answers in one folder, within a quota, used by one server at a time."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from pinxit.errors import PinxitError
from pinxit.jobs import home as homes
from pinxit.jobs.answers import Answers
from pinxit.jobs.disk import close_to_others, size_of
from pinxit.jobs.errors import NoRoom
from pinxit.jobs.files import Files
from pinxit.jobs.results import Result, Results

QUOTA = 20 << 30  # bytes
# s: how long a discarded result can be restored. The page offers it for 30 s, and its clock is not this one.
_SECONDS_TO_RESTORE = 35.0
# s: an upload that no job uses yet is kept this long.
_SECONDS_NEW = 3600.0
# bytes: of the disk that stay free whatever the quota.
_LEFT_FREE = 256 << 20
# s: how long a total of all files is used; adding it up takes some milliseconds.
_SECONDS_COUNTED = 5.0


class Store:
    """Files, results, and people's answers to blind comparisons.

    Args:
        home: the folder.
        quota: bytes that may be used.

    Raises:
        PinxitError: when another server uses the folder, a newer version made it, or it cannot be written.
    """

    def __init__(self, home: Path, quota: int = QUOTA) -> None:
        home = home.absolute()  # workers have another working directory
        self.home, self.quota = home, quota
        self._lock = threading.RLock()
        self._counted: tuple[float, int] | None = None
        self._in_use: list[Callable[[], set[str]]] = []
        self._on_removed: Callable[[Result], object] = lambda result: None
        self._on_restored: Callable[[Result], object] = lambda result: None
        # By discarded result: when it is deleted.
        self._discarded: dict[str, float] = {}
        self._timers: list[threading.Timer] = []
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            close_to_others(home)
            self._alone = FileLock(home / "lock", timeout=0)
            self._alone.acquire()
            self.name = homes.read(home).name
            self.files = Files(home / "files")
            self.results = Results(home / "results")
            self.answers = Answers(home / "answers.jsonl")
            self.jobs = home / "jobs"
            self.jobs.mkdir(exist_ok=True)
        except Timeout as error:
            raise PinxitError(
                f"another studio is at work in {home}: use that one, stop it, or give this one another --home."
            ) from error
        except OSError as error:
            raise PinxitError(
                f"{home} cannot be written ({error.strerror}): choose another folder by --home."
            ) from error
        self.files.sweep()

    def register(
        self,
        in_use: Callable[[], set[str]],
        on_removed: Callable[[Result], object],
        on_restored: Callable[[Result], object] = lambda result: None,
    ) -> None:
        """Register the jobs that use this store.

        Args:
            in_use: returns the SHA-256 of files that jobs need; called before any are removed.
            on_removed: called with each result that was removed or discarded.
            on_restored: called with each discarded result that was restored.
        """
        self.protect(in_use)
        self._on_removed, self._on_restored = on_removed, on_restored

    def protect(self, files: Callable[[], set[str]]) -> None:
        """Keep files as long as someone needs them.

        Args:
            files: returns their SHA-256; called before any are removed.
        """
        self._in_use.append(files)

    def close(self) -> None:
        """Delete what was discarded, and release the folder for another server."""
        for timer in self._timers:
            timer.cancel()
        with self._lock:
            for result in self.results.hidden:
                self.delete(result.id)
        self._alone.release()

    def set_name(self, name: str) -> str:
        """Store the name that distinguishes this folder's queue from others in the same database.

        Args:
            name: the name; a new one is made where it is empty.

        Returns:
            The name.
        """
        try:
            self.name = homes.write(self.home, name)
        except OSError as error:
            raise PinxitError(
                f"{self.home} cannot be written ({error.strerror}): make room, or check its permissions."
            ) from error
        return self.name

    def used(self) -> int:
        """Return the bytes used by everything in the folder: files, results, and the folders of open jobs."""
        with self._lock:
            if self._counted is None or time.monotonic() - self._counted[0] > _SECONDS_COUNTED:
                self._counted = (time.monotonic(), size_of(self.home))
            return self._counted[1]

    def make_room(self, wanted: int) -> None:
        """Make room for `wanted` bytes: remove unused uploads first, then the oldest drafts.

        Raises:
            NoRoom: when there is nothing left to remove.
        """
        with self._lock:
            self._counted = None
            short = self._short(wanted)
            if short <= 0:
                return
            for result in self.results.hidden:
                self._discarded.pop(result.id, None)
                self.delete(result.id)
            self._remove_orphans(short)
            drafts = sorted((one for one in self.results if one.draft and not one.kept), key=lambda one: one.made)
            for draft in drafts:
                if self._short(wanted) <= 0:
                    return
                self.delete(draft.id)
            if self._short(wanted) > 0:
                raise NoRoom(
                    f"the {self.quota / 2**30:.3g} GB that may be used are full: remove results that are not needed."
                    if self._over_quota(wanted) > 0
                    else "the disk is full: make room on it."
                )

    def delete(self, id: str) -> Result:
        """Remove a result, and those of its files that nothing else needs.

        Raises:
            Missing: when there is none of that id.
        """
        with self._lock:
            result = self.results.delete(id)
            own = {file.id for file in result.files} | ({result.cover} if result.cover else set())
            self._remove_orphans(0, among=own)
        self._on_removed(result)
        return result

    def discard(self, ids: list[str]) -> None:
        """Hide results and delete them half a minute later, unless they are restored; discarding one again begins anew.

        Raises:
            Missing: when there is none of an id.
        """
        with self._lock:
            for id in ids:
                if id not in self._discarded:
                    self._on_removed(self.results.hide(id))
                self._discarded[id] = time.monotonic() + _SECONDS_TO_RESTORE
            timer = threading.Timer(_SECONDS_TO_RESTORE, self._delete_discarded)
            timer.daemon = True
            timer.start()
            self._timers = [*(one for one in self._timers if one.is_alive()), timer]

    def restore(self, ids: list[str]) -> None:
        """Show discarded results again.

        Raises:
            Missing: when one has been deleted.
        """
        with self._lock:
            for id in ids:
                self._discarded.pop(id, None)
                self._on_restored(self.results.unhide(id))

    def _delete_discarded(self) -> None:
        with self._lock:
            due = [id for id, at in self._discarded.items() if at <= time.monotonic()]
            for id in due:
                del self._discarded[id]
                # A job that was tried again may have made it anew.
                if any(result.id == id for result in self.results.hidden):
                    self.delete(id)

    def _over_quota(self, wanted: int) -> int:
        return self.used() + wanted - self.quota

    def _short(self, wanted: int) -> int:
        """Return how many bytes are missing."""
        return max(self._over_quota(wanted), wanted + _LEFT_FREE - shutil.disk_usage(self.home).free)

    def _remove_orphans(self, enough: int, among: set[str] | None = None) -> None:
        """Remove files that no result needs, nor anything else that was given to `protect`.

        Args:
            enough: remove old files, the oldest first, until so many bytes are free.
            among: remove all orphans among these instead, however new.
        """
        needed = {id for result in (*self.results, *self.results.hidden) for id in result.ids}
        needed = needed.union(*(files() for files in self._in_use))
        if among is not None:
            candidates = sorted(among - needed)
        else:
            old = time.time() - _SECONDS_NEW
            by_age = sorted((used, id) for id, used in self.files.all() if used < old and id not in needed)
            candidates = [id for _, id in by_age]
        freed = 0
        for id in candidates:
            if among is None and freed >= enough:
                break
            freed += self.files.delete(id)
        self._counted = None
