"""Simulate 1 to 1,000 nodes from the measurements of benchmarks/cluster.py on three.

The simulation (discrete events, SimPy) prints pictures per hour, the cost of a million pictures, and the bottleneck.

    python benchmarks/scaling.py [--work NAME ...]

Measured: a task's CPU seconds of worker and driver, the start of a worker, and the bytes of a picture. Assumed: the machines'
price, their failures and stragglers, and the bandwidth of the storage (the fields of `Cluster`).
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy


@dataclass(frozen=True)
class Work:
    """A kind of task.

    Attributes:
        name: the name in the table.
        paint: median CPU seconds of a worker.
        spread: standard deviation of the logarithm of `paint`.
        read, written: bytes per task.
    """

    name: str
    paint: float
    spread: float
    read: float
    written: float


@dataclass(frozen=True)
class Cluster:
    """The properties of a cluster.

    Attributes:
        nodes: number of machines.
        painters: workers on each machine, one per core.
        price: $ per machine and hour.
        drivers: number of drivers, each with a part of the pictures.
        dispatch: CPU seconds of the driver per task; measured.
        start: seconds until a worker starts; measured.
        storage: bytes per second between the storage and all workers.
        latency: seconds until the storage answers.
        stragglers, slowness: the share of slow tasks, and how many times as long these take.
        hours: mean hours between two failures of one machine.
        away: seconds until a failed machine is replaced.
    """

    nodes: int
    painters: int = 16
    price: float = 0.70
    drivers: int = 1
    dispatch: float = 0.0026
    start: float = 1.5
    storage: float = 10e9
    latency: float = 0.05
    stragglers: float = 0.02
    slowness: float = 4.0
    hours: float = 30 * 24
    away: float = 300.0


NETWORK = Work("network, 768 px", 0.84, 0.15, 2.5e6, 0.5e6)
# 90 iterations of 0.15 s, 50 of 0.42 s and 20 of 1.29 s on two cores (docs/lab/performance.md).
OPTIMIZER = Work("optimizer, 512 px, standard", 120.0, 0.25, 2.5e6, 0.4e6)
NODES = (1, 3, 10, 30, 100, 300, 1000)
_EACH = 24  # tasks per worker, so that start and end of the batch are a small part
_MOST_UNITS = 100_000


@dataclass
class Result:
    """The result of a simulation."""

    rate: float
    driver: float
    storage: float
    repeated: float
    tail: float


class Batch:
    """The simulation of one batch on one cluster.

    Args:
        cluster: the machines.
        work: the kind of task.
        units: the number of tasks.
    """

    def __init__(self, cluster: Cluster, work: Work, units: int) -> None:
        self.cluster, self.work, self.units = cluster, work, units
        self.world = simpy.Environment()
        self.chance = random.Random(8)  # noqa: S311
        self.driver = simpy.Resource(self.world, cluster.drivers)
        # A transfer has the bandwidth of a network card, 1.25 GB/s; that many run in parallel.
        self.lanes = max(1, round(cluster.storage / 1.25e9))
        self.storage = simpy.Resource(self.world, self.lanes)
        self.waiting, self.done, self.repeated = units, 0, 0
        self.busy_driver = self.busy_storage = 0.0
        self.ends: list[float] = []
        self.all_done = self.world.event()

    def run(self) -> Result:
        """Run the simulation to its end."""
        for _ in range(self.cluster.nodes):
            self.world.process(self._node())
        self.world.run(self.all_done)
        lasted = self.world.now
        full = self.ends[int(0.99 * len(self.ends)) - 1]
        return Result(
            rate=3600 * self.units / lasted,
            driver=self.busy_driver / lasted / self.cluster.drivers,
            storage=self.busy_storage / lasted / self.lanes,
            repeated=self.repeated / self.units,
            tail=(lasted - full) / lasted,
        )

    def _node(self) -> Generator[Any, Any, None]:
        """Simulate a machine with its workers until it fails, then its replacement."""
        cluster = self.cluster
        while self.done < self.units:
            painters = [self.world.process(self._painter()) for _ in range(cluster.painters)]
            fails = self.world.timeout(self.chance.expovariate(1 / (3600 * cluster.hours)))
            yield fails | simpy.AllOf(self.world, painters)
            if not fails.processed:
                return
            for painter in painters:
                if painter.is_alive:
                    painter.interrupt()
            yield self.world.timeout(cluster.away)

    def _painter(self) -> Generator[Any, Any, None]:
        has_unit = False
        try:
            yield self.world.timeout(self.cluster.start)
            while self.waiting:
                self.waiting -= 1
                has_unit = True
                yield from self._dispatch()
                yield from self._transfer(self.work.read)
                yield self.world.timeout(self._seconds())
                yield from self._transfer(self.work.written)
                has_unit = False
                self.done += 1
                self.ends.append(self.world.now)
                if self.done == self.units:
                    self.all_done.succeed()
        except simpy.Interrupt:
            if has_unit:
                self.waiting += 1
                self.repeated += 1

    def _seconds(self) -> float:
        seconds = self.work.paint * math.exp(self.chance.gauss(0, self.work.spread))
        return seconds * (self.cluster.slowness if self.chance.random() < self.cluster.stragglers else 1)

    def _dispatch(self) -> Generator[Any, Any, None]:
        with self.driver.request() as turn:
            yield turn
            yield self.world.timeout(self.cluster.dispatch)
            self.busy_driver += self.cluster.dispatch

    def _transfer(self, count: float) -> Generator[Any, Any, None]:
        yield self.world.timeout(self.cluster.latency)
        with self.storage.request() as lane:
            yield lane
            yield self.world.timeout(count / 1.25e9)
            self.busy_storage += count / 1.25e9


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", action="append", choices=["network", "optimizer"])
    options = parser.parse_args()
    works = {"network": NETWORK, "optimizer": OPTIMIZER}
    for name in options.work or works:
        work = works[name]
        print(f"\n{work.name}: {work.paint:g} s of a core a picture\n")
        table(work, [Cluster(nodes) for nodes in NODES])
        print("\nwith eight drivers, each with an eighth of the pictures, and a storage of 100 GB/s\n")
        table(work, [Cluster(nodes, drivers=8, storage=100e9) for nodes in NODES[-3:]])
        print("\non machines at a third of the price that are taken away every four hours\n")
        table(work, [Cluster(nodes, price=0.23, hours=4) for nodes in (10, 100)])


def table(work: Work, clusters: list[Cluster]) -> None:
    """Print a line per cluster: load of driver and storage, the share painted twice, the share of time for the last 1 %."""
    print("| nodes | pictures an hour | efficiency | $ a million | driver | storage | twice | last 1 % |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for cluster in clusters:
        units = min(_MOST_UNITS, _EACH * cluster.nodes * cluster.painters)
        result = Batch(cluster, work, units).run()
        ideal = 3600 * cluster.nodes * cluster.painters / mean_seconds(work, cluster)
        cost = cluster.nodes * cluster.price / result.rate * 1e6
        print(f"| {cluster.nodes:,} | {result.rate:,.0f} | {result.rate / ideal:.0%} | {cost:,.0f} | {result.driver:.0%} "
              f"| {result.storage:.0%} | {result.repeated:.2%} | {result.tail:.0%} |", flush=True)  # fmt: skip


def mean_seconds(work: Work, cluster: Cluster) -> float:
    """Return the mean seconds of a worker per task if it never had to wait."""
    return work.paint * math.exp(work.spread**2 / 2) * (1 + cluster.stragglers * (cluster.slowness - 1))


if __name__ == "__main__":
    main()
