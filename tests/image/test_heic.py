"""HEIC, as telephones take it: orientation, profile, transparency, 10 bits; and the sentence where its reader is missing."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pillow_heif
import pytest

from pinxit import Picture, PinxitError
from pinxit import image as pictures
from pinxit.image.color import srgb_profile


def _heic(image: PIL.Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=-1, chroma=444, **options)
    return file.getvalue()


def test_pixels_profile_and_name_do_not_matter(cat: Picture, tmp_path: Path) -> None:
    content = _heic(pictures.to_pil(cat), icc_profile=srgb_profile())
    for name in ("IMG_1.HEIC", "noext", "wrong.jpg"):
        (tmp_path / name).write_bytes(content)
        read = pictures.read(tmp_path / name)
        assert np.abs(read.pixels - cat.pixels).mean() < 0.01
    assert [path.name for path in pictures.tree(tmp_path)] == ["IMG_1.HEIC", "noext", "wrong.jpg"]


def test_the_right_way_up(cat: Picture) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90 degrees
    turned = pictures.to_pil(cat).transpose(PIL.Image.Transpose.ROTATE_90)
    file = io.BytesIO()
    pillow_heif.register_heif_opener()
    turned.save(file, "HEIF", quality=-1, exif=exif.tobytes())
    read = pictures.read(file.getvalue())
    assert (read.height, read.width) == (cat.height, cat.width)
    assert np.abs(read.pixels - cat.pixels).mean() < 0.01


def test_transparency(cat: Picture) -> None:
    image = pictures.to_pil(cat).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 48, 32))
    read = pictures.read(_heic(image))
    assert read.alpha is not None
    assert read.alpha[:30, :46].max() < 0.02
    assert read.alpha[34:].min() > 0.98


def test_ten_bits(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256 * 64).reshape(64, 256)
    array = np.repeat(ramp[..., None], 3, axis=2).astype(np.uint16)
    file = io.BytesIO()
    pillow_heif.encode("RGB;16", (256, 64), array.tobytes(), file, quality=-1, chroma=444)
    read = pictures.read(file.getvalue())
    assert not read.notes
    assert len(np.unique(read.pixels[1])) > 512, "8 bits have 256"
    assert np.abs(read.pixels - array.transpose(2, 0, 1) / 65535).max() < 0.02


def test_the_extra_is_named(cat: Picture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.heic").write_bytes(_heic(pictures.to_pil(cat)))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PinxitError, match=r"a\.heic is a HEIC picture, which needs .*pinxit\[photo\]"):
        pictures.read(tmp_path / "a.heic")


def test_a_damaged_one(cat: Picture) -> None:
    content = _heic(pictures.to_pil(cat))
    for broken in (content[: len(content) // 2], content[:40], content[:200] + bytes(len(content) - 200)):
        with pytest.raises(PinxitError):
            pictures.read(broken)


def test_avif_is_read_as_before(cat: Picture) -> None:
    pillow_heif.register_heif_opener()
    read = pictures.read(pictures.to_bytes(cat, kind="AVIF"))
    assert np.abs(read.pixels - cat.pixels).mean() < 0.02
