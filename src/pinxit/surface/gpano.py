"""Google's Photo Sphere properties (GPano) in XMP, which viewers of panoramas read.

Without them most programs show a panorama as a flat picture. Sizes are the result's own. The camera's pose and the initial
view are copied from the source, and nothing else of its XMP, which may contain a private place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pinxit.errors import PinxitError
from pinxit.image.metadata import XMP_KEY
from pinxit.image.reader import bytes_of, open_image, translate_read_errors

NAMESPACE = "http://ns.google.com/photos/1.0/panorama/"
# degrees: the properties that are copied, and the largest absolute value of each.
_VIEW = {
    "PoseHeadingDegrees": 360.0,
    "PosePitchDegrees": 90.0,
    "PoseRollDegrees": 180.0,
    "InitialViewHeadingDegrees": 360.0,
    "InitialViewPitchDegrees": 90.0,
    "InitialViewRollDegrees": 180.0,
    "InitialHorizontalFOVDegrees": 360.0,
}
_PROPERTY = re.compile(r"(?<!/)GPano:([A-Za-z]{1,64})\s*(?:=\s*[\"']|>)\s*([^\"'<]{0,64}?)\s*[\"'<]")
_MAX_BYTES = 2**20  # of XMP that are searched
_MAX_SIDE = 2**20  # px: properties that claim more are invalid
_SHAPE = 0.02  # relative error allowed in a picture's proportions


def read_properties(path: Path) -> dict[str, str]:
    """Read a file's GPano properties by name; the result is empty where it has none.

    Raises:
        PinxitError: when it is not a picture.
    """
    content = bytes_of(path)
    with translate_read_errors(str(path), content), open_image(content) as image:
        packet = image.info.get("xmp") or image.info.get(XMP_KEY) or b""
    text = packet if isinstance(packet, str) else packet.decode("utf-8", "replace")
    # A regular expression, not a parser: hostile XML can keep a parser busy for hours.
    return dict(_PROPERTY.findall(text[:_MAX_BYTES]))


@dataclass(frozen=True)
class Crop:
    """The part of the sphere that a picture shows, as shares of the whole panorama's width and height.

    Attributes:
        left, top: position of its upper left corner.
        width, height: its size.
    """

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def window(self, width: int) -> tuple[int, int, int, int]:
        """Return left, top, width and height, px, in a whole panorama of that width: at least one pixel, none outside."""
        height = width // 2
        left, top = min(round(self.left * width), width - 1), min(round(self.top * height), height - 1)
        across, down = max(1, round(self.width * width)), max(1, round(self.height * height))
        return left, top, min(across, width - left), min(down, height - top)


def crop_of(properties: Mapping[str, str], name: str, width: int, height: int) -> Crop | None:
    """Return the part of the sphere that a picture shows, or None where it is the whole.

    Args:
        properties: the file's GPano properties.
        name: of the file, for the error message.
        width: of the picture, px.
        height: of the picture, px.

    Raises:
        PinxitError: when the properties contradict each other or the picture.
    """
    keys = (
        "FullPanoWidthPixels",
        "FullPanoHeightPixels",
        "CroppedAreaImageWidthPixels",
        "CroppedAreaImageHeightPixels",
    )
    if any(key not in properties for key in keys):
        return None
    places = ("CroppedAreaLeftPixels", "CroppedAreaTopPixels")
    try:
        whole, high, across, down, left, top = (int(properties.get(key, "0")) for key in (*keys, *places))
    except ValueError:
        return None
    if (left, top, across, down) == (0, 0, whole, high):
        return None
    fits = 0 <= left < left + across <= whole and 0 <= top < top + down <= high and whole <= _MAX_SIDE
    # A reduced copy keeps its properties: the proportions must agree, not the size.
    if not fits or abs(whole - 2 * high) > 2 or abs(width * down / (height * across) - 1) > _SHAPE:
        raise PinxitError(
            f"{name} says that it shows {across}×{down} px of a sphere of {whole}×{high} px, and has {width}×{height} px: "
            "remove its GPano properties, or paint it with pinxit stylize."
        )
    return Crop(left / whole, top / high, across / whole, down / high)


def view_of(properties: Mapping[str, str]) -> dict[str, float]:
    """Return the camera's pose and the initial view, in degrees by property."""
    view = {}
    for key, limit in _VIEW.items():
        try:
            angle = float(properties.get(key, ""))
        except ValueError:
            continue
        if abs(angle) <= limit:
            view[key] = angle
    return view


def packet(
    width: int, height: int, view: Mapping[str, float], window: tuple[int, int, int, int] | None = None
) -> bytes:
    """Return the XMP of a panorama.

    Args:
        width: of the whole panorama, px.
        height: of the whole panorama, px.
        view: see `view_of`.
        window: left, top, width and height of the part that the picture shows, px; None is the whole.
    """
    left, top, across, down = window or (0, 0, width, height)
    properties = {
        "ProjectionType": "equirectangular",
        "UsePanoramaViewer": "True",
        "FullPanoWidthPixels": width,
        "FullPanoHeightPixels": height,
        "CroppedAreaImageWidthPixels": across,
        "CroppedAreaImageHeightPixels": down,
        "CroppedAreaLeftPixels": left,
        "CroppedAreaTopPixels": top,
        **{key: f"{angle:g}" for key, angle in view.items()},
    }
    lines = "\n".join(f"   <GPano:{key}>{value}</GPano:{key}>" for key, value in properties.items())
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:GPano="{NAMESPACE}">
{lines}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()
