"""Measures what a cluster costs and gains: the overhead of a unit (dispatch, transfer, load) against its painting, and how much
faster two and three nodes are than one.

    python benchmarks/cluster.py [--pictures N] [--size PX] [--nodes 1,2,3]
    python benchmarks/cluster.py --kills 50
    python benchmarks/cluster.py --memory

The nodes are `ray.cluster_utils.Cluster`'s, on this one machine: with more nodes than processors the efficiency is that of the
machine, not of the cluster. `--kills` kills painters by chance while they paint real pictures, and fails unless every result is
there once, whole, and the same as on one machine. `--memory` measures what the networks need, which `pinxit.cluster.needs` declares.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from machine import describe
from pinxit import picture as pictures
from pinxit.cluster.batch import Batch
from pinxit.cluster.connection import connected
from pinxit.cluster.crew import Crew
from pinxit.cluster.needs import GIB, Needs
from pinxit.cluster.units import Bench, Outcome
from pinxit.job import StyleImage

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.cluster.machines import MIB, Machines, tree

NEEDS = Needs(1, 0.0, 900 * MIB)
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


def batch(folder: Path, count: int, size: int, output: str) -> Batch:
    """So many pictures."""
    for number in range(count):
        path = folder / "photos" / f"{number:04}.jpg"
        if not path.exists():
            pictures.write(pictures.fit(pictures.sample(NAMES[number % len(NAMES)]), 512), path)
    settings = {"engine": "network", "size": size}
    return Batch(str(folder / "photos"), str(folder / output), [StyleImage("house:swirl")], settings=settings)


def alone(order: Batch) -> list[float]:
    """The same units in this process, one after the other: seconds of each."""
    bench, took = Bench({}), []
    for unit in order.units():
        start = time.perf_counter()
        for _ in order.paint(unit, bench):
            pass
        took.append(time.perf_counter() - start)
    return took


def on_cluster(order: Batch, machines: Machines) -> tuple[float, float, list[Outcome]]:
    """Seconds until the first painter had begun, seconds from there to the end, and what came of the units."""
    outcomes: list[Outcome] = []
    with connected(machines.address):
        start, began = time.perf_counter(), 0.0
        for news in Crew(order, NEEDS).paint(order.units()):
            if not began and news.painters:
                began = time.perf_counter()
            outcomes += news.outcomes
        return began - start, time.perf_counter() - began, outcomes


def scale(folder: Path, count: int, size: int, nodes: list[int]) -> None:
    """The overhead of a unit, and the pictures an hour of one, two and three nodes."""
    took = alone(batch(folder, count, size, "alone"))
    paint = statistics.median(took)
    print(f"{count} pictures at {size} px, one process without Ray: {paint:.3f} s each (median), "
          f"{3600 * count / sum(took):,.0f} an hour", flush=True)  # fmt: skip
    first = 0.0
    for nodes_now in nodes:
        machines = Machines(folder / "cache", count=nodes_now)
        try:
            started, seconds, outcomes = on_cluster(batch(folder, count, size, f"many{nodes_now}"), machines)
        finally:
            machines.stop()
        claim(tree(folder / f"many{nodes_now}") == tree(folder / "alone"), "other bytes than on one machine")
        inside = [float(outcome.report["seconds"]) for outcome in outcomes]
        rate = count / seconds
        first = first or rate
        print(f"{nodes_now} nodes: painters began after {started:.1f} s, then {3600 * rate:,.0f} an hour, efficiency "
              f"{rate / first / nodes_now:.0%}; a unit takes {nodes_now / rate:.3f} s of a painter, the engine "
              f"{statistics.median(inside):.3f} s of them", flush=True)  # fmt: skip
    empty(folder, nodes[-1])


def empty(folder: Path, nodes: int, count: int = 200) -> None:
    """What is left of a unit's time when there is nothing to paint: the results are there already."""
    small = batch(folder, 6, 64, "small")
    alone(small)
    machines = Machines(folder / "cache", count=1)
    try:
        with connected(machines.address):
            start = 0.0
            units = [unit for _ in range(count // 6) for unit in small.units()]
            for news in Crew(small, NEEDS).paint(units):
                start = start or (time.perf_counter() if news.painters else 0.0)
            seconds = time.perf_counter() - start
    finally:
        machines.stop()
    own = statistics.median(alone(small))
    print(f"a unit that is done already: {seconds / len(units):.4f} s through one painter, {own:.4f} s without Ray: "
          f"dispatch and transfer take {seconds / len(units) - own:.4f} s", flush=True)  # fmt: skip


def kills(folder: Path, count: int) -> None:
    """Kill painters by chance until so many are dead, running the batch again while anything is missing."""
    pictures_count = 2 * count
    order = batch(folder, pictures_count, 320, "alone")
    names = sorted(unit.name for unit in order.units())
    alone(order)
    machines = Machines(folder / "cache")
    killed, runs, given_up = 0, 0, 0
    ended = threading.Event()

    def kill() -> None:
        nonlocal killed
        chance = random.Random(8)  # noqa: S311
        while killed < count and not ended.wait(chance.uniform(0.2, 1.5)):
            painters = machines.painters()
            if painters:
                os.kill(chance.choice(painters).pid, signal.SIGKILL)
                killed += 1

    killer = threading.Thread(target=kill)
    killer.start()
    start = time.perf_counter()
    states: Counter[str] = Counter()
    try:
        while True:
            runs += 1
            _, _, outcomes = on_cluster(batch(folder, pictures_count, 320, "many"), machines)
            states.update(outcome.state for outcome in outcomes)
            given_up += sum(outcome.state == "failed" for outcome in outcomes)
            claim(sorted(outcome.name for outcome in outcomes) == names, "a unit was lost or doubled")
            if killed >= count and all(outcome.state != "failed" for outcome in outcomes):
                break
            if killed < count and all(outcome.state != "failed" for outcome in outcomes):
                for path in (folder / "many").glob("*"):
                    path.unlink()
    finally:
        ended.set()
        killer.join()
        machines.stop()
    claim(tree(folder / "many") == tree(folder / "alone"), "a result is lost, doubled or half-written")
    print(f"{killed} painters killed in {runs} runs of {pictures_count} pictures ({time.perf_counter() - start:.0f} s): "
          f"{given_up} units were hit three times and given up for the next run; in the end every result was there once, "
          f"whole and as on one machine ({dict(states)})")  # fmt: skip


def claim(holds: bool, otherwise: str) -> None:
    """End where a claim does not hold."""
    if not holds:
        sys.exit(f"FAILED: {otherwise}")


def memory() -> None:
    """The most memory that a process takes by engine and size."""
    for size in (64, 512, 1024, 2048, 4096):
        script = (
            "import resource\nfrom pinxit.job import prepare\n"
            f"for _ in prepare('sample:coffee', 'house:swirl', engine='network', size={size}).paint(): pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        print(f"network, {size} px: {float(done.stdout) / GIB:.2f} GB", flush=True)


if __name__ == "__main__":
    main()
