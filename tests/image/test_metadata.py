"""Where recipes and EXIF are looked for, in files as other programs leave them."""

from __future__ import annotations

from pathlib import Path

import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import exif, metadata
from tests.image.files import file_of

RECIPE = '{"style": "höuse"}'
PLAIN = PIL.Image.new("RGB", (16, 16), "red")


def commented(comment: bytes) -> PIL.Image.Exif:
    """EXIF with a UserComment."""
    block = PIL.Image.Exif()
    block.get_ifd(exif.IFD)[exif.USER_COMMENT] = comment
    return block


@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + RECIPE.encode("utf-16-le"),
        b"UNICODE\0" + RECIPE.encode("utf-16-be"),
        b"UNICODE\0" + ("\ufeff" + RECIPE).encode("utf-16-le"),
        b"UNICODE\0" + ("\ufeff" + RECIPE).encode("utf-16-be"),
        bytes(8) + RECIPE.encode(),
        RECIPE.encode() + b"\0\0",
    ],
    ids=["little endian", "big endian", "marked little endian", "marked big endian", "undefined", "bare"],
)
def test_encodings_of_a_comment(tmp_path: Path, comment: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(file_of(PLAIN, "jpeg", exif=commented(comment)))
    assert pictures.read_recipe(path) == RECIPE


@pytest.mark.parametrize("kind", ["png", "tiff", "jpeg", "webp", "avif"])
def test_a_comment_in_every_kind(tmp_path: Path, kind: str) -> None:
    """Programs that convert a result take its EXIF along, not the text chunk of a PNG."""
    path = tmp_path / f"a.{kind}"
    path.write_bytes(file_of(PLAIN, kind, exif=commented(b"ASCII\0\0\0" + b'{"a": 1}').tobytes()))
    assert pictures.read_recipe(path) == '{"a": 1}'


@pytest.mark.parametrize("text", ["[1]", "words", "", " " * 9, "{" + " " * metadata.MAX_CHARACTERS])
def test_what_cannot_be_a_recipe_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(file_of(PLAIN)[:33] + metadata_chunk(text) + file_of(PLAIN)[33:])
    assert pictures.read_recipe(path) is None


def metadata_chunk(text: str) -> bytes:
    from pinxit.image.png import png_text

    return png_text(metadata.KEY, text)


def test_pixels_of_a_png_are_not_decoded_for_it(tmp_path: Path) -> None:
    content = file_of(PIL.Image.effect_noise((64, 64), 90).convert("RGB"))
    path = tmp_path / "cut.png"
    path.write_bytes(content[: len(content) // 2])
    assert pictures.read_recipe(path) is None
    with pytest.raises(PinxitError, match="damaged"):
        pictures.read(path)


def test_what_json_escapes() -> None:
    assert metadata.ascii_json('{"ü": "🎨"}') == '{"\\u00fc": "\\ud83c\\udfa8"}'
    assert metadata.ascii_json('{"plain": "\x7f~"}') == '{"plain": "\x7f~"}'


def test_no_room_for_both() -> None:
    """The photograph's EXIF gives way to the recipe, because a JPEG's segment is too short for both."""
    photograph = PIL.Image.Exif()
    photograph[0x013B] = "Artist " * 5000
    for length, camera in ((100, True), (30_000, False)):
        block = PIL.Image.Exif()
        block.load(metadata.exif_with("{" + " " * length + "}", photograph.tobytes()))
        assert (0x013B in block) is camera
        assert block.get_ifd(exif.IFD)[exif.USER_COMMENT].startswith(b"ASCII\0\0\0{")


def test_pixels_per_inch_and_nothing_at_all() -> None:
    block = PIL.Image.Exif()
    block.load(metadata.exif_with(None, None, dpi=300))
    assert (block[0x011A], block[0x011B], block[0x0128]) == (300, 300, 2)
    assert metadata.exif_with(None, None) == b""


def test_how_a_photograph_was_taken_is_kept() -> None:
    block = commented(b"ASCII\0\0\0{}")
    block[0x013B] = "Vincent"
    block[0x0112] = 6
    inner = block.get_ifd(exif.IFD)
    inner[0x829A], inner[0x927C], inner[0xA002] = 0.004, b"the maker's own", 16
    picture = pictures.read(file_of(PLAIN, "jpeg", exif=block))
    kept = PIL.Image.Exif()
    kept.load(picture.exif or b"")
    assert dict(kept.get_ifd(exif.IFD)) == {0x829A: 0.004}
    assert 0x0112 not in kept
    assert exif.texts(picture.exif) == {0x013B: "Vincent"}
    assert exif.texts(None) == {}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"words", "is not a picture that pinxit reads, or is damaged: give JPEG"),
        (b"II*\0" + bytes(8), "is damaged, or a TIFF that pinxit does not read"),
        (b"8BPS\0\1" + bytes(30), "is damaged or incomplete"),
    ],
)
def test_a_file_that_cannot_be_opened_has_no_recipe(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(PinxitError, match=rf"a\.png {sentence}"):
        pictures.read_recipe(tmp_path / "a.png")
