"""L-BFGS: Newton's method with the curvature estimated from the last few steps (Liu and Nocedal, 1989).

`torch.optim.LBFGS` exists too, but creating any optimiser there imports PyTorch's compiler, two seconds at every start.
"""

from __future__ import annotations

from collections import deque

from torch import Tensor

from pinxit.optimize.half_vector import HalfVector, product
from pinxit.optimize.state import State, number, numbers, tensor

HISTORY = 20  # pairs of steps and gradient changes to keep: 24 bytes a pixel each, 12 in half precision


class LBFGS:
    """L-BFGS with full steps and no line search, so that one iteration is one evaluation.

    Args:
        length: a first guess at the step length, from a similar objective.
        history: the number of pairs to keep.
        half: whether to keep them in half precision, which hardly reduces their use; see `HalfVector`.

    Attributes:
        length: the step length from the last step's curvature, `<s, y> / <y, y>` (Nocedal and Wright, equation 7.20).
    """

    def __init__(self, length: float | None = None, history: int = HISTORY, half: bool = False) -> None:
        self._half = half
        self._pairs: deque[tuple[HalfVector, HalfVector, float]] = deque(maxlen=history)
        self.length = length
        self._trial = 1.0
        self._last: tuple[Tensor, Tensor] | None = None

    def state(self) -> State:
        """Return everything that the next step depends on."""
        state: State = {"length": self.length, "trial": self._trial}
        if self._last is not None:
            state["point"], state["slope"] = self._last
        for pair, (s, y, _) in enumerate(self._pairs):
            state[f"s{pair}"], state[f"y{pair}"] = s.values, y.values
            state[f"scales{pair}"] = [s.scale, y.scale]
        return state

    def restore(self, state: State) -> None:
        """Restore what `state` returned."""
        self.length = None if state["length"] is None else number(state, "length")
        self._trial = number(state, "trial")
        if "point" in state:
            self._last = tensor(state, "point"), tensor(state, "slope")
        count = sum(name.startswith("s") and name[1:].isdigit() for name in state)
        for pair in range(count):
            scales = (
                numbers(state, f"scales{pair}") if f"scales{pair}" in state else [1.0, 1.0]
            )  # not stored before version 0.2
            s, y = (
                HalfVector.restored(tensor(state, f"{name}{pair}"), scale)
                for name, scale in zip("sy", scales, strict=True)
            )
            self._pairs.append((s, y, product(y, s)))

    def step(self, picture: Tensor, gradient: Tensor) -> Tensor:
        """Return the step to take from `picture`, `(1, 3, H, W)`, where the objective has this `gradient`."""
        point, slope = picture.detach().flatten(), gradient.flatten()
        if self._last is not None:
            s, y = HalfVector(point - self._last[0], self._half), HalfVector(slope - self._last[1], self._half)
            ys = product(y, s)
            # Only a pair along which the objective curves upwards keeps the approximated Hessian positive.
            if ys > 1e-10:
                self._pairs.append((s, y, ys))
                self.length = ys / product(y, y)
        self._last = point, slope  # no copy needed: every picture and gradient is a new tensor
        if self.length is None:
            # Without an estimate of the curvature, take a trial step, at first of one unit summed over all pixels. Where the
            # objective curves downwards, as it can at white noise, the trial gives no estimate, and the next one is longer.
            step = -gradient * (self._trial * (1.0 / max(float(slope.abs().sum()), 1.0)))
            self._trial *= 4
            return step
        # Nocedal and Wright, "Numerical Optimization", algorithm 7.4: the two-loop recursion.
        q = slope.clone()
        alphas = []
        for s, y, ys in reversed(self._pairs):
            alphas.append(s.dot(q) / ys)
            y.add_to(q, -alphas[-1])
        q.mul_(self.length)
        for (s, y, ys), alpha in zip(self._pairs, reversed(alphas), strict=True):
            s.add_to(q, alpha - y.dot(q) / ys)
        return q.neg_().view_as(gradient)
