"""Specs: what is allowed, and that the recipe in any result is a valid spec."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.jobs.errors import Missing, Refused
from pinxit.jobs.files import Files
from pinxit.jobs.runners.base import RunOutput
from pinxit.jobs.runners.registry import open_runner
from pinxit.jobs.specs import Spec, adapter, read_spec, title_of
from pinxit.jobs.specs.stylize import StylizeSpec
from pinxit.jobs.specs.theme import ThemeSpec
from pinxit.works import JOBS

NETWORK = {"engine": "network", "size": 96}


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "files")


def put(files: Files, picture: Picture, name: str) -> dict[str, Any]:
    """An upload, as an order names it."""
    with files.new() as incoming:
        incoming.write(pictures.to_bytes(picture))
        file, _ = incoming.commit(name, {"kind": "picture", "media": "image/png"})
    return {"name": file.name, "sha256": file.id}


def made(order: Spec, files: Files, folder: Path) -> RunOutput:
    """All that comes of an order, painted in this process."""
    folder.mkdir(exist_ok=True)
    runner = open_runner(order, files, folder)
    *_, last = runner.paint()
    return runner.output(last, whole=True)


def pixels(output: RunOutput, role: str = "picture") -> Any:
    (path,) = [one.path for one in output.files if one.role == role][:1]
    return pictures.read(path.read_bytes()).pixels


def orders(photo: dict[str, Any], mask: dict[str, Any]) -> list[dict[str, Any]]:
    style = {"name": "house:swirl", "share": 2}
    return [
        {"work": "stylize", "content": photo, "styles": [{**style, "region": mask}, photo], "keep": mask, **NETWORK},
        {"work": "stylize", "content": photo, "styles": [photo], "init": "picture", "init_picture": mask, "size": 64,
         "iterations": [2], "seed": 5, "style_layers": {"relu1_1": 1.0}},
        {"work": "texture", "styles": [style], "height": 64, "width": 80, "tile": True, "maps": True, "size": 999,
         "iterations": [2], "seed": 3},
        {"work": "texture", "styles": [photo], "height": 64, "width": 64, "like": photo, "engine": "network"},
        {"work": "pattern", "styles": [style], "repeat": "mirror", "height": 96, "width": 64, "dpi": 150, "sheet": True,
         "palettes": [["#102030", "#F0E0D0"], ["#000000", "#808080", "#ffffff"]], "engine": "network"},
        {"work": "panorama", "content": photo, "styles": [style], "engine": "network", "size": 256},
        {"work": "panorama", "content": photo, "styles": [style], "cubemap": True, "engine": "network", "size": 256},
        {"work": "wear", "photo": photo, "mask": mask, "patterns": [{"name": "house:batik"}], "scale": 0.4, "angle": 30,
         "hue": 60, "corners": [[10, 5], [120, 8], [118, 60], [8, 58]]},
        {"work": "wear", "photo": photo, "mask": mask, "patterns": [{"name": "house:batik"}, photo], "variations": 5,
         "cell": 64},
        {"work": "wear", "photo": photo, "mask": mask, "styles": [{"name": "house:waves"}], "size": 64, "iterations": [2],
         "style_layers": {"relu1_1": 1.0}, "hue": 200},
        {"work": "grade", "content": photo, "styles": [style, mask], "strength": 0.8, "skin": 0.3},
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(11))
def test_a_recipe_is_an_order_once_more(number: int, files: Files, tmp_path: Path, cat: Picture) -> None:
    photo = put(files, pictures.resize(cat, 64, 128), "photo.png")
    mask = put(files, Picture(np.tile(np.linspace(0, 1, 128, dtype=np.float32), (3, 64, 1))), "mask.png")
    order = read_spec(orders(photo, mask)[number])
    first = made(order, files, tmp_path / "first")
    # As the result tells it, and as the file itself does.
    again = made(read_spec(json.loads(json.dumps(first.recipe))), files, tmp_path / "again")
    role = "px" if any(one.role == "px" for one in first.files) else "picture"
    np.testing.assert_array_equal(pixels(first, role), pixels(again, role))
    assert again.recipe == first.recipe
    assert [one.role for one in again.files] == [one.role for one in first.files]
    (path,) = [one.path for one in first.files if one.role == role][:1]
    inside = read_spec(json.loads(pictures.read_recipe(path.rename(path.with_suffix(".png"))) or ""))
    assert inside.work == order.work
    text = json.dumps(first.recipe)
    assert str(tmp_path) not in text
    assert ".bytes" not in text
    if photo["sha256"] in text:
        assert '"photo.png"' in text


def test_a_change_of_a_recipe_is_an_order(files: Files, tmp_path: Path) -> None:
    order = {"content": {"name": "sample:cat"}, "styles": [{"name": "house:swirl"}], **NETWORK}
    recipe = made(read_spec(order), files, tmp_path / "first").recipe
    changed = read_spec({**recipe, "size": 64, "strength": 0.5})
    assert isinstance(changed, StylizeSpec)
    assert pixels(made(changed, files, tmp_path / "changed")).shape[2] == 64


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"preset": "draft"}, "preset is for the engine"),
        ({"patterns": []}, "either a pattern"),
        ({"patterns": [{"name": "house:swirl"}] * 2}, "how many designs"),
        ({"patterns": [], "styles": [{"name": "house:swirl"}], "angle": 5}, "lay a pattern"),
        ({"corners": [[0, 0], [9, 9], [9, 0], [0, 9]]}, "corners cross"),
        ({"corners": [[0, 0], [9, 9]]}, "4 items"),
        ({"variations": 61}, "60"),
    ],
)
def test_what_cannot_be_worn_is_refused_in_a_sentence(change: dict[str, Any], words: str) -> None:
    order = {"work": "wear", "photo": {"name": "sample:cat"}, "mask": {"name": "sample:cat"},
             "patterns": [{"name": "house:swirl"}]}  # fmt: skip
    assert title_of(read_spec(order)) == "cat-swirl"
    with pytest.raises(Refused, match=words):
        read_spec({**order, **change})


def test_a_sweep_is_a_sheet_whose_cells_outlive_a_crash(files: Files, tmp_path: Path) -> None:
    order = read_spec({
        "work": "sweep", "content": {"name": "sample:cat"}, "styles": [{"name": "house:swirl"}], **NETWORK,
        "vary": {"strength": [0.5, 1], "size": [64, 96]},
    })  # fmt: skip
    tmp_path.joinpath("job").mkdir()
    first = open_runner(order, files, tmp_path / "job").paint()
    number = 0
    while number < 3:
        number = getattr(next(first), "number")  # noqa: B009 - of these items alone
    second = open_runner(order, files, tmp_path / "job")
    items = list(second.paint())
    assert getattr(items[0], "number") == 3  # noqa: B009
    output = second.output(items[-1], whole=True)
    assert [one.role for one in output.files] == ["picture"]
    assert read_spec(output.recipe) == order
    assert pixels(output).shape[1:] == (845, 765)


def test_a_theme_has_a_page_and_an_archive(files: Files, tmp_path: Path, cat: Picture) -> None:
    import zipfile

    icon = put(files, Picture(cat.pixels[:, :32, :32].copy(), np.ones((32, 32), np.float32)), "../../My icon.png")
    order = read_spec({
        "work": "theme", "styles": [{"name": "house:waves", "share": 2}, {"name": "sample:coffee"}], "icons": [icon],
        "avatars": [{"name": "sample:cat"}], "backgrounds": [[128, 96]], "size": 128, "engine": "network",
    })  # fmt: skip
    output = made(order, files, tmp_path / "job")
    roles = {one.role: one.path for one in output.files}
    assert list(roles) == ["picture", "page", "archive"]
    with zipfile.ZipFile(roles["archive"]) as archive:
        names = archive.namelist()
    assert "icons/own/my-icon-1.png" in names
    assert not [name for name in names if ".." in name or name.startswith("/")]
    assert b"<html" in roles["page"].read_bytes()[:200]
    again = read_spec(output.recipe)
    assert isinstance(again, ThemeSpec)
    assert [style.share for style in again.styles] == [2, 1]
    assert title_of(again) == "waves-coffee"


BASE: dict[str, Any] = {"work": "stylize", "content": {"name": "sample:cat"}, "styles": [{"name": "house:swirl"}]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"content": {"name": "/etc/passwd"}}, "not a picture"),
        ({"content": {"name": "https://example.org/a.png"}}, "not a picture"),
        ({"content": {"name": "house:swril"}}, "did you mean house:swirl"),
        ({"content": {"name": "sample:cat", "sha256": "0" * 64}}, "there is no sample:cat"),
        ({"content": {"name": "a", "sha256": "../../etc/passwd"}}, "sha256"),
        ({"content": {"name": "a" * 256, "sha256": "0" * 64}}, "255"),
        ({"styles": []}, "styles"),
        ({"styles": [{"name": "house:swirl"}] * 17}, "styles"),
        ({"styles": [{"name": "house:swirl", "share": 0}]}, "share"),
        ({"styles": [{"name": "house:swirl", "share": float("nan")}]}, "share"),
        ({"size": 10**6}, "size"),
        ({"size": 5000}, "4096"),
        ({"preset": "gatys", "size": 4097}, "4096"),
        ({"size": -1}, "size"),
        ({"style_weight": float("inf")}, "style_weight"),
        ({"style_weight": -1}, "style_weight"),
        ({"iterations": [10**9]}, "iterations"),
        ({"output": "/x/y"}, "output"),
        ({"encoder_weights": "/x/y"}, "encoder_weights"),
        ({"init": "picture"}, "init_picture"),
        ({"work": "live"}, "work"),
        ({"work": "sweep", "vary": {"style_weight": [1] * 26}}, "26 pictures"),
        ({"work": "sweep", "vary": {"size": [64, 9000]}}, "size"),
        ({"work": "sweep", "vary": {"content": ["/etc/passwd"]}}, "not a setting"),
        ({"work": "sweep", "vary": {}}, "vary"),
        ({"work": "sweep", "vary": {"init": ["noise", "picture"]}}, "init"),
        ({"work": "video", "clip": {"name": "sample:cat"}}, "not a clip"),
    ],
)
def test_what_is_not_allowed_is_refused_in_a_sentence(change: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=r"\.$") as refused:
        read_spec({**BASE, **change})
    assert words in str(refused.value)
    assert refused.value.code == "order_refused"


@pytest.mark.parametrize("data", [None, [], "x", 5, {}, {"work": None}, {"work": ["stylize"]}, {**BASE, "styles": "x"}])
def test_nonsense_is_refused(data: Any) -> None:
    with pytest.raises(Refused):
        read_spec(data)


def test_what_is_nested_without_end_is_refused() -> None:
    deep: Any = "x"
    for _ in range(5000):
        deep = {"name": deep}
    with pytest.raises(Refused):
        read_spec({**BASE, "content": deep})


def test_there_is_a_schema_of_all_orders() -> None:
    schema = adapter().json_schema()
    assert set(schema["discriminator"]["mapping"]) == set(JOBS)
    assert schema["$defs"]["StylizeSpec"]["properties"]["style_weight"]["group"] == "Options"


def test_what_is_none_was_not_chosen() -> None:
    order = read_spec({**BASE, "size": None, "keep": None, "styles": [{"name": "house:swirl", "region": None}]})
    assert order.to_data() == BASE


def test_files_that_are_gone_and_masks_that_do_not_fit_are_reported_by_their_names(
    files: Files, tmp_path: Path
) -> None:
    with pytest.raises(Missing):
        open_runner(read_spec({**BASE, "content": {"name": "a.png", "sha256": "0" * 64}}), files, tmp_path)
    black = put(files, Picture(np.zeros((3, 32, 32), np.float32)), "black.png")
    styles = [{"name": "house:swirl", "mask": black}]
    with pytest.raises(PinxitError, match=r"black\.png") as error:
        open_runner(read_spec({**BASE, "styles": styles}), files, tmp_path)
    assert str(tmp_path) not in str(error.value)


def test_a_file_of_another_kind_is_reported_by_its_name(files: Files, tmp_path: Path) -> None:
    with files.new() as incoming:
        incoming.write(b"no picture")
        file, _ = incoming.commit("notes.png", {"kind": "picture", "media": "image/png"})
    order = read_spec({**BASE, "content": {"name": "notes.png", "sha256": file.id}})
    with pytest.raises(PinxitError, match=r"notes\.png is not a picture") as error:
        open_runner(order, files, tmp_path)
    assert str(tmp_path) not in str(error.value)


def _unbounded(schema: Any, where: str = "") -> Iterator[str]:
    """Where a schema allows a text, a list, a table or a number without end."""
    if isinstance(schema, list):
        for number, one in enumerate(schema):
            yield from _unbounded(one, f"{where}/{number}")
    if not isinstance(schema, dict):
        return
    bounds = {
        "string": {"maxLength", "enum", "const"},
        "array": {"maxItems"},
        "object": {"maxProperties", "properties"},
        "integer": {"maximum", "exclusiveMaximum"},
        "number": {"maximum", "exclusiveMaximum", "le"},
    }
    kind = schema.get("type")
    digest = schema.get("pattern") == "^([0-9a-f]{64})?$"
    if isinstance(kind, str) and kind in bounds and not bounds[kind] & schema.keys() and not digest:
        yield where
    if schema.get("additionalProperties") is True:
        yield where
    for name, inner in schema.items():
        yield from _unbounded(inner, f"{where}/{name}")


def test_everything_in_an_order_has_a_bound() -> None:
    assert list(_unbounded(adapter().json_schema())) == []


@pytest.mark.parametrize(
    "order",
    [
        {**BASE, "content": {"name": "x" * 1_000_000, "sha256": "0" * 64}},
        {**BASE, "content": {"name": "sample:cat", "bytes": 2**63}},
        {**BASE, "styles": [{"name": "house:swirl"}] * 100},
        {**BASE, "styles": [{"name": "house:swirl", "share": float("nan")}]},
        {**BASE, "style_layers": "relu1_1=1," * 100_000},
        {**BASE, "style_layers": {f"relu1_1{number}": 1 for number in range(10_000)}},
        {**BASE, "iterations": "1," * 300_000},
        {**BASE, "size": 10**4000},
        {**BASE, "style_weight": 10**4000},
        {**BASE, "work": "sweep", "vary": {"init": ["x" * 1_000_000]}},
        {**BASE, "work": "sweep", "vary": {"x" * 1_000_000: [1]}},
        {**BASE, "work": "sweep", "vary": {"style_weight": [1.0] * 100_000}},
        {**BASE, "work": "sweep", "vary": {"style_weight": [float("nan")]}},
        {**BASE, "work": "sweep", "vary": {"style_weight": [float("inf")]}},
        {"work": "pattern", "styles": [{"name": "house:swirl"}], "palettes": [["#" * 1_000_000] * 2]},
        {"work": "pattern", "styles": [{"name": "house:swirl"}], "palettes": [["#000000"] * 1000]},
        {"work": "theme", "styles": [{"name": "house:swirl"}], "icons": [{"name": "sample:cat"}] * 1000},
        {"work": "theme", "styles": [{"name": "house:swirl"}], "backgrounds": [[64, 64]] * 1000},
        {"work": "train", "styles": [{"name": "house:swirl"}], "steps": 10**400},
    ],
)
def test_what_is_too_much_is_refused_shortly_and_soon(order: dict[str, Any]) -> None:
    started = time.process_time()
    with pytest.raises(Refused) as refused:
        read_spec(order)
    assert len(str(refused.value)) < 1000
    assert time.process_time() - started < 1


def sprite(seed: int, height: int, width: int, *, visible: bool = True) -> Picture:
    """A coloured disc on a transparent ground."""
    rows, columns = np.mgrid[:height, :width]
    disc = (columns - width / 2) ** 2 + (rows - height / 2) ** 2 < (width / 2.2) ** 2
    planes = np.stack([columns / width, rows / height, np.full((height, width), seed / 5)])
    return Picture(planes.astype(np.float32), disc.astype(np.float32) * visible)


def test_a_set_of_sprites_is_one_archive(files: Files, tmp_path: Path) -> None:
    import zipfile

    marked = sprite(2, 48, 40)
    pixels_of = marked.pixels.copy()
    assert marked.alpha is not None
    alpha = marked.alpha.copy()
    pixels_of[:, 0, 10:20], alpha[0, 10:20] = 0, 1  # a mark of a nine-patch
    originals = [sprite(1, 32, 32), Picture(pixels_of, alpha), sprite(3, 64, 64), sprite(4, 16, 16, visible=False)]
    names = ["coin.png", "../button.9.png", "coin.png", "empty.png"]
    given = [put(files, picture, name) for picture, name in zip(originals, names, strict=True)]
    order = read_spec({"work": "sprites", "sprites": given, "styles": [{"name": "house:mosaic"}], **NETWORK})
    output = made(order, files, tmp_path / "job")
    paths = {one.role: one.path for one in output.files}
    assert list(paths) == ["picture", "original", "archive"]
    with zipfile.ZipFile(paths["archive"]) as archive:
        assert archive.namelist() == ["coin.png", "button.9.png", "coin-2.png", "empty.png"]
        painted = [pictures.read(archive.read(name)) for name in archive.namelist()]
    for before, after in zip(originals, painted, strict=True):
        assert before.alpha is not None
        assert after.alpha is not None
        np.testing.assert_array_equal(after.alpha, before.alpha)
    np.testing.assert_array_equal(painted[1].pixels[:, 0, 10:20], 0)
    assert np.abs(painted[0].pixels - originals[0].pixels)[:, originals[0].alpha == 1].mean() > 0.05
    # The recipe is the same order again, the transparent sprite included.
    again = read_spec(json.loads(json.dumps(output.recipe)))
    assert [one.name for one in again.sprites] == [one.name for one in order.sprites]  # type: ignore[attr-defined]
    np.testing.assert_array_equal(pixels(made(again, files, tmp_path / "again")), pixels(output))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sprites": []}, "sprites"),
        ({"sprites": [{"name": "sample:cat"}]}, "upload a file"),
        ({"sprites": [{"name": "a.png", "sha256": "0" * 64}] * 2}, "twice"),
        ({"grid": [0, 32]}, "grid"),
        ({"wrap": "both"}, "wrap"),
        ({"styles": [{"name": "house:swirl", "region": {"name": "sample:cat"}}]}, "regions"),
    ],
)
def test_what_is_no_set_of_sprites_is_refused_in_a_sentence(change: dict[str, Any], words: str) -> None:
    order = {"work": "sprites", "sprites": [{"name": "a.png", "sha256": "0" * 64}], "styles": [{"name": "house:swirl"}]}
    read_spec(order)
    with pytest.raises(Refused, match=words):
        read_spec({**order, **change})


def test_sprites_that_cannot_be_painted_are_reported_by_their_names(files: Files, tmp_path: Path) -> None:
    base = {"work": "sprites", "styles": [{"name": "house:swirl"}], **NETWORK}
    empty = put(files, sprite(4, 16, 16, visible=False), "empty.png")
    with pytest.raises(PinxitError, match="transparent all over"):
        open_runner(read_spec({**base, "sprites": [empty]}), files, tmp_path)
    sheet = put(files, sprite(1, 32, 48), "sheet.png")
    with pytest.raises(PinxitError, match=r"sheet\.png has 48×32 px"):
        open_runner(read_spec({**base, "sprites": [sheet], "grid": [32, 32]}), files, tmp_path)
