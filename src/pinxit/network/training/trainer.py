"""The training loop: interruptible anywhere, and resumed with exactly the same result."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.files.atomic import atomic_file
from pinxit.network.model import Network
from pinxit.network.training.dataset import Batch
from pinxit.network.training.perceptual_loss import BatchLosses

WARM_UP = 50
"""Steps until the learning rate is reached; before them Adam has too few gradients to estimate their size."""
MAX_GRADIENT_NORM = 10.0
"""Norm to which gradients are clipped: one unusual painting in a thousand could undo an hour of training."""
AVERAGE_DECAY = 0.995
"""Decay of the running average of the parameters, which paints better than the parameters of any step."""


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a training.

    Attributes:
        steps: the number of steps, over which the learning rate falls to 0.
        rate: the learning rate of Adam.
        style_weight: the weight of the style loss relative to the content loss.
        names: prefixes of the names of the parameters to train; all where empty.
        half: whether to compute the network in bfloat16, at twice the speed on processors that support it.
    """

    steps: int
    rate: float = 1e-3
    style_weight: float = 10.0
    names: tuple[str, ...] = ()
    half: bool = False


@dataclass(frozen=True)
class StepReport:
    """The result of a training step.

    Attributes:
        number: the step's number, from 1.
        content: the content loss, mean over the batch.
        style: the style loss, mean over the batch.
    """

    number: int
    content: float
    style: float


class Trainer:
    """A network and the state of its training.

    Args:
        network: the network, trained in place.
        loss: returns the losses of paintings `(N, 3, H, W)`, given them, the photographs and the style images.
        batch: returns the batch of a number, always the same one.
        config: the settings.

    Attributes:
        done: steps done so far.
    """

    def __init__(
        self,
        network: Network,
        loss: Callable[[Tensor, Tensor, Tensor], BatchLosses],
        batch: Callable[[int], Batch],
        config: TrainingConfig,
    ) -> None:
        self.network = network
        self._loss = loss
        self._batch = batch
        self._config = config
        self._trained = {
            name: parameter
            for name, parameter in network.named_parameters()
            if not config.names or name.startswith(config.names)
        }
        for name, parameter in network.named_parameters():
            parameter.requires_grad_(name in self._trained)
        self._optimizer = torch.optim.Adam(self._trained.values(), lr=config.rate, betas=(0.9, 0.99))
        self._average = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
        self.done = 0

    def __iter__(self) -> Iterator[StepReport]:
        """Yield the remaining steps."""
        while self.done < self._config.steps:
            yield self._step()

    @property
    def average(self) -> dict[str, Tensor]:
        """The network's parameters, averaged over the last steps: the result of the training."""
        return self._average

    def _step(self) -> StepReport:
        config, batch = self._config, self._batch(self.done)
        photographs, paintings = torch.from_numpy(batch.photographs), torch.from_numpy(batch.paintings)
        for group in self._optimizer.param_groups:
            group["lr"] = config.rate * self._rate_factor()
        with torch.autocast("cpu", torch.bfloat16, enabled=config.half):
            painted = self.network(photographs, paintings).float()
        losses = self._loss(painted, photographs, paintings)
        loss = losses.total(config.style_weight)
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self._trained.values(), MAX_GRADIENT_NORM)
        if not torch.isfinite(loss + norm):
            raise PinxitError("the losses became NaN or infinite: lower the learning rate or the style weight.")
        self._optimizer.step()
        self.done += 1
        decay = min(AVERAGE_DECAY, self.done / (self.done + 10))
        with torch.no_grad():
            for name, parameter in self._trained.items():
                self._average[name].lerp_(parameter, 1 - decay)
        return StepReport(self.done, *(float(each.detach().mean()) for each in (losses.content, losses.style)))

    def _rate_factor(self) -> float:
        """Return the factor of the learning rate: a linear warm-up, then a cosine decay."""
        return min(1.0, (self.done + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * self.done / self._config.steps))

    def save(self, path: Path) -> None:
        """Write everything that `restore` needs, completely or not at all."""
        from safetensors.torch import save_file

        tensors = {f"average.{name}": value for name, value in self._average.items()}
        tensors |= {f"network.{name}": parameter.detach() for name, parameter in self._trained.items()}
        for name, parameter in self._trained.items():
            moments = self._optimizer.state.get(parameter, {})
            tensors |= {f"{moment}.{name}": moments[moment] for moment in ("exp_avg", "exp_avg_sq") if moments}
        with atomic_file(path, overwrite=True) as part:
            # Cloned: parameters that have never changed would otherwise share their memory with their average.
            save_file({name: tensor.clone() for name, tensor in tensors.items()}, part, {"done": json.dumps(self.done)})

    def restore(self, path: Path) -> None:
        """Resume from what `save` wrote in a training with the same settings.

        Raises:
            PinxitError: when the file is something else.
        """
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="pt") as file:
                done = int(json.loads((file.metadata() or {})["done"]))
                for name, value in self._average.items():
                    value.copy_(file.get_tensor(f"average.{name}"))
                for name, parameter in self._trained.items():
                    parameter.detach().copy_(file.get_tensor(f"network.{name}"))
                    if done:
                        moments = {
                            moment: file.get_tensor(f"{moment}.{name}").clone() for moment in ("exp_avg", "exp_avg_sq")
                        }
                        self._optimizer.state[parameter] = {"step": torch.tensor(float(done)), **moments}
        except (OSError, SafetensorError, KeyError, ValueError, TypeError, RuntimeError) as error:
            raise PinxitError(f"{path.name} is not the state of this training: delete it to start again.") from error
        self.done = done
