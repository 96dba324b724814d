"""glTF files: JSON as text (.gltf), or JSON and one binary chunk in a container (.glb); glTF 2.0, sections 3 and 4."""

from __future__ import annotations

import base64
import binascii
import json
import struct
import urllib.parse
from dataclasses import dataclass
from typing import Any

from pinxit.errors import PinxitError
from pinxit.image.metadata import MAX_CHARACTERS

_MAGIC, _VERSION = b"glTF", 2
_JSON, _BINARY = 0x4E4F534A, 0x004E4942  # types of chunks
_HEADER, _CHUNK = struct.Struct("<4sII"), struct.Struct("<II")
_MOST_JSON = 64 * 2**20  # bytes
_KEY = "pinxit_recipe"  # in the extras of the asset


@dataclass(frozen=True)
class GltfFile:
    """The parts of a glTF file.

    Attributes:
        name: the file's name, for messages.
        data: the JSON, an object.
        chunk: the binary chunk; None for a .gltf, or where there is none.
        binary: whether it is a .glb.
    """

    name: str
    data: dict[str, Any]
    chunk: bytes | None
    binary: bool

    def to_bytes(self) -> bytes:
        """Return the file's bytes."""
        text = json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).encode()
        if not self.binary:
            return text
        chunks = [(_JSON, text + b" " * (-len(text) % 4))]
        if self.chunk is not None:
            chunks.append((_BINARY, self.chunk + bytes(-len(self.chunk) % 4)))
        body = b"".join(_CHUNK.pack(len(content), kind) + content for kind, content in chunks)
        return _HEADER.pack(_MAGIC, _VERSION, _HEADER.size + len(body)) + body


def parse_gltf(content: bytes, name: str) -> GltfFile:
    """Read the parts of a glTF file of either kind.

    Args:
        content: the file's bytes.
        name: its name.

    Raises:
        PinxitError: when it is none, or is damaged.
    """
    chunk = None
    text = content
    binary = content[:4] == _MAGIC
    if binary:
        text, chunk = _chunks(content, name)
    if len(text) > _MOST_JSON:
        raise PinxitError(f"the JSON of {name} has more than {_MOST_JSON >> 20} MiB: export binary data beside it.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PinxitError(f"{name} is not a glTF model, or is damaged: export it again.") from error
    asset = data.get("asset") if isinstance(data, dict) else None
    version = asset.get("version") if isinstance(asset, dict) else None
    if not isinstance(version, str) or not version.startswith("2."):
        raise PinxitError(f"{name} is not a glTF 2.0 model: export it as glTF 2.0.")
    return GltfFile(name, data, chunk, binary)


def recipe_of(file: GltfFile) -> str | None:
    """Return the recipe in a glTF file that pinxit made, or None; the text is not validated."""
    extras = file.data["asset"].get("extras")
    text = extras.get(_KEY) if isinstance(extras, dict) else None
    return text if isinstance(text, str) and len(text) <= MAX_CHARACTERS and text.startswith("{") else None


def set_recipe(data: dict[str, Any], recipe: str) -> None:
    """Store a recipe in the JSON of a glTF file."""
    extras = data["asset"].get("extras")
    data["asset"]["extras"] = {**(extras if isinstance(extras, dict) else {}), _KEY: recipe}


def data_uri(address: str, name: str) -> bytes | None:
    """Return the bytes of a `data:` URI; None where the address is none.

    Raises:
        PinxitError: when it is damaged.
    """
    if not address.startswith("data:"):
        return None
    head, _, body = address.partition(",")
    try:
        if head.endswith(";base64"):
            return base64.b64decode(body, validate=True)
        return urllib.parse.unquote_to_bytes(body)
    except (binascii.Error, ValueError) as error:
        raise PinxitError(f"{name} holds data that is damaged: export it again.") from error


def _chunks(content: bytes, name: str) -> tuple[bytes, bytes | None]:
    """Return the JSON and the binary chunk of a .glb; chunks of other types are left out, as the standard asks."""
    found: dict[int, bytes] = {}
    damaged = PinxitError(f"{name} is cut off or damaged: export it again.")
    if len(content) < _HEADER.size:
        raise damaged
    _, version, length = _HEADER.unpack_from(content)
    if version != _VERSION:
        raise PinxitError(f"{name} is a glTF container of version {version}, not 2: export it as glTF 2.0.")
    if length > len(content):
        raise damaged
    place = _HEADER.size
    while place + _CHUNK.size <= length:
        size, kind = _CHUNK.unpack_from(content, place)
        place += _CHUNK.size
        if place + size > length:
            raise damaged
        found.setdefault(kind, content[place : place + size])
        place += size
    if _JSON not in found:
        raise damaged
    return found[_JSON], found.get(_BINARY)
