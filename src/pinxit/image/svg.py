"""Reading SVG by resvg, where it is installed: drawings of shapes alone, which refer to nothing outside the file."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from pinxit.errors import PinxitError

SIDE = 1024
"""Longer side at which a drawing is rendered, px."""
_HEAD = 1000  # bytes within which the root element begins
_MAX_BYTES = 2 * 2**20
_MAX_ELEMENTS, _MAX_USES = 20_000, 2_000
_MAX_RATIO = 16  # of the sides
_START = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<svg[\s>/]", re.DOTALL)
_NUMBER = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*(?:px|pt|pc|mm|cm|in)?\s*")
# Elements that name other files, or need fonts, which differ from machine to machine.
_OUTSIDE, _TEXT = ("image", "feImage", "foreignObject", "script"), ("text", "tspan", "textPath")


def is_svg(content: bytes) -> bool:
    """Whether a file begins as an SVG."""
    return _START.match(content[:_HEAD]) is not None


def render_svg(content: bytes) -> bytes:
    """Render a drawing to a PNG with transparency, `SIDE` px on its longer side.

    Raises:
        PinxitError: when it is damaged, refers to other files, holds text, or resvg is not installed; the sentence follows the
            file's name.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise PinxitError("is an SVG, which needs one more package: pip install 'pinxit[svg]'.") from error
    ratio = _checked_ratio(content)
    width, height = (SIDE, None) if ratio >= 1 else (None, SIDE)
    drawing = content.decode("utf-8-sig")
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=drawing, skip_system_fonts=True, width=width, height=height))
    except ValueError as error:
        raise PinxitError("is damaged, or not an SVG that can be drawn: export it as PNG with transparency.") from error
    except BaseException as error:  # a panic of the renderer is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise PinxitError("is damaged, or not an SVG that can be drawn: export it as PNG with transparency.") from error


def _checked_ratio(content: bytes) -> float:
    """Check a drawing, and return its width divided by its height."""
    if len(content) > _MAX_BYTES:
        raise PinxitError(f"has more than {_MAX_BYTES >> 20} MiB: simplify the drawing, or export it as PNG.")
    # A document type can define entities that expand without end, or name files.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise PinxitError("declares a document type: save it as plain SVG.")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - there are no entities, see above
    except ElementTree.ParseError as error:
        raise PinxitError("is damaged, or not an SVG that can be drawn: export it as PNG with transparency.") from error
    count = uses = 0
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        count, uses = count + 1, uses + (name == "use")
        if count > _MAX_ELEMENTS or uses > _MAX_USES:
            raise PinxitError("has more shapes than an icon has: simplify it, or export it as PNG.")
        if name in _TEXT:
            raise PinxitError("holds text, which looks different on each machine: turn it into paths first.")
        refers = [value for key, value in element.attrib.items() if key.rpartition("}")[2] == "href"]
        if name in _OUTSIDE or any(not value.lstrip().startswith("#") for value in refers):
            raise PinxitError("refers to pictures or files besides its shapes: export it as PNG with transparency.")
    return _ratio(root)


def _ratio(root: ElementTree.Element) -> float:
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    try:
        width, height = (float(number) for number in box[2:4])
    except ValueError:
        sides = [_NUMBER.fullmatch(root.get(name, "")) for name in ("width", "height")]
        if None in sides:
            raise PinxitError("has no size: give it a viewBox, or a width and a height.") from None
        width, height = (float(side[1]) for side in sides if side is not None)
    if not (0 < width < 1e6 and 0 < height < 1e6) or not 1 / _MAX_RATIO <= width / height <= _MAX_RATIO:
        raise PinxitError(f"has sides of {width:g} and {height:g}: one may be at most {_MAX_RATIO} times the other.")
    return width / height
