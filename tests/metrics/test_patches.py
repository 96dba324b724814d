"""The judge by DINO's patches agrees with what anybody sees; colours are measured in OKLab's units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.encoder.dino import Dino
from pinxit.image import Picture, fit, resize, sample
from pinxit.image.colorspaces import oklab_to_colors
from pinxit.metrics.color_distance import color_distance
from pinxit.metrics.features import read_features
from pinxit.metrics.judge import judge
from pinxit.metrics.patches import PatchJudge, PatchJudgement
from pinxit.styles import draw

DATA = Path(__file__).parents[3] / "shared" / "data"


def crop(picture: Picture, top: int, left: int, height: int, width: int) -> Picture:
    return Picture(np.ascontiguousarray(picture.pixels[:, top : top + height, left : left + width]))


@pytest.fixture(scope="module")
def cat_judge(dino: Dino) -> PatchJudge:
    """Of a photograph and a drawn painting."""
    return PatchJudge(dino, fit(sample("cat"), 256), [draw("swirl", 256)])


def test_a_picture_is_nearest_to_itself(cat_judge: PatchJudge) -> None:
    photograph, (painting,) = cat_judge.photograph, cat_judge.style_images
    assert photograph.structure == 0
    assert photograph.local_style > 0.5
    assert painting.local_style < 0.1 * photograph.local_style
    assert painting.coherence + painting.completeness == painting.local_style
    assert painting.structure > 0.1


def test_controls_are_not_valid_and_a_mixture_is(cat_judge: PatchJudge) -> None:
    assert not cat_judge.valid(cat_judge.photograph)
    assert not cat_judge.valid(cat_judge.style_images[0])
    photograph, painting = fit(sample("cat"), 256), draw("swirl", 256)
    halfway = (photograph.pixels + resize(painting, photograph.height, photograph.width).pixels) / 2
    mixed = photograph.with_pixels(halfway.astype(np.float32))
    assert cat_judge.valid(cat_judge(mixed))


def test_style_forgets_where_and_structure_does_not(dino: Dino) -> None:
    """The same picture with its halves exchanged has the same strokes, elsewhere."""
    photograph = fit(sample("astronaut"), 256)
    painter = PatchJudge(dino, photograph, [photograph])
    moved = painter(Picture(np.roll(photograph.pixels, 128, 2)))
    other = painter(fit(sample("coffee"), 256))
    assert moved.local_style < 0.5 * other.local_style
    assert moved.structure > 0.5 * other.structure


def test_structure_forgets_colours(dino: Dino) -> None:
    photograph = fit(sample("astronaut"), 256)
    painter = PatchJudge(dino, photograph, [draw("swirl", 256)])
    grey = Picture(np.repeat(photograph.pixels.mean(0, keepdims=True), 3, 0))
    assert painter(grey).structure < 0.4 * painter(fit(sample("coffee"), 256)).structure


def test_half_of_a_picture_coheres_and_is_not_complete(dino: Dino) -> None:
    """What shows one half of the painting twice has no patch that is strange, but lacks the other half's."""
    painting = fit(sample("coffee"), 256)
    half = crop(painting, 0, 0, painting.height, painting.width // 2)
    twice = Picture(np.concatenate([half.pixels, half.pixels[:, :, ::-1]], 2))
    seen = PatchJudge(dino, painting, [painting])(twice)
    assert seen.completeness > 1.1 * seen.coherence


@pytest.mark.slow(reason="compares every patch of several pictures")
@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")
@pytest.mark.parametrize(
    ("painting", "photograph"),
    [
        ("vangogh_starry_night_1889.jpg", "golden_gate.jpg"),
        ("seurat_grande_jatte_1886_pointillism.jpg", "portrait_astronaut.jpg"),
        ("hokusai_great_wave_1831.jpg", "sailboat.jpg"),
    ],
)
def test_two_crops_of_a_painting_are_nearer_than_a_photograph(dino: Dino, painting: str, photograph: str) -> None:
    whole = fit(pictures.read(DATA / "style" / painting), 768)
    left, right = (crop(whole, 0, at, whole.height, whole.width // 2) for at in (0, whole.width // 2))
    photo = fit(pictures.read(DATA / "content" / photograph), 512)
    seen = PatchJudge(dino, photo, [left])
    assert seen(right).local_style < seen.photograph.local_style - 0.05
    blurred = resize(resize(right, 24, 24), right.height, right.width)
    assert seen(blurred).local_style > seen(right).local_style + 0.05, "mud is not the painter's hand"


def test_several_style_images_count_by_their_mean(dino: Dino, cat_judge: PatchJudge) -> None:
    photograph, manners = fit(sample("cat"), 256), [draw(name, 256) for name in ("swirl", "mosaic")]
    both, other = PatchJudge(dino, photograph, manners), PatchJudge(dino, photograph, manners[1:])
    mean = (cat_judge.photograph.coherence + other.photograph.coherence) / 2
    assert both.photograph.coherence == pytest.approx(mean)
    farther = max((cat_judge, other), key=lambda one: one.style_images[0].structure)
    between = PatchJudgement(0.1, 0.1, farther.style_images[0].structure - 1e-4)
    assert farther.valid(between)
    assert not both.valid(between), "it must be better than every style image"
    with pytest.raises(ValueError, match="no style image"):
        PatchJudge(dino, photograph, [])


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (37, 5)])
def test_any_size_can_be_judged(dino: Dino, shape: tuple[int, int]) -> None:
    features = read_features(dino, Picture(np.full((3, *shape), 0.5, np.float32)))
    assert [len(tokens) for tokens in features.tokens] == [256] * 3 + [1024] * 3
    assert bool(features.similarity.isfinite().all())


def test_the_old_distances_stay_beside(dino: Dino, encoder: object, cat: Picture, coffee: Picture) -> None:
    from pinxit.encoder.vgg import Encoder

    assert isinstance(encoder, Encoder)
    alone = judge(encoder, cat, cat, [coffee], 96)
    assert alone.patches is None
    assert alone.valid is None
    both = judge(encoder, cat, cat, [coffee], 96, PatchJudge(dino, cat, [coffee]))
    assert both.patches is not None
    assert both.patches.structure == 0
    assert both.valid is False
    assert (both.color, both.style, both.content, both.edges) == (alone.color, alone.style, alone.content, alone.edges)


def _plain(*lab: float, shape: tuple[int, int] = (8, 8)) -> Picture:
    color = oklab_to_colors(np.array([lab], np.float32))[0]
    return Picture(np.broadcast_to(color[:, None, None], (3, *shape)).astype(np.float32))


def test_colors_are_as_far_apart_as_they_were_shifted() -> None:
    grey = _plain(0.5, 0, 0)
    for shift in ((0.1, 0, 0), (0, 0.05, 0), (0, 0, -0.08), (0.06, 0.04, 0.03)):
        moved = _plain(0.5 + shift[0], shift[1], shift[2], shape=(5, 300))
        assert color_distance(moved, grey) == pytest.approx(np.linalg.norm(shift), rel=0.03)
    black, white = (Picture(np.full((3, 4, 4), value, np.float32)) for value in (0, 1))
    assert color_distance(black, white) == pytest.approx(1, rel=0.02)


def test_colors_count_wherever_they_stand_and_unmixed(cat: Picture, coffee: Picture) -> None:
    assert color_distance(cat, cat) == 0
    upside_down = Picture(np.ascontiguousarray(cat.pixels[:, ::-1]))
    assert color_distance(upside_down, cat) < 0.1 * color_distance(coffee, cat)
    assert color_distance(cat, coffee) == pytest.approx(color_distance(coffee, cat))
    checks = Picture(np.indices((256, 256)).sum(0)[None].repeat(3, 0).astype(np.float32) % 2)
    halves = Picture(np.repeat(np.repeat([[[0.0, 1.0]]], 3, 0), 128, 2).repeat(256, 1).astype(np.float32))
    grey = Picture(np.full((3, 256, 256), 0.5, np.float32))
    assert color_distance(halves, grey) > 0.3
    assert color_distance(checks, halves) < 0.5 * color_distance(checks, grey)
