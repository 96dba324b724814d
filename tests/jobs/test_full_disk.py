"""A disk that is really full: requests are fulfilled all the same, and recorded when there is room."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clock import under_load

# A disk of eight megabytes, visible to this process alone.
_MOUNT = 'mount -t tmpfs -o size=8m tmpfs "$1" && shift && exec "$@"'
_SCRIPT = """
import json, os, sys, time
from pathlib import Path
import pinxit.jobs.service, pinxit.jobs.store
from pinxit.jobs.errors import NoRoom
from tests.jobs.conftest import LONG, QUICK, wait, wait_for, wait_for_progress

pinxit.jobs.service._ROOM = pinxit.jobs.store._LEFT_FREE = 0  # as if this disk were a large one
disk = Path(sys.argv[1])

def opened():
    store = pinxit.jobs.store.Store(disk / "home")
    jobs = pinxit.jobs.service.JobService(store, at_once=1, keep_warm=False)
    jobs.start()
    return jobs

if os.fork() == 0:
    jobs = opened()
    jobs.put("painted", LONG)
    for id in ("cancelled", "paused"):
        jobs.put(id, QUICK)
    wait_for_progress(jobs, "painted", 3)
    with (disk / "full").open("wb", 0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    left = os.statvfs(disk).f_bavail
    begin = time.monotonic()
    states = [jobs.cancel("cancelled").state, jobs.pause("paused").state]
    jobs.cancel("painted")
    wait_for(jobs, "painted", "cancelled")
    seconds = time.monotonic() - begin
    refused = ""
    for number in range(2000):  # some pages of the database's log may be free
        try:
            jobs.put(f"late{number}", QUICK)
        except NoRoom as error:
            refused = str(error)
            break
    (disk / "full").unlink()
    wait(lambda: jobs._pending._notes or jobs._queue.pending_runs(), lambda left: not left)
    wait_for(jobs, "late0", "succeeded") if "late0" in jobs._table else None
    jobs.put("late", QUICK)
    wait_for(jobs, "late", "succeeded")
    print(json.dumps({"left": left, "states": states, "seconds": seconds, "refused": refused}), flush=True)
    os._exit(0)  # as a lack of power does
os.wait()
jobs = opened()
wait_for(jobs, "late", "succeeded")  # whose end the database may not have heard of
print(json.dumps({id: jobs.get(id).state for id in ("painted", "cancelled", "paused", "late")}), flush=True)
print(jobs.get("painted").error, file=sys.stderr)
jobs.resume("paused")
wait_for(jobs, "paused", "succeeded")
jobs.close(5)
"""


@pytest.mark.slow(reason="fills a disk, and starts the queue twice on it")
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("unshare"), reason="needs Linux's unshare")
def test_requests_are_fulfilled_on_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    # Root makes a namespace of mounts alone, anybody else one of users, too.
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    mounted = [*own, "sh", "-c", _MOUNT, "sh", str(disk)]
    if subprocess.run([*mounted, "true"], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    done = subprocess.run(
        [*mounted, sys.executable, "-c", _SCRIPT, str(disk)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    full, after = map(json.loads, done.stdout.splitlines())
    assert full["left"] == 0
    assert full["states"] == ["cancelled", "paused"]
    assert full["seconds"] < under_load(10)
    assert "disk is full" in full["refused"]
    assert after == {"painted": "cancelled", "cancelled": "cancelled", "paused": "paused", "late": "succeeded"}, (
        done.stderr
    )
