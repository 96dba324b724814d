"""Sprites: transparency untouched, no fringes, one hand, sheets on their grid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.surface.atlas import lay_out
from pinxit.surface.edges import settle
from pinxit.surface.sprites import SpritesJob, SpritesRecipe, prepare_sprites, read_sprite, sprites_from_recipe
from tests.command_line import pinxit

SHARED = Path(__file__).parents[3] / "shared" / "data" / "ui"
NETWORK: dict[str, Any] = {"engine": "network", "size": 64}


def disc(side: int, seed: int = 0) -> NDArray[np.uint8]:
    """A round sprite of restless colours with a soft outline, and garish magenta under what is hidden."""
    rows, columns = np.mgrid[0:side, 0:side] / side - 0.5
    alpha = np.clip((0.42 - np.hypot(rows, columns)) * side / 2 + 0.5, 0, 1)
    generator = np.random.default_rng(seed)
    color = 120 + 60 * np.sin(
        generator.normal(size=3) * 12 * rows[..., None] + generator.normal(size=3) * 9 * columns[..., None]
    )
    pixels = np.concatenate([color, 255 * alpha[..., None]], -1).round().astype(np.uint8)
    pixels[alpha == 0, :3] = (255, 0, 255)
    return pixels


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sprites of all kinds."""
    folder = tmp_path / "in"
    (folder / "tiny").mkdir(parents=True)
    Image.fromarray(disc(48)).save(folder / "disc.png")
    Image.fromarray(disc(48)).quantize(16).save(folder / "palette.png")
    Image.fromarray(disc(8)).save(folder / "tiny" / "eight.png")
    Image.fromarray(disc(16)).save(folder / "tiny" / "sixteen.png")
    Image.fromarray(np.zeros((20, 30, 4), np.uint8)).save(folder / "nothing.png")
    deep = disc(40).astype(np.uint16) * 257
    deep[..., 3] = np.where(deep[..., 3] > 0, deep[..., 3] - np.uint16(3), 0)
    assert cv2.imwrite(str(folder / "deep.png"), deep)
    marked = np.zeros((34, 34, 4), np.uint8)
    marked[1:-1, 1:-1] = disc(32)
    marked[0, 9:20, 3] = marked[12:15, 0, 3] = 255
    marked[-1, :, :3] = (7, 8, 9)
    Image.fromarray(marked).save(folder / "panel.9.png")
    return folder


def finished(job: SpritesJob) -> dict[str, Picture]:
    *_, last = job.paint()
    return {sprite.entry.name: job.of(sprite).result(last)[0] for sprite in job.sprites}


def prepared(folder: Path, **options: Any) -> SpritesJob:
    sprites = [read_sprite(path) for path in pictures.tree(folder)]
    return prepare_sprites([one for one in sprites if not one.empty], "house:swirl", **{**NETWORK, **options})


def channels(path: Path) -> NDArray[Any]:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED))


