"""Panoramas and cube maps, painted by both engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pinxit import image as pictures
from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.metadata import read_recipe
from pinxit.preparation import prepare
from pinxit.surface import gpano, projection
from pinxit.surface.panorama import PanoramaJob, PanoramaRecipe, panorama_from_recipe, prepare_panorama
from pinxit.surface.sphere import FACES
from pinxit.surface.sphere_seams import cube_edges, date_line, poles
from tests.command_line import pinxit
from tests.surface.test_sphere import waves

NETWORK: dict[str, Any] = {"engine": "network", "size": 256}
DRAFT: dict[str, Any] = {"size": 128, "iterations": 8, "coarsest": 64, "device": "cpu"}
SHARED = Path(__file__).parents[3] / "shared" / "data" / "pano"
# An edge may be so much more restless than the lines beside it: those differ by as much among themselves.
TOLERANCE = 1.5


@pytest.fixture(scope="module")
def world() -> Picture:
    return Picture(projection.as_panorama(lambda directions: waves(directions, 9), 256))


def painted(job: PanoramaJob) -> Picture:
    *_, last = job.paint()
    return job.result(last)[0]


def edges(panorama: Picture) -> dict[str, float]:
    look = projection.panorama(panorama, panorama.width)
    return cube_edges(projection.as_cube(look, panorama.width // 4))


@pytest.mark.usefixtures("own_cache")
class TestPainting:
    @pytest.mark.parametrize("options", [NETWORK, DRAFT], ids=["network", "optimizer"])
    def test_neither_seams_nor_pinched_poles(self, world: Picture, options: dict[str, Any]) -> None:
        result = painted(prepare_panorama(world, "house:swirl", **options))
        assert (result.width, result.height) == (options["size"], options["size"] // 2)
        assert np.abs(result.pixels - pictures.fit(world, result.width).pixels).mean() > 0.05, "it is painted"
        assert max(edges(result).values()) < TOLERANCE
        assert date_line(result.pixels) < TOLERANCE
        assert all(1 / TOLERANCE < isotropy < TOLERANCE for _, isotropy in poles(result.pixels).values())

    def test_a_flat_painting_is_pinched_and_has_a_seam(self, world: Picture) -> None:
        *_, last = prepare(world, "house:swirl", engine="network", size=256).paint()
        flat = last.picture().pixels
        assert date_line(flat) > TOLERANCE
        assert max(isotropy for _, isotropy in poles(flat).values()) > TOLERANCE

    def test_the_sides_of_a_cube_map_agree_at_all_edges(self, world: Picture) -> None:
        job = prepare_panorama(world, "house:swirl", cubemap=True, **NETWORK)
        *_, last = job.paint()
        sides = {name: job.of_side(name).result(last)[0].pixels for name in FACES}
        assert {pixels.shape for pixels in sides.values()} == {(3, 64, 64)}
        found = cube_edges(sides)
        assert len(found) == 12
        assert max(found.values()) < TOLERANCE
        assert max(cube_edges({**sides, "py": sides["py"][:, ::-1]}).values()) > TOLERANCE, (
            "upside down it does not fit"
        )

    def test_six_sides_in_are_the_panorama_that_they_show(self, world: Picture) -> None:
        look = projection.panorama(world, 512)
        sides: dict[str, Any] = {name: Picture(pixels) for name, pixels in projection.as_cube(look, 128).items()}
        result = painted(prepare_panorama(sides, "house:swirl", strength=0.0, **NETWORK))
        whole = painted(prepare_panorama(world, "house:swirl", strength=0.0, **NETWORK))
        assert np.abs(result.pixels - whole.pixels).mean() < 0.01

    def test_what_is_kept_is_kept_bit_for_bit(self, world: Picture) -> None:
        keep = np.zeros((128, 256), np.float32)
        keep[40:90, :60] = 1
        result = painted(prepare_panorama(world, "house:swirl", keep=keep, **NETWORK))
        assert np.array_equal(result.pixels[:, 40:90, :60], world.pixels[:, 40:90, :60])
        assert np.abs(result.pixels - world.pixels)[:, :, 100:].mean() > 0.05

    def test_starts_from_what_the_network_paints(self, world: Picture) -> None:
        job = prepare_panorama(world, "house:swirl", cubemap=True, init="network", **{**DRAFT, "iterations": 1})
        first = next(iter(job.paint())).picture().pixels
        network = painted(prepare_panorama(world, "house:swirl", engine="network", size=128))
        look = projection.panorama(network, 128)
        wanted = np.concatenate(list(projection.as_cube(look, 32).values()), 1)
        assert np.abs(first - wanted).mean() < 0.03

    @pytest.mark.slow(reason="paints a panorama twice by the optimiser")
    def test_a_run_that_was_cut_off_goes_on_exactly(self, world: Picture, encoder: Encoder) -> None:
        job = prepare_panorama(world, "house:swirl", **{**DRAFT, "iterations": 3})
        states = [
            progress.state() for progress in job.layout.paint_by_optimizer(job.recipe, encoder, job.ingredients, None)
        ]
        *_, whole = job.layout.paint_by_optimizer(job.recipe, encoder, job.ingredients, None)
        *_, resumed = job.layout.paint_by_optimizer(job.recipe, encoder, job.ingredients, states[0])
        assert resumed.done == whole.done == (3,)
        assert np.array_equal(resumed.picture().pixels, whole.picture().pixels)

    def test_redo_makes_the_same_again(self, tmp_path: Path, world: Picture) -> None:
        file = pictures.write(world, tmp_path / "world.png")
        job = prepare_panorama(str(file), "house:swirl", cubemap=True, **NETWORK)
        *_, last = job.paint()
        picture, recipe = job.of_side("ny").result(last)
        text = recipe.to_json()
        assert json.loads(text)["work"] == "panorama"
        assert str(tmp_path) not in text
        again = panorama_from_recipe(PanoramaRecipe.from_json(text), look_in=[tmp_path])
        assert np.array_equal(painted(again).pixels, picture.pixels)
        other = panorama_from_recipe(PanoramaRecipe.from_json(text), look_in=[tmp_path], strength=0.5)
        assert other.recipe.strength == 0.5

    @pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not beside the checkout")
    def test_sides_of_another_program_are_turned_as_ours(self) -> None:
        order = dict(zip(("pz", "px", "nz", "nx", "py", "ny"), range(6), strict=True))
        sides = {name: pictures.read(SHARED / f"cube_{number}.jpg") for name, number in order.items()}
        whole = projection.panorama(pictures.read(SHARED / "equirect.jpg"), 512)
        assert (
            np.abs(projection.as_panorama(projection.cube(sides, 512), 512) - projection.as_panorama(whole, 512)).mean()
            < 0.015
        )


class TestSentences:
    def test_not_twice_as_wide_as_high(self, cat: Picture) -> None:
        with pytest.raises(PinxitError, match="twice as wide as high"):
            prepare_panorama(cat, "house:swirl")

    @pytest.mark.parametrize("size", [64, 130])
    def test_width(self, world: Picture, size: int) -> None:
        with pytest.raises(PinxitError, match="4 divides"):
            prepare_panorama(world, "house:swirl", size=size)

    def test_sides_of_several_sizes(self, world: Picture) -> None:
        sides: dict[str, Any] = {name: Picture(np.zeros((3, 64, 64), np.float32)) for name in FACES}
        with pytest.raises(PinxitError, match="square and of one size"):
            prepare_panorama({**sides, "nz": Picture(np.zeros((3, 32, 32), np.float32))}, "house:swirl")

    def test_masks_for_sides(self, world: Picture) -> None:
        sides: dict[str, Any] = {name: Picture(np.zeros((3, 64, 64), np.float32)) for name in FACES}
        with pytest.raises(PinxitError, match="masks need a panorama"):
            prepare_panorama(sides, "house:swirl", keep=np.ones((64, 64), np.float32))

    def test_properties_that_do_not_fit(self) -> None:
        keys = (
            "FullPanoWidthPixels",
            "FullPanoHeightPixels",
            "CroppedAreaImageWidthPixels",
            "CroppedAreaImageHeightPixels",
        )
        good = dict(zip(keys, ("400", "200", "200", "50"), strict=True))
        assert gpano.crop_of(good, "a.jpg", 100, 25) == gpano.Crop(0, 0, 0.5, 0.25)
        for wrong in ({"CroppedAreaLeftPixels": "300"}, {"FullPanoWidthPixels": "900"}, {"CroppedAreaTopPixels": "-1"}):
            with pytest.raises(PinxitError, match="says that it shows"):
                gpano.crop_of({**good, **wrong}, "a.jpg", 200, 50)
        with pytest.raises(PinxitError, match="and has 200×100 px"):
            gpano.crop_of(good, "a.jpg", 200, 100)


class TestPartOfTheSphere:
    window = (64, 32, 128, 64)

    @pytest.fixture
    def part(self, tmp_path: Path, world: Picture) -> Path:
        left, top, across, down = self.window
        pixels = np.ascontiguousarray(world.pixels[:, top : top + down, left : left + across])
        told = gpano.packet(256, 128, {"PoseHeadingDegrees": 90}, self.window)
        return pictures.write(Picture(pixels, xmp=told), tmp_path / "part.png")

    def test_it_comes_out_as_it_went_in(self, part: Path, world: Picture, tmp_path: Path) -> None:
        job = prepare_panorama(str(part), "house:swirl", engine="network", size=256, strength=0)
        left, top, across, down = self.window
        whole = job.ingredients.content.pixels
        assert whole.shape == (3, 128, 256), "placed in its whole sphere"
        shown = world.pixels[:, top : top + down, left : left + across]
        assert np.abs(whole[:, top : top + down, left : left + across] - shown).max() < 1 / 128
        result = painted(job)
        assert (result.width, result.height) == (across, down)
        assert np.abs(result.pixels - shown).mean() < 0.02, "strength 0 is the photograph, in the right place"
        properties = gpano.read_properties(pictures.write(result, tmp_path / "out.jpg", recipe=job.recipe.to_json()))
        found = [int(properties[f"CroppedArea{name}Pixels"]) for name in ("Left", "Top", "ImageWidth", "ImageHeight")]
        assert tuple(found) == self.window
        assert (properties["FullPanoWidthPixels"], properties["FullPanoHeightPixels"]) == ("256", "128")
        assert properties["PoseHeadingDegrees"] == "90"

    def test_at_another_size_with_what_is_kept_and_again(self, part: Path, tmp_path: Path) -> None:
        mask = np.zeros((64, 128), np.float32)
        mask[:, :40] = 1
        options: dict[str, Any] = {"engine": "network", "keep": mask}
        kept = painted(prepare_panorama(str(part), "house:swirl", size=256, **options))
        assert np.array_equal(kept.pixels[:, :, :36], pictures.read(part).pixels[:, :, :36])
        job = prepare_panorama(str(part), "house:swirl", engine="network", size=128)
        result = painted(job)
        assert (result.width, result.height) == (64, 32)
        again = painted(panorama_from_recipe(job.recipe, look_in=[tmp_path]))
        assert np.array_equal(again.pixels, result.pixels)

    def test_all_round_and_no_cube(self, tmp_path: Path, world: Picture) -> None:
        told = gpano.packet(256, 128, {}, (0, 24, 256, 80))
        part = pictures.write(Picture(world.pixels[:, 24:104].copy(), xmp=told), tmp_path / "part.jpg")
        assert painted(prepare_panorama(str(part), "house:swirl", engine="network", size=256)).pixels.shape == (
            3,
            80,
            256,
        )
        with pytest.raises(PinxitError, match="leave out --cubemap"):
            prepare_panorama(str(part), "house:swirl", cubemap=True, **NETWORK)


class TestMetadata:
    def test_viewers_find_what_they_need(self, tmp_path: Path, world: Picture) -> None:
        told = gpano.packet(256, 128, {"PoseHeadingDegrees": 121.5, "InitialViewPitchDegrees": -20})
        source = pictures.write(Picture(world.pixels, xmp=told), tmp_path / "source.jpg")
        result = painted(prepare_panorama(str(source), "house:swirl", engine="network", size=128))
        for kind in ("jpg", "png", "webp", "tif"):
            file = pictures.write(result, tmp_path / f"out.{kind}", recipe='{"a": 1}')
            properties = gpano.read_properties(file)
            assert properties["ProjectionType"] == "equirectangular"
            assert properties["FullPanoWidthPixels"] == properties["CroppedAreaImageWidthPixels"] == "128"
            assert properties["FullPanoHeightPixels"] == properties["CroppedAreaImageHeightPixels"] == "64"
            assert properties["CroppedAreaLeftPixels"] == properties["CroppedAreaTopPixels"] == "0"
            assert properties["PoseHeadingDegrees"] == "121.5"
            assert properties["InitialViewPitchDegrees"] == "-20"
            assert read_recipe(file) == '{"a": 1}'

    def test_attributes_are_read_as_elements_are(self, tmp_path: Path) -> None:
        packet = (
            b"<x:xmpmeta><rdf:Description GPano:PoseHeadingDegrees=\"350.0\" GPano:PosePitchDegrees = '2'/></x:xmpmeta>"
        )
        file = tmp_path / "a.jpg"
        Image.new("RGB", (64, 32)).save(file, xmp=packet)
        view = gpano.view_of(gpano.read_properties(file))
        assert view == {"PoseHeadingDegrees": 350, "PosePitchDegrees": 2}

    def test_nonsense_is_left_out(self) -> None:
        assert gpano.view_of({"PoseHeadingDegrees": "north", "PosePitchDegrees": "nan", "PoseRollDegrees": "900"}) == {}


@pytest.mark.usefixtures("own_cache")
class TestCommand:
    quick = ("--engine", "network", "-s", "house:swirl", "--size", "128")

    def test_panorama_to_sides_to_panorama(self, tmp_path: Path, world: Picture) -> None:
        pictures.write(world, tmp_path / "world.jpg")
        pinxit("panorama", "world.jpg", "--cubemap", "-o", "sides", *self.quick, folder=tmp_path)
        assert sorted(file.stem for file in (tmp_path / "sides").iterdir()) == sorted(FACES)
        pinxit("panorama", "sides", "-o", "whole.jpg", *self.quick, folder=tmp_path)
        with Image.open(tmp_path / "whole.jpg") as image:
            assert image.size == (128, 64)
            assert b"equirectangular" in image.info["xmp"]
        pinxit("redo", "sides/nz.png", "-o", "again.png", folder=tmp_path)
        assert (tmp_path / "again.png").read_bytes() == (tmp_path / "sides" / "nz.png").read_bytes()

    def test_bad_input_gets_one_sentence_and_leaves_nothing(self, tmp_path: Path, cat: Picture) -> None:
        pictures.write(cat, tmp_path / "cat.png")
        done = pinxit("panorama", "cat.png", "-o", "out.jpg", *self.quick, folder=tmp_path, check=2)
        assert done.stderr.count("\n") == 1
        done = pinxit("panorama", "cat.png", "cat.png", "-o", "out.jpg", *self.quick, folder=tmp_path, check=2)
        assert "six sides px nx py ny pz nz" in done.stderr
        done = pinxit("panorama", ".", "-o", "out.jpg", *self.quick, folder=tmp_path, check=2)
        assert "not a cube map" in done.stderr
        assert [file.name for file in tmp_path.iterdir()] == ["cat.png"]
