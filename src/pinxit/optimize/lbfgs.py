"""L-BFGS: Newton's method with the curvature read off the last few steps (Liu and Nocedal, 1989).

torch.optim has one too, but merely creating an optimiser there imports PyTorch's compiler, two seconds at every start.
"""

from __future__ import annotations

from collections import deque

from torch import Tensor

from pinxit.optimize.state import State, number, tensor

# Pairs of steps and gradient changes to keep, 24 bytes a pixel each.
HISTORY = 20


class LBFGS:
    """Gives steps of full length without a line search, so that one iteration is one evaluation.

    Args:
        length: a first guess at the step length, from a similar objective.
        history: how many pairs to keep.

    Attributes:
        length: what the last step's curvature asks for, `<s, y> / <y, y>` (Nocedal and Wright, equation 7.20).
    """

    def __init__(self, length: float | None = None, history: int = HISTORY) -> None:
        self._pairs: deque[tuple[Tensor, Tensor, float]] = deque(maxlen=history)
        self.length = length
        self._trial = 1.0
        self._last: tuple[Tensor, Tensor] | None = None

    def state(self) -> State:
        """All that the next step depends on."""
        state: State = {"length": self.length, "trial": self._trial}
        if self._last is not None:
            state["point"], state["slope"] = self._last
        for pair, (s, y, _) in enumerate(self._pairs):
            state[f"s{pair}"], state[f"y{pair}"] = s, y
        return state

    def restore(self, state: State) -> None:
        """Become what `state` was taken from."""
        self.length = None if state["length"] is None else number(state, "length")
        self._trial = number(state, "trial")
        if "point" in state:
            self._last = tensor(state, "point"), tensor(state, "slope")
        count = sum(name.startswith("s") and name[1:].isdigit() for name in state)
        for pair in range(count):
            s, y = tensor(state, f"s{pair}"), tensor(state, f"y{pair}")
            self._pairs.append((s, y, float(y.dot(s))))

    def step(self, picture: Tensor, gradient: Tensor) -> Tensor:
        """The step to take from `picture`, `(1, 3, H, W)`, where the objective has this `gradient`."""
        point, slope = picture.detach().flatten(), gradient.flatten()
        if self._last is not None:
            s, y = point - self._last[0], slope - self._last[1]
            ys = float(y.dot(s))
            # Only a pair along which the objective curves upwards keeps the approximated Hessian positive.
            if ys > 1e-10:
                self._pairs.append((s, y, ys))
                self.length = ys / float(y.dot(y))
        self._last = point.clone(), slope.clone()
        if self.length is None:
            # Nothing is known of the curvature: a step to learn it by, at first one unit summed over all pixels. Where the
            # objective curves downwards, as it can at white noise, it teaches nothing, and the next goes further.
            step = -gradient * (self._trial * min(1.0, 1.0 / max(float(slope.abs().sum()), 1e-30)))
            self._trial *= 4
            return step
        # Nocedal and Wright, "Numerical Optimization", algorithm 7.4: the two-loop recursion.
        q = slope.clone()
        alphas = []
        for s, y, ys in reversed(self._pairs):
            alphas.append(float(s.dot(q)) / ys)
            q.add_(y, alpha=-alphas[-1])
        q.mul_(self.length)
        for (s, y, ys), alpha in zip(self._pairs, reversed(alphas), strict=True):
            q.add_(s, alpha=alpha - float(y.dot(q)) / ys)
        return -q.view_as(gradient)