@pytest.mark.usefixtures("own_cache")
class TestCommand:
    def test_a_folder_of_all_kinds(self, tmp_path: Path, folder: Path) -> None:
        options = ("-s", "house:swirl", "--engine", "network", "--size", "64", "-o", "out")
        done = pinxit("sprites", "in", *options, folder=tmp_path)
        assert "7 painted, 0 done before, 0 failed" in done.stderr
        out = tmp_path / "out"
        for source in pictures.tree(folder):
            target = out / source.relative_to(folder)
            before, after = channels(source), channels(target)
            assert after.dtype == before.dtype
            assert after.shape == before.shape
            assert np.array_equal(after[..., 3], before[..., 3]), source.name
        assert (out / "nothing.png").read_bytes() == (folder / "nothing.png").read_bytes()
        assert channels(out / "deep.png").dtype == np.uint16
        marks, panel = channels(folder / "panel.9.png"), channels(out / "panel.9.png")
        for border in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
            assert np.array_equal(marks[border], panel[border])
        assert not np.array_equal(marks, panel), "inside it is painted"
        # Once more, with one of them lost and one new.
        (out / "disc.png").unlink()
        Image.fromarray(disc(24, 1)).save(folder / "new.png")
        kept = (out / "palette.png").stat().st_mtime_ns
        done = pinxit("sprites", "in", *options, folder=tmp_path)
        assert "2 painted, 6 done before, 0 failed" in done.stderr
        assert (out / "palette.png").stat().st_mtime_ns == kept
        pinxit("redo", "out/tiny/eight.png", "-o", "again.png", "--size", "64", "--look-in", "in", folder=tmp_path)
        assert np.array_equal(channels(tmp_path / "again.png")[..., 3], channels(folder / "tiny" / "eight.png")[..., 3])

    def test_bad_input(self, tmp_path: Path, folder: Path) -> None:
        options = ("-s", "house:swirl", "--engine", "network", "--size", "32", "-o", "out")
        done = pinxit("sprites", "in", *options, "--grid", "five", folder=tmp_path, check=2)
        assert "as in 32x32" in done.stderr
        done = pinxit("sprites", "in", *options, "--grid", "32x32", folder=tmp_path, check=2)
        assert done.stderr.count("\n") == 1
        assert "do not divide" in done.stderr
        assert not (tmp_path / "out").exists()
        (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        done = pinxit("sprites", "in", *options, folder=tmp_path, check=1)
        assert "7 painted, 0 done before, 1 failed" in done.stderr


@pytest.mark.usefixtures("own_cache")
class TestEdges:
    @pytest.mark.parametrize(
        "options",
        [{}, {"engine": "optimizer", "iterations": 4, "size": 32, "device": "cpu"}],
        ids=["network", "optimizer"],
    )
    def test_no_fringe_over_black_nor_over_white(self, folder: Path, options: dict[str, Any]) -> None:
        for name in ("palette.png", "deep.png", "panel.9.png"):
            (folder / name).unlink()
        result = finished(prepared(folder, **options))["disc.png"]
        assert result.alpha is not None
        assert fringe(result.pixels, result.alpha) < 0.02

    def test_a_halo_is_found(self) -> None:
        pixels = pictures.from_array(disc(48))
        assert pixels.alpha is not None
        halo = np.where((pixels.alpha > 0) & (pixels.alpha < 1), 1, pixels.pixels)
        assert fringe(halo, pixels.alpha) > 0.1
        assert fringe(settle(halo, pixels.alpha), pixels.alpha) < 0.02

    def test_what_is_half_transparent_throughout_stays(self) -> None:
        pixels = np.random.default_rng(0).random((3, 16, 16), dtype=np.float32)
        assert np.array_equal(settle(pixels, np.full((16, 16), 0.5, np.float32)), pixels)

    def test_a_slow_fading_stays_nearly(self) -> None:
        pixels = np.random.default_rng(0).random((3, 16, 200), dtype=np.float32)
        alpha = np.broadcast_to(np.linspace(0.3, 1, 200, dtype=np.float32), (16, 200))
        assert np.abs(settle(pixels, alpha) - pixels).mean() < 0.02

    def test_hidden_pixels_take_the_nearest_colour(self) -> None:
        pixels = np.random.default_rng(0).random((3, 8, 8), dtype=np.float32)
        alpha = np.zeros((8, 8), np.float32)
        alpha[:, :4] = 1
        assert np.array_equal(settle(pixels, alpha)[:, :, 6], pixels[:, :, 3])


def fringe(pixels: NDArray[Any], alpha: NDArray[Any]) -> float:
    """How far the colours of outlines, composed onto black and white, go beyond what lies between shape and ground."""
    worst = 0.0
    for row, column in np.argwhere((alpha > 0.02) & (alpha < 0.98)):
        window = np.s_[max(0, row - 4) : row + 5, max(0, column - 4) : column + 5]
        inside = pixels[:, *window][:, alpha[window] >= 0.98]
        low, high, share = inside.min(1), inside.max(1), alpha[row, column]
        for ground in (0.0, 1.0):
            composed = share * pixels[:, row, column] + (1 - share) * ground
            # Between the shape's own colours at that share of it, and no farther.
            least, most = share * low + (1 - share) * ground, share * high + (1 - share) * ground
            worst = max(worst, float((least - composed).max()), float((composed - most).max()))
    return worst


@pytest.mark.usefixtures("own_cache")
class TestSet:
    def test_all_lie_on_one_canvas_apart_from_one_another(self, folder: Path) -> None:
        job = prepared(folder)
        covered = np.zeros(job.canvas.visible.shape, int)
        for spot in job.canvas.spots:
            assert spot.top % 16 == 0
            assert spot.left % 16 == 0
            top, left = spot.top - 16, spot.left - 16
            covered[max(0, top) : top + spot.height + 32, max(0, left) : left + spot.width + 32] += 1
        assert covered.max() == 1
        assert all(48 <= max(spot.height, spot.width) <= 96 for spot in job.canvas.spots), "small ones are enlarged"

    def test_gutters_are_filled_by_what_borders_on_them(self) -> None:
        red, blue = (Picture(np.full((3, 20, 20), 0.2, np.float32)) for _ in range(2))
        red.pixels[0], blue.pixels[2] = 0.9, 0.8
        canvas = lay_out([red, blue])
        found = {tuple(round(part, 2) for part in color) for color in canvas.picture.pixels.reshape(3, -1).T.tolist()}
        assert found == {(0.9, 0.2, 0.2), (0.2, 0.2, 0.8)}

    def test_the_same_sprite_twice_is_painted_the_same(self, folder: Path) -> None:
        Image.fromarray(disc(48)).save(folder / "twin.png", compress_level=1)
        result = finished(prepared(folder))
        assert np.array_equal(result["twin.png"].pixels, result["disc.png"].pixels)

    def test_one_palette(self, tmp_path: Path) -> None:
        """A dark and a bright sprite come nearer to one another than each painted by itself."""
        for name, level in (("dark", 40), ("bright", 215)):
            pixels = disc(48, 3).astype(int)
            pixels[..., :3] = pixels[..., :3] // 4 + level - 30
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
        together = finished(prepared(tmp_path))
        apart = {
            path.name: finished(prepare_sprites([read_sprite(path)], "house:swirl", **NETWORK))[path.name]
            for path in pictures.tree(tmp_path)
        }

        def contrast(painted: dict[str, Picture]) -> float:
            return float(np.ptp([one.pixels[:, 12:36, 12:36].mean() for one in painted.values()]))

        # By itself each is stretched over the whole palette; in one set the dark one stays the dark one.
        assert contrast(together) > 1.5 * contrast(apart)

    def test_redo(self, folder: Path) -> None:
        job = prepared(folder)
        *_, last = job.paint()
        wanted, recipe = job.of(job.sprites[1]).result(last)
        text = recipe.to_json()
        assert json.loads(text)["work"] == "sprites"
        assert str(folder) not in text
        again = sprites_from_recipe(SpritesRecipe.from_json(text), look_in=[folder])
        *_, last = again.paint()
        assert np.array_equal(again.result(last)[0].pixels, wanted.pixels)

    def test_a_set_of_nothing_but_one_start(self, folder: Path) -> None:
        with pytest.raises(PinxitError, match="cannot start from another picture"):
            prepared(folder, init=str(folder / "disc.png"))


@pytest.mark.usefixtures("own_cache")
class TestGrid:
    def sheet(self, tmp_path: Path, *cells: NDArray[np.uint8]) -> Path:
        tmp_path.mkdir(exist_ok=True)
        Image.fromarray(np.concatenate(cells, 1)).save(tmp_path / "sheet.png")
        return tmp_path

    def test_cells_do_not_bleed_into_their_neighbours(self, tmp_path: Path) -> None:
        tile = np.full((32, 32, 3), 90, np.uint8)
        tile[8:24, 8:24] = (180, 120, 60)
        white = np.full((32, 32, 3), 250, np.uint8)
        painted = finished(prepared(self.sheet(tmp_path, tile, white, tile), grid=(32, 32)))["sheet.png"].pixels
        first, third = painted[:, :, :32], painted[:, :, 64:]
        assert np.array_equal(first, third), "the same cell, whatever is beside it"
        whole = finished(prepared(tmp_path))["sheet.png"].pixels
        assert np.abs(whole[:, :, 28:32] - whole[:, :, 92:]).mean() > 0.02, "without a grid its neighbour shows"

    def test_alpha_and_place_of_every_cell_stay(self, tmp_path: Path) -> None:
        source = self.sheet(tmp_path, disc(32, 0), np.zeros((32, 32, 4), np.uint8), disc(32, 1))
        (result,) = finished(prepared(source, grid=(32, 32))).values()
        read = pictures.read(source / "sheet.png")
        assert result.alpha is not None
        assert read.alpha is not None
        assert np.array_equal(result.alpha, read.alpha)
        assert np.array_equal(result.pixels[:, :, 32:64], read.pixels[:, :, 32:64])

    def test_a_sheet_that_the_grid_does_not_divide(self, tmp_path: Path) -> None:
        with pytest.raises(PinxitError, match=r"sheet\.png has 96×32 px, which cells of 40×32 px do not divide"):
            prepared(self.sheet(tmp_path, disc(32), disc(32), disc(32)), grid=(40, 32))


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not beside the checkout")
@pytest.mark.usefixtures("own_cache")
def test_sprites_of_other_programs(tmp_path: Path) -> None:
    names = ("alpha_swiss", "alpha_flag_nl", "ninepatch_holo_scrubber_primary.9", "ui_neutralizer_icon-pencil")
    for name in names:
        (tmp_path / f"{name}.png").write_bytes((SHARED / f"{name}.png").read_bytes())
    for name, result in finished(prepared(tmp_path, size=32)).items():
        with Image.open(SHARED / name) as image:
            alpha = np.asarray(image.convert("RGBA"))[..., 3]
        assert np.array_equal(pictures.to_array(result)[..., 3] if result.alpha is not None else 255 + 0 * alpha, alpha)
