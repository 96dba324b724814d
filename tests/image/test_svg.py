"""SVG: drawn with transparency; nothing outside the file is read; hostile drawings are refused with a sentence."""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pinxit import Picture, PinxitError
from pinxit import image as pictures

NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(inner: str, attributes: str = 'viewBox="0 0 24 12"') -> bytes:
    return f'<?xml version="1.0"?>\n<!-- an icon -->\n<svg {NAMESPACES} {attributes}>{inner}</svg>'.encode()


def test_a_drawing(tmp_path: Path) -> None:
    for name in ("a.svg", "noext"):
        (tmp_path / name).write_bytes(svg('<rect width="12" height="12" fill="#ff0000"/>'))
        read = pictures.read(tmp_path / name)
        assert (read.width, read.height) == (1024, 512)
        assert read.alpha is not None
        assert read.alpha[:, :500].min() == 1
        assert read.alpha[:, 520:].max() == 0
        assert read.pixels[:, 100, 100] == pytest.approx((1, 0, 0))
    assert pictures.read_recipe(tmp_path / "a.svg") is None
    tall = pictures.read(svg('<rect width="9" height="9"/>', 'width="10px" height="40px"'))
    assert (tall.width, tall.height) == (256, 1024)


def test_nothing_outside_is_read(cat: Picture, tmp_path: Path) -> None:
    secret = pictures.write(cat, tmp_path / "secret.png")
    for inner in (
        f'<image xlink:href="{secret}" width="24" height="12"/>',
        f'<image href="file://{secret}" width="24" height="12"/>',
        '<image href="data:image/png;base64,AAAA" width="24" height="12"/>',
        f'<use href="{secret}#a"/>',
        f'<filter id="f"><feImage href="{secret}"/></filter><rect width="9" height="9" filter="url(#f)"/>',
        '<use xlink:href="https://example.org/a.svg#a"/>',
        "<script>1</script>",
    ):
        with pytest.raises(PinxitError, match="refers to pictures or files"):
            pictures.read(svg(inner))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (svg("<text>A</text>"), "holds text"),
        (svg("<rect/>", ""), "has no size"),
        (svg("<rect/>", 'viewBox="0 0 1 99999999"'), "may be at most 16 times"),
        (svg("<rect/>", 'viewBox="0 0 nan 1"'), "may be at most"),
        (svg("<rect", 'viewBox="0 0 1 1"'), "damaged"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"), "pinxit reads"),
        (svg("<g>" * 30_000 + "</g>" * 30_000), "more shapes"),
        (svg(" " * 2**21), "more than 2 MiB"),
    ],
)
def test_hostile_drawings(content: bytes, sentence: str) -> None:
    with pytest.raises(PinxitError, match=sentence):
        pictures.read(content)


def test_a_drawing_that_multiplies_ends_soon() -> None:
    shapes = ['<rect width="9" height="9"/>', *(f'<use href="#g{number}"/>' * 10 for number in range(8))]
    layers = "".join(f'<g id="g{number}">{inner}</g>' for number, inner in enumerate(shapes))
    begin = time.monotonic()
    with contextlib.suppress(PinxitError):
        pictures.read(svg(f"<defs>{layers}</defs><use href='#g8'/>"))
    assert time.monotonic() - begin < 60


def test_damaged_drawings_give_a_picture_or_a_sentence() -> None:
    whole = svg('<defs><linearGradient id="a"><stop offset="1" stop-color="red"/></linearGradient></defs>'
                '<path d="M1 1h9v9a3 3 0 0 1 -4 2z" fill="url(#a)" transform="rotate(4)"/>')  # fmt: skip
    random = np.random.default_rng(0)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(3):
            broken[int(random.integers(len(broken)))] = int(random.integers(32, 127))
        try:
            assert np.isfinite(pictures.read(bytes(broken)).pixels).all()
        except PinxitError as error:
            assert "\n" not in str(error)  # noqa: PT017 - many files


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(PinxitError, match=r"is an SVG, which needs one more package: pip install 'pinxit\[svg\]'"):
        pictures.read(svg("<rect/>"))
