"""A course of lessons: a network learns from its teacher, may be broken off anywhere and goes on as if it had not been."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.network.lesson import Lesson
from pinxit.network.teacher import Verdict
from pinxit.network.transformer import Network
from pinxit.whole import whole

WARM_UP = 50
"""Steps until the learning rate is reached: Adam's first steps know too little of the gradient's size to be long."""
STEEPEST = 10.0
"""The gradient's greatest norm: one painting in a thousand is unlike all others and would undo an hour."""
MEMORY = 0.995
"""What the average of the parameters keeps of itself at each step; it paints better than any of them."""


@dataclass(frozen=True)
class Plan:
    """How a course is given.

    Attributes:
        steps: in all; the learning rate falls to nothing over them.
        rate: the learning rate, of Adam.
        style_weight: what style counts against content.
        names: of the parameters that learn, by the beginning of their names; all where empty.
        half: whether the network computes in bfloat16 while it learns, at twice the pace where the processor can.
    """

    steps: int
    rate: float = 1e-3
    style_weight: float = 10.0
    names: tuple[str, ...] = ()
    half: bool = False


@dataclass(frozen=True)
class Step:
    """What came of a step.

    Attributes:
        number: from 1.
        content, style: the losses, means over the lesson.
    """

    number: int
    content: float
    style: float


class Course:
    """A network and what it needs to learn.

    Args:
        network: learns, in place.
        teacher: judges what it paints `(N, 3, H, W)` of photographs in the manner of paintings.
        lesson: the lesson of a number, always the same one.
        plan: how it learns.

    Attributes:
        done: steps done so far.
    """

    def __init__(
        self,
        network: Network,
        teacher: Callable[[Tensor, Tensor, Tensor], Verdict],
        lesson: Callable[[int], Lesson],
        plan: Plan,
    ) -> None:
        self.network = network
        self._teacher = teacher
        self._lesson = lesson
        self._plan = plan
        self._learning = {
            name: parameter
            for name, parameter in network.named_parameters()
            if not plan.names or name.startswith(plan.names)
        }
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(name in self._learning)
        self._optimizer = torch.optim.Adam(self._learning.values(), lr=plan.rate, betas=(0.9, 0.99))
        self._average = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
        self.done = 0

    def __iter__(self) -> Iterator[Step]:
        """The steps that are left."""
        while self.done < self._plan.steps:
            yield self._step()

    @property
    def average(self) -> dict[str, Tensor]:
        """The network's parameters, averaged over the last steps: what the course is for."""
        return self._average

    def _step(self) -> Step:
        plan, lesson = self._plan, self._lesson(self.done)
        photographs, paintings = torch.from_numpy(lesson.photographs), torch.from_numpy(lesson.paintings)
        for group in self._optimizer.param_groups:
            group["lr"] = plan.rate * self._pace()
        with torch.autocast("cpu", torch.bfloat16, enabled=plan.half):
            painted = self.network(photographs, paintings).float()
        verdict = self._teacher(painted, photographs, paintings)
        loss = verdict.total(plan.style_weight)
        if not torch.isfinite(loss):
            raise PinxitError("the network broke down while it learnt: lower the learning rate or the style weight.")
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._learning.values(), STEEPEST)
        self._optimizer.step()
        self.done += 1
        memory = min(MEMORY, self.done / (self.done + 10))
        with torch.no_grad():
            for name, parameter in self._learning.items():
                self._average[name].lerp_(parameter, 1 - memory)
        return Step(self.done, *(float(losses.detach().mean()) for losses in (verdict.content, verdict.style)))

    def _pace(self) -> float:
        """The share of the learning rate: up at first, then down along a cosine."""
        return min(1.0, (self.done + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * self.done / self._plan.steps))

    def save(self, path: Path) -> None:
        """Write all that `restore` needs, whole or not at all."""
        from safetensors.torch import save_file

        tensors = {f"average.{name}": value for name, value in self._average.items()}
        tensors |= {f"network.{name}": parameter.detach() for name, parameter in self._learning.items()}
        for name, parameter in self._learning.items():
            moments = self._optimizer.state.get(parameter, {})
            tensors |= {f"{moment}.{name}": moments[moment] for moment in ("exp_avg", "exp_avg_sq") if moments}
        with whole(path, overwrite=True) as part:
            # Apart, or parameters that have never changed would share their memory with their average.
            save_file({name: tensor.clone() for name, tensor in tensors.items()}, part, {"done": json.dumps(self.done)})

    def restore(self, path: Path) -> None:
        """Go on from what `save` wrote of a course with the same plan.

        Raises:
            PinxitError: when it is not that.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="pt") as file:
                done = int(json.loads((file.metadata() or {})["done"]))
                for name, value in self._average.items():
                    value.copy_(file.get_tensor(f"average.{name}"))
                for name, parameter in self._learning.items():
                    parameter.detach().copy_(file.get_tensor(f"network.{name}"))
                    if done:
                        moments = {
                            moment: file.get_tensor(f"{moment}.{name}").clone() for moment in ("exp_avg", "exp_avg_sq")
                        }
                        self._optimizer.state[parameter] = {"step": torch.tensor(float(done)), **moments}
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise PinxitError(f"{path.name} is not the state of this course: remove it to begin anew.") from error
        self.done = done
