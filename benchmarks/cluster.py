"""Measure the cost and gain of a cluster.

The cost is the overhead of a task (dispatch, transfer, load) beside its painting, the gain the speed of two and three nodes
relative to one.

    python benchmarks/cluster.py [--pictures N] [--size PX] [--nodes 1,2,3]
    python benchmarks/cluster.py --kills 50
    python benchmarks/cluster.py --memory

The nodes are those of `ray.cluster_utils.Cluster`, all on this machine. With more nodes than processors, the efficiency is
that of the machine, not of the cluster. `--kills` kills workers at random while they paint real pictures, and fails unless
every result exists once, complete, and the same as on one machine. `--memory` measures the memory that the networks need.

Times are CPU seconds, which other programs on the machine hardly affect, unless they are labelled as wall-clock time.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import psutil

from pinxit import image as pictures
from pinxit.cluster.batch import BatchWorkload
from pinxit.cluster.connection import connected
from pinxit.cluster.resources import GIB, Resources
from pinxit.cluster.scheduler import Scheduler
from pinxit.cluster.tasks import Outcome, Workspace
from pinxit.preparation import StyleImage
from support.machine_info import describe

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.cluster.local_cluster import MIB, LocalCluster, tree

NEEDS = Resources(1, 0.0, 900 * MIB)
NAMES = ("cat", "coffee", "astronaut", "rocket", "motorcycle", "hubble")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=36)
    parser.add_argument("--size", type=int, default=768)
    parser.add_argument("--nodes", default="1,2,3")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    print(describe(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        if options.memory:
            memory()
        elif options.kills:
            kills(Path(folder), options.kills)
        else:
            scale(Path(folder), options.pictures, options.size, [int(count) for count in options.nodes.split(",")])


def batch(folder: Path, count: int, size: int, output: str) -> BatchWorkload:
    """Return a batch of `count` pictures."""
    for number in range(count):
        path = folder / "photos" / f"{number:04}.jpg"
        if not path.exists():
            pictures.write(pictures.fit(pictures.sample(NAMES[number % len(NAMES)]), 512), path)
    settings = {"engine": "network", "size": size}
    return BatchWorkload(str(folder / "photos"), str(folder / output), [StyleImage("house:swirl")], settings=settings)


def alone(order: BatchWorkload) -> list[float]:
    """Return the seconds of each task when they run in this process, one after the other."""
    workspace, took = Workspace({}), []
    for task in order.find_tasks()[0]:
        start = time.process_time()
        for _ in order.paint(task, workspace):
            pass
        took.append(time.process_time() - start)
    return took


@dataclass
class Run:
    """The results and times of a run on a cluster.

    Attributes:
        outcomes: the outcome of each task.
        began: wall-clock seconds until the workers started.
        lasted: wall-clock seconds from then to the end.
        driver: CPU seconds of the driver.
        painters: CPU seconds of all observed workers.
    """

    outcomes: list[Outcome]
    began: float
    lasted: float
    driver: float
    painters: float


def on_cluster(order: BatchWorkload, machines: LocalCluster, times: int = 1) -> Run:
    """Run all tasks `times` times."""
    outcomes: list[Outcome] = []
    seen: dict[int, float] = {}
    with connected(machines.address):
        start, began, driver, look_again = time.perf_counter(), 0.0, time.process_time(), 0.0
        for news in Scheduler(order, NEEDS).run(order.find_tasks()[0] * times):
            began = began or (time.perf_counter() if news.workers else 0.0)
            outcomes += news.outcomes
            if time.perf_counter() < look_again:
                continue
            look_again, looked = time.perf_counter() + 1, time.process_time()
            for process in machines.workers():
                with contextlib.suppress(psutil.Error):
                    seen[process.pid] = sum(process.cpu_times()[:2])
            driver += time.process_time() - looked  # not part of the work
        return Run(
            outcomes, began - start, time.perf_counter() - began, time.process_time() - driver, sum(seen.values())
        )


def scale(folder: Path, count: int, size: int, nodes: list[int]) -> None:
    """Print the overhead of a task, and the pictures per hour of one, two and three nodes."""
    took = alone(batch(folder, count, size, "alone"))
    print(f"{count} pictures at {size} px, one process without Ray: {statistics.median(took):.3f} s each", flush=True)
    first = 0.0
    for number in nodes:
        machines = LocalCluster(folder / "cache", count=number)
        try:
            run = on_cluster(batch(folder, count, size, f"many{number}"), machines)
        finally:
            machines.stop()
        claim(tree(folder / f"many{number}") == tree(folder / "alone"), "other bytes than on one machine")
        rate = count / run.lasted
        first = first or rate
        print(f"{number} nodes: workers started after {run.began:.1f} s, then {3600 * rate:,.0f} pictures an hour "
              f"by the clock, efficiency {rate / first / number:.0%}; CPU time of the workers {run.painters / count:.3f} s "
              f"a picture with their start, of the driver's {run.driver / count:.4f} s", flush=True)  # fmt: skip
    nothing(folder)


def nothing(folder: Path, times: int = 50) -> None:
    """Print the cost of a task whose result exists already."""
    small = batch(folder, 6, 64, "small")
    alone(small)
    own = statistics.median(alone(small))
    machines = LocalCluster(folder / "cache", count=1)
    try:
        run = on_cluster(small, machines, times)
    finally:
        machines.stop()
    print(f"a task that is already done: {own:.4f} s without Ray; on a cluster {run.driver / (6 * times):.4f} s of the "
          f"driver's processor, by the clock {run.lasted / (6 * times):.4f} s through one worker", flush=True)  # fmt: skip


def kills(folder: Path, count: int) -> None:
    """Kill `count` workers at random, and repeat the batch while results are missing."""
    pictures_count = 2 * count
    order = batch(folder, pictures_count, 320, "alone")
    names = sorted(task.name for task in order.find_tasks()[0])
    alone(order)
    machines = LocalCluster(folder / "cache")
    runs, given_up = 0, 0
    start = time.perf_counter()
    states: Counter[str] = Counter()
    try:
        with machines.killing(count, (0.5, 3.0)) as killed:
            while True:
                runs += 1
                outcomes = on_cluster(batch(folder, pictures_count, 320, "many"), machines).outcomes
                states.update(outcome.state for outcome in outcomes)
                given_up += sum(outcome.state == "failed" for outcome in outcomes)
                claim(sorted(outcome.name for outcome in outcomes) == names, "a task was lost or doubled")
                if any(outcome.state == "failed" for outcome in outcomes):
                    continue
                if len(killed) >= count:
                    break
                claim(tree(folder / "many") == tree(folder / "alone"), "a result is lost, doubled or half-written")
                for path in (folder / "many").glob("*"):
                    path.unlink()
    finally:
        machines.stop()
    claim(tree(folder / "many") == tree(folder / "alone"), "a result is lost, doubled or half-written")
    print(f"{len(killed)} workers killed in {runs} runs of {pictures_count} pictures ({time.perf_counter() - start:.0f} s): "
          f"{given_up} tasks were hit three times and left to the next run; in the end every result existed once, "
          f"complete and as on one machine ({dict(states)})")  # fmt: skip


def claim(holds: bool, otherwise: str) -> None:
    """Exit if a claim does not hold."""
    if not holds:
        sys.exit(f"FAILED: {otherwise}")


def memory() -> None:
    """Print the peak memory of a process, by engine and size."""
    for size in (64, 512, 1024, 2048, 4096):
        script = (
            "import resource\nfrom pinxit.preparation import prepare\n"
            f"for _ in prepare('sample:coffee', 'house:swirl', engine='network', size={size}).paint(): pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        print(f"network, {size} px: {float(done.stdout) / GIB:.2f} GB", flush=True)


if __name__ == "__main__":
    main()
