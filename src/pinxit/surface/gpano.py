"""What viewers of panoramas read: Google's Photo Sphere properties (GPano) in a packet of XMP.

Without them most programs show a panorama as a flat picture. Sizes are the result's own; how it was held and where a viewer
should look first is taken over from the source. Nothing else of its XMP is: it may say where somebody lives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pinxit.errors import PinxitError
from pinxit.picture.metadata import XMP_KEY
from pinxit.picture.reader import bytes_of, one_sentence, opened

NAMESPACE = "http://ns.google.com/photos/1.0/panorama/"
# Angles in degrees, and how far each may reach.
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
_MOST_BYTES = 2**20


def read_properties(path: Path) -> dict[str, str]:
    """A file's GPano properties by name, empty where it has none.

    Raises:
        PinxitError: when it is no picture.
    """
    content = bytes_of(path)
    with one_sentence(str(path), content), opened(content) as image:
        packet = image.info.get("xmp") or image.info.get(XMP_KEY) or b""
    text = packet if isinstance(packet, str) else packet.decode("utf-8", "replace")
    # A regular expression, not a parser: XML from strangers can make a parser work for hours.
    return dict(_PROPERTY.findall(text[:_MOST_BYTES]))


def view_of(properties: Mapping[str, str], name: str) -> dict[str, float]:
    """How the panorama was held and where a viewer looks first.

    Raises:
        PinxitError: when the properties say that it shows only a part of the sphere.
    """
    for whole, part in (
        ("FullPanoWidthPixels", "CroppedAreaImageWidthPixels"),
        ("FullPanoHeightPixels", "CroppedAreaImageHeightPixels"),
    ):
        if properties.get(whole, "") != properties.get(part, properties.get(whole, "")):
            raise PinxitError(
                f"{name} says that it shows only a part of the sphere: fill up the rest, or paint it with pinxit stylize."
            )
    view = {}
    for key, limit in _VIEW.items():
        try:
            angle = float(properties.get(key, ""))
        except ValueError:
            continue
        if abs(angle) <= limit:
            view[key] = angle
    return view


def packet(width: int, height: int, view: Mapping[str, float]) -> bytes:
    """The XMP of a whole panorama of that size, px."""
    properties = {
        "ProjectionType": "equirectangular",
        "UsePanoramaViewer": "True",
        "FullPanoWidthPixels": width,
        "FullPanoHeightPixels": height,
        "CroppedAreaImageWidthPixels": width,
        "CroppedAreaImageHeightPixels": height,
        "CroppedAreaLeftPixels": 0,
        "CroppedAreaTopPixels": 0,
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
