"""What a network learns through is what will be shown, and gradients pass through it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pinxit.network import finished as finishing
from pinxit.network.finished import finished
from pinxit.network.lively import detail_of, make_lively
from pinxit.network.painter import Painter, Reader
from pinxit.network.weights import shipped
from pinxit.picture import Picture, fit, resize, sample
from pinxit.picture.recolor import colors_of, recolor, recolored


def test_is_what_will_be_shown() -> None:
    photograph, style = (fit(sample(name), 256).pixels for name in ("cat", "coffee"))
    network, wanted = shipped("fine"), colors_of(style)
    painter = Painter(network.transformer, network.shape)
    dressed = recolor(photograph, colors_of(photograph), wanted, 1)
    measured, raw = painter.measure(dressed, painter.affine(Reader(network.reader).read(style)), wanted)
    strokes = recolored(raw, measured.correction)
    shown, _ = make_lively(strokes, dressed, detail_of(style), wanted, 1)
    batch = (torch.from_numpy(np.ascontiguousarray(one))[None] for one in (raw, dressed, style))
    learnt_through = finished(*batch).clamp(0, 1)[0].numpy()
    # Borders are enlarged otherwise, and colours out of range are not cut on the way.
    assert float(np.abs(learnt_through - shown).mean()) < 0.15 * float(np.abs(strokes - shown).mean())


def test_gradients_pass_through_all_of_it(cat: Picture, coffee: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    found, quantiles = list[torch.Tensor](), finishing._quantiles

    def note(flat: torch.Tensor) -> torch.Tensor:
        found.append(quantiles(flat))
        return found[-1]

    monkeypatch.setattr(finishing, "_quantiles", note)
    photographs, paintings = (torch.from_numpy(resize(one, 64, 64).pixels)[None] for one in (cat, coffee))
    painted = (0.7 * photographs + 0.3 * paintings).requires_grad_()
    toward = torch.randn(painted.shape, generator=torch.Generator().manual_seed(0))
    (finished(painted, photographs, paintings) * toward).sum().backward()  # type: ignore[no-untyped-call]
    assert painted.grad is not None
    step = 0.001 * painted.grad / painted.grad.abs().mean()
    # The curves of the octaves count as constant, so both ends have those that were found between them.
    again = iter(2 * found)
    monkeypatch.setattr(finishing, "_quantiles", lambda flat: next(again))
    with torch.no_grad():
        ends = [float((finished(painted + sign * step, photographs, paintings) * toward).sum()) for sign in (1, -1)]
    assert float((painted.grad * step).sum()) == pytest.approx((ends[0] - ends[1]) / 2, rel=0.03)
