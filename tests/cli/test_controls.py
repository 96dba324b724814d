"""Regions, masks, batches and sweeps as a person asks for them on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pinxit import image as pictures
from tests.cli.test_commands import QUICK
from tests.command_line import pinxit

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.write(pictures.fit(pictures.sample("cat"), 64), tmp_path / "photo.png")


@pytest.fixture
def left(tmp_path: Path) -> str:
    """A mask of the photograph's left half, twice its size."""
    mask = np.zeros((86, 128), np.uint8)
    mask[:, :64] = 255
    Image.fromarray(mask).save(tmp_path / "left.png")
    return "left.png"


def test_a_region_its_rest_and_what_is_kept(tmp_path: Path, photo: Path, left: str) -> None:
    pinxit(
        "stylize",
        photo,
        "--region",
        f"{left}=house:swirl",
        "-s",
        "house:mosaic",
        "-o",
        "a.png",
        *QUICK,
        folder=tmp_path,
    )
    shown = pinxit("show", "a.png", folder=tmp_path).stdout
    assert "house:swirl" in shown
    assert "in left.png" in shown
    pinxit("stylize", photo, "-s", "house:swirl", "--keep", left, "-o", "b.png", *QUICK, folder=tmp_path)
    before, after = (np.asarray(Image.open(tmp_path / name).convert("RGB")) for name in ("photo.png", "b.png"))
    assert np.array_equal(before[:, :32], after[:, :32])
    assert not np.array_equal(before[:, 32:], after[:, 32:])
    pinxit("redo", "b.png", folder=tmp_path)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "b-redo.png").convert("RGB")), after)


def test_style_mask_belongs_to_the_style_before_it(tmp_path: Path, photo: Path, left: str) -> None:
    square = np.zeros((64, 64), np.uint8)
    square[:32] = 255
    Image.fromarray(square).save(tmp_path / "top.png")
    pinxit(
        "stylize", photo, "-s", "house:swirl", "-s", "house:mosaic", "--style-mask", "top.png", "-o", "a.png", *QUICK,
        folder=tmp_path,
    )  # fmt: skip
    lines = pinxit("show", "a.png", folder=tmp_path).stdout.splitlines()
    assert ["of which top.png" in line for line in lines if "house:" in line] == [False, True]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--region", "left.png"], "MASK=STYLE"),
        (["--style-mask", "left.png", "-s", "house:swirl"], "before any style"),
        (["-s", "house:swirl", "--style-mask", "left.png", "--style-mask", "left.png"], "two masks"),
        (["-s", "house:swirl", "--style-mask", "left.png"], "shape of the picture"),
        (["-s", "house:swirl", "--keep", "missing.png"], "missing.png"),
        (["-s", "house:swirl", "--blend", "1,2"], "2 shares for 1 styles"),
        (["-s", "house:swirl", "--color-strength", "2"], "color_strength"),
        (["-s", "house:swirl", "--memory", "lots"], "4GB"),
        (["-s", "house:swirl", "--memory", "1MB"], "raise --memory"),
        (["-s", "house:swirl", "--style-weight", "1e30"], "style_weight"),
        (["-s", "photo.png", "--style-mask", "black.png"], "is black"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path: Path, photo: Path, left: str, arguments: list[str], says: str) -> None:
    Image.new("L", (64, 43)).save(tmp_path / "black.png")
    done = pinxit("stylize", photo, *arguments, "-o", "a.png", *QUICK, folder=tmp_path, check=2)
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "a.png").exists()


def test_an_empty_region_and_one_that_keeps_all(tmp_path: Path, photo: Path) -> None:
    """Nothing to do is done rightly: the result is the rest's, or the photograph."""
    Image.new("L", (64, 43)).save(tmp_path / "none.png")
    Image.new("L", (64, 43), 255).save(tmp_path / "all.png")
    # What is alike is found among all style images: without that, the other one has no part in it.
    quick = [*QUICK, "--match", "off"]
    pinxit("stylize", photo, "-s", "house:swirl", "-o", "plain.png", *quick, folder=tmp_path)
    pinxit(
        "stylize",
        photo,
        "-s",
        "house:swirl",
        "--region",
        "none.png=house:mosaic",
        "-o",
        "rest.png",
        *quick,
        folder=tmp_path,
    )
    plain, rest = (np.asarray(Image.open(tmp_path / name), np.int16) for name in ("plain.png", "rest.png"))
    assert np.abs(plain - rest).max() <= 1
    pinxit("stylize", photo, "-s", "house:swirl", "--keep", "all.png", "-o", "kept.png", *QUICK, folder=tmp_path)
    kept, before = (np.asarray(Image.open(tmp_path / name).convert("RGB")) for name in ("kept.png", "photo.png"))
    assert np.array_equal(kept, before)


