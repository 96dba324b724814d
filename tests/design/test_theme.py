"""Themes as a person gets them: files that other programs read, pictures with their transparency, a page that needs nobody."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from pinxit import image as pictures
from pinxit.cli.theme import app
from pinxit.design.colors import TEXT, Color, contrast
from pinxit.design.glyphs import GLYPHS, glyph
from pinxit.design.roles import text_pairs
from pinxit.design.theme import prepare_theme
from pinxit.errors import PinxitError
from tests.command_line import pinxit

RUN = CliRunner()


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, own_cache: Path) -> Path:
    """A folder with a theme, painted small, and what went into it."""
    folder = tmp_path_factory.mktemp("theme")
    icons = folder / "icons"
    icons.mkdir()
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 256, (40, 50, 4), np.uint8)).save(icons / "speckles.png")
    patch = np.zeros((34, 34, 4), np.uint8)
    patch[1:-1, 1:-1] = (90, 120, 200, 255)
    patch[0, 10:24] = patch[10:24, 0] = (0, 0, 0, 255)
    Image.fromarray(patch).save(icons / "panel.9.png")
    pinxit("theme", "house:swirl", "-o", "theme", "--icons", "icons", "--size", "256", "--backgrounds", "240x126,96x160",
           folder=folder)  # fmt: skip
    return folder


def test_tokens_are_of_the_design_tokens_format(work: Path) -> None:
    tokens = json.loads((work / "theme/tokens.json").read_text())
    assert tokens["color"]["$type"] == "color"
    for mode in ("light", "dark"):
        for token in tokens["color"][mode].values():
            value = token["$value"]
            assert value["colorSpace"] == "srgb"
            read = tuple(round(number * 255) for number in value["components"])
            assert value["hex"] == Color(*read).hex
    assert tokens["radius"]["$type"] == "dimension"
    assert tokens["radius"]["medium"]["$value"] == {"value": 12, "unit": "px"}
    assert tokens["$extensions"]["pinxit"]["work"] == "theme"


def test_css_says_what_the_tokens_say_and_every_text_in_it_can_be_read(work: Path) -> None:
    css = (work / "theme/theme.css").read_text()
    tokens = json.loads((work / "theme/tokens.json").read_text())["color"]
    blocks = {
        "light": css.split('[data-theme="light"] {')[1].split("}")[0],
        "dark": css.split('[data-theme="dark"] {')[1].split("}")[0],
        "system": css.split("prefers-color-scheme: dark")[1].split("}")[0],
    }
    for name, block in blocks.items():
        found = dict(re.findall(r"--color-([a-z-]+): (#[0-9a-f]{6});", block))
        assert found == {
            role: token["$value"]["hex"] for role, token in tokens["light" if name == "light" else "dark"].items()
        }
        read = {role: Color(*bytes.fromhex(text[1:])) for role, text in found.items()}
        for text, ground in text_pairs():
            assert contrast(read[text], read[ground]) >= TEXT
    preset = (work / "theme/tailwind.preset.js").read_text()
    assert all(f"var(--color-{role})" in preset for role in tokens["light"])


def test_icons_keep_their_transparency_to_the_bit(work: Path) -> None:
    for name in GLYPHS:
        for mode in ("light", "dark"):
            with Image.open(work / f"theme/icons/{mode}/{name}.png") as image:
                assert np.array_equal(np.asarray(image)[..., 3], (glyph(name) * 255).round().astype(np.uint8))
    for name in ("speckles", "panel.9"):
        own, painted = (
            np.asarray(Image.open(path)) for path in (work / f"icons/{name}.png", work / f"theme/icons/own/{name}.png")
        )
        assert np.array_equal(own[..., 3], painted[..., 3])
        assert not np.array_equal(own[2:-2, 2:-2], painted[2:-2, 2:-2])


def test_frames_of_nine_patches_are_kept(work: Path) -> None:
    own, painted = (
        np.asarray(Image.open(work / path)) for path in ("icons/panel.9.png", "theme/icons/own/panel.9.png")
    )
    frame = np.ones(own.shape[:2], bool)
    frame[1:-1, 1:-1] = False
    assert np.array_equal(own[frame][:, 3], painted[frame][:, 3])
    seen = frame & (own[..., 3] > 0)
    assert np.array_equal(own[seen], painted[seen])
    made = np.asarray(Image.open(work / "theme/buttons/light/primary.9.png"))
    inner = np.asarray(Image.open(work / "theme/buttons/light/primary.png"))
    assert np.array_equal(made[1:-1, 1:-1, 3], inner[..., 3])
    edge = made[0]
    assert set(map(tuple, edge)) == {(0, 0, 0, 0), (0, 0, 0, 255)}, "transparent, and black for what may be stretched"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_is_written_on_can_be_read(work: Path, mode: str) -> None:
    """Every pixel of buttons, and of the quiet backgrounds as their files have them."""
    tokens = json.loads((work / "theme/tokens.json").read_text())["color"][mode]
    color = {role: Color(*bytes.fromhex(token["$value"]["hex"][1:])) for role, token in tokens.items()}
    for role in ("primary", "accent", "success", "danger"):
        pixels = np.asarray(Image.open(work / f"theme/buttons/{mode}/{role}.png"))
        assert least(pixels[pixels[..., 3] > 0][:, :3], color[f"on-{role}"]) >= TEXT
    ground = np.asarray(Image.open(work / f"theme/backgrounds/{mode}-240x126.jpg")).reshape(-1, 3)
    for role in ("text", "muted", "primary-text", "danger-text"):
        assert least(ground, color[role]) >= TEXT, role


def least(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], other: Color) -> float:
    return min(contrast(Color(*(int(number) for number in one)), other) for one in np.unique(pixels, axis=0))


def test_avatars_are_round(work: Path) -> None:
    found = sorted((work / "theme/avatars").iterdir())
    assert len(found) == 4
    alpha = np.asarray(Image.open(found[0]))[..., 3]
    assert alpha[0, 0] == 0
    assert alpha[128, 128] == 255
    assert alpha.mean() / 255 == pytest.approx(np.pi / 4, abs=0.01)


def test_page_loads_nothing_and_shows_all(work: Path) -> None:
    text = (work / "theme/index.html").read_text()

    class Reader(HTMLParser):
        sources: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            for name, value in attributes:
                if name in ("src", "href", "srcset", "data", "action"):
                    self.sources.append(value or "")

    Reader().feed(text)
    assert len(Reader.sources) > 40
    assert all(one.startswith(("data:image/", "#")) for one in Reader.sources)
    assert all(one.startswith("data:image/") for one in re.findall(r"url\(([^)]*)\)", text))
    assert "http" not in re.sub(r"http-equiv|data:image/[^\")]*", "", text)
    assert "default-src 'none'" in text
    for words in ('data-to="dark"', "prefers-color-scheme", *GLYPHS):
        assert words in text


def test_redo_makes_one_picture_again(work: Path) -> None:
    source = work / "theme/icons/dark/home.png"
    pinxit("redo", source, "-o", work / "again.png", folder=work)
    assert (work / "again.png").read_bytes() == source.read_bytes()


def test_name_of_a_painting_is_no_markup(tmp_path: Path) -> None:
    from pinxit.design.page import page
    from pinxit.design.theme import prepare_theme

    path = pictures.write(pictures.fit(pictures.sample("coffee"), 64), tmp_path / "<script>alert(1)<%2fscript>.png")
    theme = prepare_theme([path], backgrounds=[(64, 64)], settings={"size": 64})
    parts = [theme.part(name) for name in theme.part_names]
    assets = {name: one for part in parts for name, one in theme.assets(part, part.content).items()}
    assert "<script>alert" not in page(theme, assets).lower()


@pytest.mark.parametrize("value", [0, 119])
def test_pictures_of_one_color(tmp_path: Path, value: int) -> None:
    from pinxit.design.theme import prepare_theme

    Image.new("RGB", (64, 64), (value,) * 3).save(tmp_path / "plain.png")
    theme = prepare_theme([tmp_path / "plain.png"], settings={"size": 64})
    part = theme.part("icons and buttons")
    *_, last = theme.job(part).paint()
    assert len(theme.assets(part, last.picture())) > 2 * len(GLYPHS)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "--taste"),
        (("none.jpg",), "none.jpg"),
        (("house:swirl", "--icons", "svg"), "has no size"),
        (("house:swirl", "--icons", "nothing"), "not a folder"),
        (("house:swirl", "--blend", "1,2"), "--blend"),
        (("house:swirl", "-o", "full"), "--overwrite"),
        (("house:swirl", "--size", "x"), "size"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, options: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("svg", "full"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "icon.svg").write_text("<svg/>")
    before = sorted(tmp_path.rglob("*"))
    result = RUN.invoke(app, list(options))
    assert isinstance(result.exception, PinxitError), result.output
    assert sentence in str(result.exception)
    assert sorted(tmp_path.rglob("*")) == before


def test_icons_that_are_drawings(tmp_path: Path) -> None:
    """An SVG is painted beside a PNG, keeps its shape, and is drawn again by the recipe."""
    from pinxit.design.theme import prepare_theme, theme_from_recipe

    shape = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M12 1 23 23H1z"/></svg>'
    (tmp_path / "tent.svg").write_text(shape)
    theme = prepare_theme(["house:swirl"], icons=[tmp_path / "tent.svg"], settings={"size": 64, "network": "live"})
    part = theme.part("your icons")
    *_, last = theme.job(part).paint()
    painted = theme.assets(part, last.picture())["icons/own/tent"]
    assert (painted.width, painted.height) == (256, 256)
    assert painted.alpha is not None
    assert painted.alpha[200, 128] == 1
    assert painted.alpha[20, 20] == 0
    assert painted.pixels[:, 150:240, 60:200].std() > 0.02, "it is painted"
    again = theme_from_recipe(theme.recipe, [tmp_path])
    assert np.array_equal(again.icons["tent"].alpha, theme.icons["tent"].alpha)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("names", "size", "sentence"),
    [
        (["a.png", "b/a.png"], (32, 32), "two icons have the same name, such as a PNG and an SVG"),
        (["a.jpg"], (32, 32), r"a\.jpg is not a PNG or SVG: give icons as PNG"),
        (["wide.png"], (1025, 32), r"the icon wide\.png has more than 1024 px a side"),
        (["frame.9.png"], (32, 4), r"the nine-patch frame\.9\.png has fewer than 5 px a side"),
    ],
)
def test_icons_that_cannot_be_painted(tmp_path: Path, names: list[str], size: tuple[int, int], sentence: str) -> None:
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", size, "red").save(path)
    with pytest.raises(PinxitError, match=sentence):
        prepare_theme(["house:swirl"], icons=paths)


def test_a_share_for_each_picture() -> None:
    with pytest.raises(PinxitError, match="--blend has 1 shares for 2 pictures: give one each"):
        prepare_theme(["house:swirl", "house:ink"], [1.0])
