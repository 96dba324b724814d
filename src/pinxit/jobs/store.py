"""What lies on the disk: files and results under one folder, which only one server uses at a time, within a quota."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from pinxit.errors import PinxitError
from pinxit.jobs import home as homes
from pinxit.jobs.disk import close_to_others, size_of
from pinxit.jobs.errors import NoRoom
from pinxit.jobs.files import Files
from pinxit.jobs.results import Result, Results

QUOTA = 20 << 30
# What nobody needs is not removed under the hands of those who have just uploaded it.
_SECONDS_NEW = 3600.0
# Of the disk, so many bytes stay free whatever the quota says.
_LEFT_FREE = 256 << 20
# Adding up all files takes some milliseconds.
_SECONDS_COUNTED = 5.0


class Store:
    """Files and results.

    Args:
        home: the folder.
        quota: bytes that may be used.

    Raises:
        PinxitError: when another server uses the folder, a newer version made it, or it cannot be written.
    """

    def __init__(self, home: Path, quota: int = QUOTA) -> None:
        home = home.absolute()  # workers work elsewhere
        self.home, self.quota = home, quota
        self._lock = threading.RLock()
        self._counted: tuple[float, int] | None = None
        self.in_use: Callable[[], set[str]] = set
        self.removed: Callable[[Result], None] = lambda result: None
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            close_to_others(home)
            self._alone = FileLock(home / "lock", timeout=0)
            self._alone.acquire()
            self.name = homes.read(home).name
            self.files = Files(home / "files")
            self.results = Results(home / "results")
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

    def close(self) -> None:
        """Let another server use the folder."""
        self._alone.release()

    def call(self, name: str) -> str:
        """Note what tells this folder's queue from others in the same database; a new name where it is empty."""
        try:
            self.name = homes.write(self.home, name)
        except OSError as error:
            raise PinxitError(
                f"{self.home} cannot be written ({error.strerror}): make room, or check its permissions."
            ) from error
        return self.name

    def used(self) -> int:
        """Bytes that all within the folder takes: files and results, jobs that wait, and what they take to go on."""
        with self._lock:
            if self._counted is None or time.monotonic() - self._counted[0] > _SECONDS_COUNTED:
                self._counted = (time.monotonic(), size_of(self.home))
            return self._counted[1]

    def make_room(self, wanted: int) -> None:
        """See that so many bytes more may be used: the oldest drafts go first, and uploads that nobody needs.

        Raises:
            NoRoom: when there is nothing left to remove.
        """
        with self._lock:
            self._counted = None
            short = self._short(wanted)
            if short <= 0:
                return
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
        """Remove a result, and its files as far as nothing else needs them.

        Raises:
            Missing: when there is none.
        """
        with self._lock:
            result = self.results.delete(id)
            self._remove_orphans(0, of={part.id for part in result.files} | ({result.cover} if result.cover else set()))
        self.removed(result)
        return result

    def _over_quota(self, wanted: int) -> int:
        return self.used() + wanted - self.quota

    def _short(self, wanted: int) -> int:
        """Bytes that are missing."""
        return max(self._over_quota(wanted), wanted + _LEFT_FREE - shutil.disk_usage(self.home).free)

    def _remove_orphans(self, enough: int, of: set[str] | None = None) -> None:
        """Remove files that neither a result nor a job needs: any old ones till there is enough, or some, however new."""
        needed = {id for result in self.results for id in result.ids} | self.in_use()
        if of is not None:
            candidates = sorted(of - needed)
        else:
            old = time.time() - _SECONDS_NEW
            seen = sorted((used, id) for id, used in self.files.all() if used < old and id not in needed)
            candidates = [id for _, id in seen]
        freed = 0
        for id in candidates:
            if of is None and freed >= enough:
                break
            freed += self.files.delete(id)
        self._counted = None