def test_batch_keeps_the_tree_and_paints_nothing_twice(tmp_path: Path, photo: Path) -> None:
    inner = tmp_path / "photos" / "2024" / "may"
    inner.mkdir(parents=True)
    photo.rename(inner / "a.png")
    pictures.write(pictures.fit(pictures.sample("coffee"), 64), tmp_path / "photos" / "b.jpg")
    (tmp_path / "photos" / "c.jpg").write_bytes(b"not a picture")
    command = ("batch", "photos", "-s", "house:swirl", "-o", "photos/out", *QUICK)
    done = pinxit(*command, folder=tmp_path, check=1)
    assert "2 painted, 0 done before, 1 failed" in done.stderr
    assert "these failed: photos/c.jpg" in done.stderr
    painted = sorted(path for path in (tmp_path / "photos" / "out").rglob("*") if path.is_file())
    assert [str(path.relative_to(tmp_path)) for path in painted] == ["photos/out/2024/may/a.png", "photos/out/b.jpg"]
    times = [path.stat().st_mtime_ns for path in painted]
    (tmp_path / "photos" / "c.jpg").unlink()
    again = pinxit(*command, folder=tmp_path)
    assert "0 painted, 2 done before, 0 failed" in again.stderr
    assert [path.stat().st_mtime_ns for path in painted] == times
    other = pinxit(*command, "--style-weight", "20", folder=tmp_path, check=1)
    assert "--overwrite" in other.stderr
    assert [path.stat().st_mtime_ns for path in painted] == times


def test_batch_tells_once_what_is_wrong_for_every_picture(tmp_path: Path, photo: Path) -> None:
    (tmp_path / "photos").mkdir()
    photo.rename(tmp_path / "photos" / "a.png")
    for wrong in (("-s", "missing.jpg"), ("-s", "house:swirl", "--style-weight", "lots")):
        done = pinxit("batch", "photos", *wrong, "-o", "out", folder=tmp_path, check=2)
        assert "a.png" not in done.stderr
        assert not (tmp_path / "out").exists()


def test_sweep_draws_house_styles_as_large_as_they_are_painted(tmp_path: Path, photo: Path) -> None:
    from pinxit.cli.sweep import prepare_runs

    run = {"style": "house:halftone", "size": "700"}
    (job,) = prepare_runs(str(photo), [run["style"]], 64, [run], None)
    assert max(job.ingredients.styles[0].picture.pixels.shape) == 700


def test_sweep_paints_every_combination(tmp_path: Path, photo: Path) -> None:
    done = pinxit(
        "sweep", photo, "--style", "house:swirl", "house:mosaic", "--style-weight", "1,10,100", "--cell", "64", *QUICK,
        folder=tmp_path,
    )  # fmt: skip
    assert "sweep.png (6 pictures)" in done.stdout
    with Image.open(tmp_path / "sweep.png") as sheet:
        assert sheet.width > 3 * 64
        assert sheet.width < 4 * 64
        assert sheet.height > 2 * 64
    too_many = ",".join(map(str, range(1, 102)))
    done = pinxit(
        "sweep", photo, "-s", "house:swirl", "--seed", too_many, "-o", "x.png", *QUICK, folder=tmp_path, check=2
    )
    assert "vary less" in done.stderr


@pytest.mark.slow(reason="paints two pictures and judges them twice")
def test_compare_finds_content_and_style_by_the_recipe(tmp_path: Path, photo: Path) -> None:
    for name, weight in (("weak.png", "0.1"), ("strong.png", "100")):
        pinxit(
            "stylize", photo, "-s", "house:swirl", "--style-weight", weight, "-o", name, *QUICK[:4], "--iterations", "30",
            folder=tmp_path,
        )  # fmt: skip
    done = pinxit("compare", "weak.png", "strong.png", "--size", "128", "--json", "-o", "sheet.png", folder=tmp_path)
    weak, strong = (json.loads(line) for line in done.stdout.splitlines()[:2])
    assert strong["style"] < weak["style"]
    assert strong["content"] > weak["content"]
    assert (tmp_path / "sheet.png").exists()
    table = pinxit("compare", "strong.png", "-c", photo, "-s", "house:swirl", "--size", "128", folder=tmp_path).stdout
    assert f"{strong['style']:.3f}" in table
    done = pinxit("compare", photo, folder=tmp_path, check=2)
    assert "--content and --style" in done.stderr


@pytest.mark.slow(reason="measures by a vision transformer five times")
def test_compare_shows_the_first_judge_where_its_weights_are(
    tmp_path: Path, photo: Path, dino_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("compare", photo, "-c", photo, "-s", "house:swirl", "--size", "128")
    without = pinxit(*command, folder=tmp_path)
    assert without.stderr.count("\n") == 1
    assert "pinxit weights pull dino" in without.stderr
    assert "local style" not in without.stdout
    assert "local_style" not in json.loads(pinxit(*command, "--json", folder=tmp_path).stdout)
    monkeypatch.setenv("PINXIT_CACHE", str(dino_cache))
    seen = pinxit(*command, folder=tmp_path)
    assert not seen.stderr
    heading, content, style, result = seen.stdout.splitlines()
    assert heading.split() == ["local", "style", "structure", "valid", "color", "style", "content", "edges"]
    assert content.split()[-7:-4] == [result.split()[1], "0.000", "–"]
    assert style.split()[-5] == "–"
    assert result.split()[3] == "no", "the photograph has no style"
    printed = json.loads(pinxit(*command, "--json", folder=tmp_path).stdout)
    assert printed["valid"] is False
    assert printed["local_style"] == pytest.approx(printed["coherence"] + printed["completeness"])
    assert printed["controls"]["content"]["local_style"] == printed["local_style"]
    assert printed["controls"]["styles"][0]["structure"] > printed["structure"] == 0
