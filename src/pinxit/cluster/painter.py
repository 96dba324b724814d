"""A painter: an actor that stays, with its encoder and its networks, and does one unit after another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pinxit import __version__
from pinxit.cluster.needs import Needs
from pinxit.cluster.units import Bench, Outcome, Step, Work, judged
from pinxit.errors import PinxitError


class Painter:
    """What Ray runs on a node.

    Args:
        work: what there is to do.
        supplies: files that the driver has, name → bytes.
        needs: what Ray keeps for it.
        version: of the driver's pinxit: another one might paint otherwise.
    """

    def __init__(self, work: Work, supplies: Mapping[str, bytes], needs: Needs, version: str) -> None:
        self._work, self._supplies, self._needs, self._version = work, supplies, needs, version
        self._bench: Bench | None = None
        self._step = Step(0.0)

    def ready(self) -> tuple[str, str, str]:
        """Move in; the node's id, its address, and what speaks against painting on it."""
        import ray

        context = ray.get_runtime_context()
        node, host = context.get_node_id(), str(ray.util.get_node_ip_address())  # type: ignore[no-untyped-call]
        # PyTorch and the networks, which are loaded with the first unit and stay, heed it.
        os.environ["OMP_NUM_THREADS"] = str(self._needs.cpus)
        if not self._needs.gpus:
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        try:
            if self._version != __version__:
                raise PinxitError(f"it has pinxit {__version__}, this machine {self._version}")
            self._work.check()
            self._bench = Bench(self._supplies)
        except (OSError, PinxitError) as error:
            return node, host, judged("", error).sentence
        return node, host, ""

    def paint(self, unit: Any) -> Outcome:
        """Do a unit; whatever is wrong with it is told in the outcome."""
        self._step = Step(0.0)
        if self._bench is None:
            raise AssertionError("not ready")
        steps = self._work.paint(unit, self._bench)
        try:
            while True:
                self._step = next(steps)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        except Exception as error:
            return judged(unit.name, error)

    def where(self) -> Step:
        """Where it is in its unit; answered while it paints."""
        return self._step
