"""Other pictures within a glTF file: the rest of its bytes stays as it is."""

from __future__ import annotations

import base64
import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pinxit.scene.gltf_file import GltfFile

_ALIGNED = 4  # bytes: where numbers of an accessor may begin
_PNG, _JPEG = b"\x89PNG", b"\xff\xd8"


def with_pictures(file: GltfFile, pictures: Mapping[int, bytes]) -> GltfFile:
    """Return a glTF file with other pictures in it.

    Pictures in the binary chunk are replaced there. Others are in the JSON, or in a buffer that other models may share: they
    become data in the JSON.

    Args:
        file: a file that was validated.
        pictures: the new pictures by their number.
    """
    data = copy.deepcopy(file.data)
    images, views = data["images"], data.get("bufferViews", [])
    inserted: dict[int, bytes] = {}
    for number, content in pictures.items():
        image = images[number]
        view = image.get("bufferView")
        if (
            view is not None
            and file.chunk is not None
            and views[view]["buffer"] == 0
            and "uri" not in data["buffers"][0]
        ):
            inserted[view] = content
        else:
            image.pop("bufferView", None)
            kind = image.get("mimeType") or _mime_type(content)
            image.update({"mimeType": kind, "uri": f"data:{kind};base64,{base64.b64encode(content).decode()}"})
    if not inserted or file.chunk is None:
        return replace(file, data=data)
    chunk = _with_views(data, file.chunk, inserted)
    data["buffers"][0]["byteLength"] = len(chunk)
    return replace(file, data=data, chunk=chunk)


def _with_views(data: dict[str, Any], chunk: bytes, inserted: Mapping[int, bytes]) -> bytes:
    """Return the binary chunk with other bytes in some views, and move the views in `data`."""
    own = [
        (view.get("byteOffset", 0), number, view)
        for number, view in enumerate(data["bufferViews"])
        if view["buffer"] == 0
    ]
    own.sort(key=lambda place: place[:2])
    ends = [start + view["byteLength"] for start, _, view in own]
    made = bytearray()
    if any(end > start for end, (start, *_) in zip(ends, own[1:], strict=False)):
        # Some views share bytes: nothing is moved, and the new pictures come last.
        made += chunk
        own = [place for place in own if place[1] in inserted]
    for start, number, view in own:
        content = inserted.get(number, chunk[start : start + view["byteLength"]])
        made += bytes(-len(made) % _ALIGNED)
        view["byteOffset"], view["byteLength"] = len(made), len(content)
        made += content
    return bytes(made)


def _mime_type(content: bytes) -> str:
    if content.startswith(_PNG):
        return "image/png"
    return "image/jpeg" if content.startswith(_JPEG) else "image/webp"
