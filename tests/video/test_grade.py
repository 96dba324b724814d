"""Films graded like other pictures: one table for all frames, sound kept, continued after an interruption, and redone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.grading import read_table
from pinxit.texture.lookup_table import LookupTable, grid
from pinxit.video.clip import is_film, open_source
from pinxit.video.grade import byte_filter, prepare_film_grade
from pinxit.video.optical_flow import Bytes, pixels_of
from tests.command_line import pinxit
from tests.video.clips import OTHER, pan, write

COUNT = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of two shots with sound, a style, and the graded film with its table."""
    folder = tmp_path_factory.mktemp("films")
    write(folder / "clip.mp4", pan(COUNT // 2) + pan(COUNT // 2, photo=OTHER), sound=True)
    pictures.write(pictures.fit(pictures.sample("rocket"), 120), folder / "style.png")
    pinxit("grade", "clip.mp4", "-s", "style.png", "--lut", "look.cube", "-o", "out.mp4", folder=folder)
    return folder


def frames_of(path: Path) -> list[Bytes]:
    source = open_source(path)
    return [frame.picture(source.height, source.width) for frame in source.frames()]


def test_every_frame_is_its_clips_frame_through_the_one_table(folder: Path) -> None:
    table = read_table(folder / "look.cube")
    before, after = frames_of(folder / "clip.mp4"), frames_of(folder / "out.mp4")
    assert len(after) == COUNT
    for content, graded in zip(before, after, strict=True):
        wanted = table.apply(pixels_of(content))
        difference = np.abs(wanted - pixels_of(graded))
        assert difference.mean() < 0.012, "what the codec loses"
        assert np.abs(wanted - pixels_of(content)).mean() > 2 * difference.mean()


def test_sound_and_recipe_are_in_the_film(folder: Path) -> None:
    with av.open(str(folder / "out.mp4")) as film:
        assert film.streams.audio
    assert '"film": true' in pinxit("show", "out.mp4", "--json", folder=folder).stdout


def test_redo_makes_the_same_film(folder: Path, tmp_path: Path) -> None:
    pinxit("redo", str(folder / "out.mp4"), "-o", "again.mp4", folder=tmp_path)
    for first, second in zip(frames_of(folder / "out.mp4"), frames_of(tmp_path / "again.mp4"), strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_part_of_the_film(folder: Path, tmp_path: Path) -> None:
    pinxit("grade", str(folder / "clip.mp4"), "-s", "house:ink", "--end", "0.25", "-o", "part.mp4", folder=tmp_path)
    assert len(frames_of(tmp_path / "part.mp4")) == 6


def test_an_interrupted_film_is_continued(folder: Path, tmp_path: Path) -> None:
    """After some frames the work ends; the same command does only the rest, and nothing is left beside the film."""
    target = tmp_path / "out.mp4"
    steps: Any = prepare_film_grade(folder / "clip.mp4", [folder / "style.png"]).paint(target)
    for progress in steps:
        if progress.frame >= 7:
            break
    steps.close()
    assert not target.exists()
    done = [step.frame for step in prepare_film_grade(folder / "clip.mp4", [folder / "style.png"]).paint(target)]
    assert min(frame for frame in done if frame) > 6 - 1
    for first, second in zip(frames_of(folder / "out.mp4"), frames_of(target), strict=True):
        np.testing.assert_array_equal(first, second)
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_a_folder_of_frames_becomes_one(tmp_path: Path, folder: Path) -> None:
    for number, frame in enumerate(pan(3)):
        pictures.write(pictures.from_array(frame), tmp_path / "in" / f"{number:03}.png")
    pinxit("grade", "in", "-s", str(folder / "look.cube"), "-o", "out", folder=tmp_path)
    table = read_table(folder / "look.cube")
    graded = pictures.read(tmp_path / "out" / "frame_000002.png").pixels
    wanted = table.apply(pixels_of(pan(3)[1]))
    assert np.abs(graded - wanted).max() < 4 / 255


def test_the_filter_of_bytes_differs_from_the_table_by_rounding() -> None:
    import PIL.Image

    red, green, blue = np.moveaxis(grid(), -1, 0)
    table = LookupTable(np.stack([red**0.8, 0.1 + 0.8 * green, (blue + red) / 2], axis=-1))
    photo = pictures.to_array(pictures.fit(pictures.sample("coffee"), 200))
    exact = table.apply(pixels_of(photo)).transpose(1, 2, 0) * 255
    fast = np.asarray(PIL.Image.fromarray(photo).filter(byte_filter(table)))
    assert np.abs(fast - exact).max() < 1.1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("grade clip.mp4 -s style.png -o out.png", "not a kind of film"),
        ("grade clip.mp4 -s style.png -o new.mp4 --start 9", "it is shorter"),
        ("grade clip.mp4 -s style.png -o new.mp4 --start 2 --end 1", "--end must be later than --start"),
        ("grade clip.mp4 -s style.png -o out.mp4", "out.mp4 exists"),
        ("grade no.mp4 -s style.png -o new.mp4", "there is no clip no.mp4"),
    ],
)
def test_mistakes_are_one_sentence(line: str, sentence: str, folder: Path) -> None:
    refused = pinxit(*line.split(), folder=folder, check=2)
    assert sentence in refused.stderr.splitlines()[-1]
    assert not (folder / "new.mp4").exists()


def test_films_are_told_from_pictures(tmp_path: Path) -> None:
    assert is_film(tmp_path)
    assert is_film(Path("A.MOV"))
    assert not is_film(Path("a.jpg"))
