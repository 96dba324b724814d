"""What the studio takes for a picture: every kind that the library reads, by its content, and within bounds."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pillow_heif
import pytest

from pinxit import Picture
from pinxit import image as pictures
from pinxit.jobs import pool_tasks
from pinxit.jobs.errors import Refused, TooLarge
from tests.image.files import dng_of, exr_of, jxl_of

MOST_PIXELS = 10**6


def heic_of(picture: Picture) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(pictures.to_pil(picture)).save(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return a file of each kind that needs more than Pillow, by its media type."""
    cat = pictures.fit(pictures.sample("cat"), 96)
    array = pictures.to_array(cat, np.uint16)
    rgb = np.ascontiguousarray(cat.pixels.transpose(1, 2, 0), dtype=np.float32)
    return {
        "image/heic": heic_of(cat),
        "image/vnd.adobe.photoshop": pictures.to_bytes(cat, kind="PSD"),
        "image/openraster": pictures.to_bytes(cat, kind="ORA"),
        "image/jxl": jxl_of(array),
        "image/x-exr": exr_of(tmp_path_factory.mktemp("exr"), {"RGB": rgb}),
        "image/x-dcraw": dng_of(np.ascontiguousarray(array[..., 0])),
        "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><rect width="3" height="2"/></svg>',
    }


KINDS = {
    "image/heic": "pillow_heif",
    "image/vnd.adobe.photoshop": "psd_tools",
    "image/openraster": None,
    "image/jxl": "imagecodecs",
    "image/x-exr": "OpenEXR",
    "image/x-dcraw": "rawpy",
    "image/svg+xml": "resvg_py",
}


@pytest.mark.parametrize("media", KINDS)
def test_kinds_that_need_more_packages(files: dict[str, bytes], tmp_path: Path, media: str) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(files[media])
    facts = pool_tasks.inspect(str(path), 2 * MOST_PIXELS)
    assert (facts["kind"], facts["media"]) == ("picture", media)
    assert facts["width"] / facts["height"] == pytest.approx(1.5, abs=0.05)
    assert pictures.read(pool_tasks.thumbnail(str(path), 48)).width == 48


@pytest.mark.parametrize(("media", "package"), [(media, one) for media, one in KINDS.items() if one])
def test_the_missing_package_is_named(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, media: str, package: str
) -> None:
    path = tmp_path / "x.part"
    path.write_bytes(files[media])
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(Refused, match="needs one more package: pip install") as refused:
        pool_tasks.inspect(str(path), MOST_PIXELS)
    assert refused.value.code == "image_corrupt"


def test_what_declares_too_many_pixels_is_not_decoded(files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "x.part"
    psd = files["image/vnd.adobe.photoshop"]
    path.write_bytes(psd[:14] + (29_000).to_bytes(4) * 2 + psd[22:])
    with pytest.raises(TooLarge, match="29000×29000 px, more than 100 megapixels") as refused:
        pool_tasks.inspect(str(path), MOST_PIXELS)
    assert refused.value.code == "image_too_large"
