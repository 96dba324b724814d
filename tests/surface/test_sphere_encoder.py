"""Six faces that the optimiser paints as one picture."""

from __future__ import annotations

import torch

from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture
from pinxit.objective.objective import LossWeights
from pinxit.objective.regions import Region, StyleTarget
from pinxit.surface import projection
from pinxit.surface.sphere_encoder import SphereEncoder, SphereObjective, Surroundings, margin_of
from tests.conftest import as_tensor
from tests.surface.test_sphere import waves

SIDE = 64
CPU = torch.device("cpu")
TAPS = ("relu1_1", "relu3_1", "relu5_1")


def strip_of(fineness: float = 4.0, margin: int = 0) -> torch.Tensor:
    return torch.from_numpy(projection.as_strip(lambda directions: waves(directions, fineness), SIDE, margin))[None]


class TestSurroundings:
    def test_margins_are_what_lies_beyond_the_edges(self) -> None:
        wide = Surroundings(SIDE, 16, CPU)(strip_of())
        wanted = torch.stack(torch.chunk(strip_of(margin=16)[0], 6, 1))
        assert (wide - wanted).abs().mean() < 1e-3
        assert (wide - wanted).abs().max() < 0.05
        assert torch.equal(wide[:, :, 16:-16, 16:-16], wanted[:, :, 16:-16, 16:-16])

    def test_the_gradient_is_the_transpose(self) -> None:
        around = Surroundings(SIDE, 16, CPU)
        leaf = torch.rand(1, 3, 6 * SIDE, SIDE, requires_grad=True)
        wide = around(leaf)
        there = torch.randn_like(wide)
        wide.backward(there)  # type: ignore[no-untyped-call]
        other = torch.rand_like(leaf)
        assert leaf.grad is not None
        assert torch.allclose((around(other) * there).sum(), (other * leaf.grad).sum(), rtol=1e-3)


class TestSphereEncoder:
    def test_a_face_is_seen_with_its_surroundings(self, encoder: Encoder) -> None:
        sphere = SphereEncoder(encoder, SIDE, 10**6)
        margin = margin_of(SIDE)
        maps = sphere(strip_of(), TAPS)
        wide = encoder(torch.chunk(strip_of(margin=margin), 6, 2)[2], TAPS)
        for tap, step in (("relu1_1", 1), ("relu3_1", 4)):
            inside = slice(margin // step, (margin + SIDE) // step)
            found = torch.chunk(maps[tap], 6, 2)[2]
            wanted = wide[tap][..., inside, inside]
            assert (found - wanted).abs().mean() < 0.03 * wanted.abs().mean()
            alone = encoder(torch.chunk(strip_of(), 6, 2)[2], TAPS)[tap]
            assert (found - alone).abs().mean() > 2 * (found - wanted).abs().mean(), "its own border would be repeated"

    def test_the_gradient_goes_on_into_the_neighbours(self, encoder: Encoder) -> None:
        leaf = strip_of().requires_grad_()
        maps = SphereEncoder(encoder, SIDE, 10**6)(leaf, ["relu3_1"])
        torch.chunk(maps["relu3_1"], 6, 2)[0].square().sum().backward()  # type: ignore[no-untyped-call]
        assert leaf.grad is not None
        right, left, _, _, ahead, _ = torch.chunk(leaf.grad[0], 6, 1)
        assert ahead[:, :, -4:].abs().mean() > 0.1 * right[:, :, :4].abs().mean()
        assert float(ahead[:, :, : SIDE // 2].abs().max()) == 0
        assert float(left.abs().max()) == 0

    def test_in_parts_it_sees_the_same(self, encoder: Encoder) -> None:
        leaves, taps = [strip_of().requires_grad_() for _ in range(2)], ("relu1_1", "relu3_1")
        seen = [SphereEncoder(encoder, SIDE, most)(leaf, taps) for leaf, most in zip(leaves, (10**6, 170), strict=True)]
        for maps in seen:
            sum(value.square().mean() for value in maps.values()).backward()  # type: ignore[union-attr]
        for tap in taps:
            first, second = (maps[tap].detach() for maps in seen)
            assert (first - second).abs().max() < 1e-3 * first.abs().max()
        one, other = (leaf.grad for leaf in leaves)
        assert one is not None
        assert other is not None
        assert (one - other).abs().max() < 1e-3 * one.abs().max()

    def test_other_pictures_are_what_they_are(self, encoder: Encoder, cat: Picture) -> None:
        sphere = SphereEncoder(encoder, SIDE, 10**6)
        assert torch.equal(sphere(as_tensor(cat), TAPS)["relu3_1"], encoder(as_tensor(cat), TAPS)["relu3_1"])


class TestSphereObjective:
    weights = LossWeights(1.0, 10.0, 1.0, {"relu3_1": 1.0}, {"relu1_1": 0.5, "relu3_1": 0.5}, "relative")

    def test_statistics_are_the_whole_sphere_s(self, encoder: Encoder, cat: Picture) -> None:
        content = strip_of()
        style = [Region([StyleTarget(as_tensor(cat))])]
        losses, _ = SphereObjective(SphereEncoder(encoder, SIDE, 10**6), self.weights, content, style)(content)
        turned = torch.cat([torch.chunk(content, 6, 2)[number] for number in (4, 5, 2, 3, 1, 0)], 2)
        # Turned by a quarter about the vertical axis, top and bottom turn in themselves.
        for number, turns in ((2, 1), (3, -1)):
            turned[:, :, number * SIDE : (number + 1) * SIDE] = torch.rot90(
                turned[:, :, number * SIDE : (number + 1) * SIDE], turns, (2, 3)
            )
        others, _ = SphereObjective(SphereEncoder(encoder, SIDE, 10**6), self.weights, turned, style)(turned)
        # Equal but for the encoder, which is not the same lying on its side.
        assert abs(float(others.style) / float(losses.style) - 1) < 0.03
