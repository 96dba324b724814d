"""No file that a command reads is written, none is written twice, and no file of a folder is passed over in silence."""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
from pathlib import Path

import pytest

from pinxit import PinxitError
from pinxit import image as pictures
from pinxit.cli.main import main
from pinxit.files.paths import check_apart

QUICK = "--size 64 --coarsest 64 --iterations 1 --device cpu"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> Path:
    """A folder with photographs a.jpg and b.png, a style s.jpg, a mask m.png and some links, as the current one."""
    small = pictures.fit(pictures.sample("cat"), 80)
    for name in (
        "a.jpg",
        "b.png",
        "s.jpg",
        "m.png",
        "frames/f_1.png",
        "frames/f_2.png",
        "icons/i.png",
        "sides/keep.png",
    ):
        pictures.write(small, tmp_path / name)
    (tmp_path / "link.jpg").symlink_to("a.jpg")
    (tmp_path / "hard.jpg").hardlink_to(tmp_path / "a.jpg")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["pinxit", *shlex.split(line)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "line",
    [
        "stylize a.jpg -s s.jpg -o a.jpg --overwrite",
        "stylize a.jpg -s s.jpg -o ./a.jpg --overwrite",
        "stylize a.jpg -s s.jpg -o link.jpg --overwrite",
        "stylize a.jpg -s s.jpg -o hard.jpg --overwrite",
        "stylize a.jpg -s s.jpg -o s.jpg --overwrite",
        "stylize a.jpg -s s.jpg --keep m.png -o m.png --overwrite",
        "stylize a.jpg --region m.png=s.jpg -o m.png --overwrite",
        "stylize a.jpg -s s.jpg --style-mask m.png -o m.png --overwrite",
        "stylize a.jpg -s s.jpg --init b.png -o b.png --overwrite",
        "stylize a.jpg -s s.jpg -o o.png --plot o.png",
        "stylize a.jpg -s s.jpg -o o.png --plot new/../o.png",
        "stylize a.jpg -s s.jpg -o o.png --preview o.png",
        "stylize a.jpg -s s.jpg -o o.png --preview a.jpg --overwrite",
        "stylize a.jpg -s s.jpg -o o.png --plot b.png --preview b.png --overwrite",
        "stylize a.jpg b.png -s s.jpg -o . --preview a-s.png",
        "batch . -s s.jpg -o .",
        "batch frames -s s.jpg -o ./frames/",
        "batch sides -s sides/keep.png -o out/../sides --overwrite",
        "sweep a.jpg -s s.jpg -o s.jpg --overwrite",
        "sweep a.jpg -s s.jpg --init b.png,m.png -o m.png --overwrite",
        "compare a.jpg --content b.png --style s.jpg -o s.jpg --overwrite",
        "compare a.jpg --content b.png --style s.jpg -o link.jpg --overwrite",
        "video frames -s s.jpg -o frames --overwrite",
        "video frames -s s.jpg -o out --preview frames/f_1.png --overwrite",
        "video frames -s s.jpg -o out --preview frames/f_9.png",
        "video frames -s s.jpg -o out --preview out",
        "live --source frames -s s.jpg -o frames/o.mp4",
        "texture s.jpg -o s.jpg --overwrite",
        "texture s.jpg -o t.png --maps --preview t_height.png",
        "texture s.jpg --like t_normal.png -o t.png --maps --preview t_normal.png",
        "panorama a.jpg -s s.jpg -o a.jpg --overwrite",
        "panorama a.jpg -s sides/px.png -o sides --cubemap --overwrite",
        "sprites icons -s s.jpg -o icons --overwrite",
        "theme s.jpg -o . --overwrite",
        "theme s.jpg --icons icons -o icons --overwrite",
        "pattern s.jpg --size 64px -o p.png --sheet --preview p_sheet.png",
        "pattern s.jpg --palette b.png --size 64px -o b.png --overwrite",
        "wear a.jpg --mask m.png --pattern b.png -o b.png --overwrite",
        "grade a.jpg -s b.png -o b.png --overwrite",
        "wear a.jpg --mask m.png --pattern b.png -o m.png --overwrite",
        "taste like a.jpg --profile a.jpg",
        "taste rank a.jpg -o a.jpg --overwrite",
        "train s.jpg -o n.pinxit --preview s.jpg --overwrite",
        "train s.jpg --photographs frames -o n.pinxit --preview frames/f_1.png --overwrite",
        "redo made.png -o made.png --overwrite",
        "redo made.png -o a.jpg --overwrite",
    ],
)
def test_what_is_read_is_never_written(
    folder: Path, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if "sides/px" in line:
        (folder / "sides" / "keep.png").rename(folder / "sides" / "px.png")
    if "t_normal" in line:
        (folder / "b.png").rename(folder / "t_normal.png")
    if "made.png" in line:
        sha256 = hashlib.sha256((folder / "a.jpg").read_bytes()).hexdigest()
        recipe = f'{{"schema_version": 1, "pinxit": "0", "content": {{"name": "a.jpg", "sha256": "{sha256}"}}}}'
        pictures.write(pictures.sample("cat"), folder / "made.png", recipe=recipe)
    before = state(folder)
    assert run(line, monkeypatch) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("pinxit: ")
    assert "choose another" in sentence or "give another" in sentence
    assert state(folder) == before


def test_one_name_in_upper_and_lower_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_apart(reads=[], writes={"one": tmp_path / "A.png", "other": tmp_path / "a.png"})
    monkeypatch.setattr("pinxit.files.paths._folds_case", lambda _: True)  # as on a Mac
    with pytest.raises(PinxitError, match="written twice"):
        check_apart(reads=[], writes={"one": tmp_path / "A.png", "other": tmp_path / "a.png"})


class TestFolders:
    def test_every_file_that_is_left_out_is_named(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        photos = folder / "photos"
        photos.mkdir()
        photograph = (folder / "a.jpg").read_bytes()
        for name in ("y.jfif", "z.JPE", "noext", "c.jpeg_large"):
            (photos / name).write_bytes(photograph)
        (photos / "notes.txt").write_text("no picture")
        (photos / "void.xyz").write_bytes(b"")
        (photos / ".hidden").write_text("quietly")
        os.mkfifo(photos / "pipe")
        (photos / "elsewhere").symlink_to(folder / "frames")
        assert run(f"batch photos -s s.jpg -o photos/out {QUICK}", monkeypatch) == 0
        printed = capsys.readouterr().err
        made = {path.name for path in (photos / "out").iterdir()}
        assert made == {"y.jfif.png", "z.JPE.png", "noext.png", "c.jpeg_large.png"}
        for part in (
            "1 left out of photos, no picture: notes.txt.",
            "1 left out of photos, empty: void.xyz.",
            "1 left out of photos, not a regular file: pipe.",
            "1 left out of photos, a link to a folder: elsewhere.",
            "4 painted, 0 done before, 0 failed.",
        ):
            assert part in printed
        assert ".hidden" not in printed
        # A second run takes no result for an input, neither where they go now nor where they went before.
        assert run(f"batch photos -s s.jpg -o photos/out {QUICK}", monkeypatch) == 0
        assert "0 painted, 4 done before, 0 failed." in capsys.readouterr().err
        assert run(f"batch photos -s s.jpg -o photos/more {QUICK}", monkeypatch) == 0
        printed = capsys.readouterr().err
        assert "4 left out of photos, a result of pinxit: " in printed
        assert "4 painted, 0 done before" in printed

    def test_nothing_to_do(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "texts" / "within").mkdir(parents=True)
        (folder / "texts" / "a.txt").write_text("a")
        assert run("batch texts -s s.jpg -o out", monkeypatch) == 2
        assert "1 no picture" in capsys.readouterr().err
        pictures.write(pictures.sample("cat"), folder / "texts" / "out" / "a.png")
        for command in ("batch", "sprites"):
            assert run(f"{command} texts -s s.jpg -o texts/out", monkeypatch) == 2
            assert "there is nothing to paint in texts" in capsys.readouterr().err

    def test_two_pictures_of_one_result(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pictures.to_pil(pictures.sample("cat")) as image:
            image.save(folder / "icons" / "i.gif")
        (folder / "icons" / "i.png").rename(folder / "icons" / "i.gif.png")
        assert run("batch icons -s s.jpg -o out", monkeypatch) == 2
        assert "written twice" in capsys.readouterr().err
        assert not (folder / "out").exists()

    def test_results_beside_their_pictures_are_no_inputs(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        line = f"stylize frames -s house:swirl -o frames {QUICK} --overwrite"
        assert run(line, monkeypatch) == 0
        assert run(line, monkeypatch) == 0
        assert "2 left out of frames, a result of pinxit: f_1-swirl.png, f_2-swirl.png." in capsys.readouterr().err
        assert len(list((folder / "frames").iterdir())) == 4
