"""Paint a folder on a Ray cluster of one machine."""

from __future__ import annotations

import time
from pathlib import Path

from pinxit import image as pictures
from tests.cluster.local_cluster import LocalCluster
from tests.command_line import pinxit_process
from tests.telemetry.commands import SECONDS


def main() -> None:
    """Paint there, by the network, and let the cluster be for long enough that telemetry would be seen."""
    Path("photos").mkdir()
    for name in ("cat", "coffee"):
        pictures.write(pictures.fit(pictures.sample(name), 64), Path("photos") / f"{name}.jpg")
    # Without it Ray's head asks the metadata addresses of three clouds which of them it is in (docs/how-to/cluster.md).
    (Path.home() / "ray_bootstrap_config.yaml").write_text("{}")
    start = time.monotonic()
    machines = LocalCluster(Path("cache").resolve(), count=1)
    try:
        command = ("batch", "photos", "-s", "house:waves", "-o", "painted", "-p", "instant", "--size", 64)
        pinxit_process(*command, "--cluster", machines.address, folder=Path.cwd())
        time.sleep(max(0.0, start + SECONDS - time.monotonic()))
    finally:
        machines.stop()
    assert len(list(Path("painted").iterdir())) == 2


if __name__ == "__main__":
    main()
