"""Small models to paint: glTF files with their textures, written by hand."""

from __future__ import annotations

import base64
import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

SIDES = 16  # of a column
TOP, BOTTOM = 0.15, 0.85  # texture coordinates of a column's ends


def column(
    turns: float = 1.0, inset: float = 0.1
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.uint16]]:
    """Return positions, texture coordinates and indices of a tube whose texture goes around it.

    Args:
        turns: how often the texture goes around.
        inset: from the left and right border of the texture to the seam; 0 where it repeats.
    """
    share = np.linspace(0, 1, SIDES + 1)
    angle = 2 * np.pi * share
    ring = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], axis=1)
    points = np.concatenate([ring, ring + np.array([0, 2, 0])]).astype(np.float32)
    across = (inset + (1 - 2 * inset) * share) * turns
    uv = np.concatenate([np.stack([across, np.full_like(across, end)], axis=1) for end in (BOTTOM, TOP)])
    low = np.arange(SIDES)
    faces = np.stack([low, low + 1, low + SIDES + 1, low + 1, low + SIDES + 2, low + SIDES + 1], axis=1)
    return points, uv.astype(np.float32), faces.reshape(-1).astype(np.uint16)


def bark(side: int = 128, inset: float = 0.1) -> NDArray[np.uint8]:
    """Return a texture, `(side, side, 3)`, that meets itself around a column, in green that no triangle shows."""
    x = (np.arange(side) + 0.5) / side
    around = 2 * np.pi * (x - inset) / (1 - 2 * inset)
    down = 9 * x[:, None]
    pixels = np.stack(
        [
            150 + 60 * np.sin(3 * around + 2 * np.sin(down)) + 30 * np.cos(7 * around + down),
            110 + 50 * np.sin(2 * around - down) + 20 * np.sin(9 * around),
            80 + 40 * np.cos(around + 3 * down) + 0 * around,
        ],
        axis=-1,
    )
    outside = (x < inset) | (x > 1 - inset)
    pixels[:, outside] = (0, 255, 0)
    return pixels.clip(0, 255).round().astype(np.uint8)


def png(pixels: NDArray[Any]) -> bytes:
    """Return a PNG's bytes."""
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def described(
    mesh: tuple[NDArray[Any], ...], images: list[dict[str, Any]], views: list[bytes] | None = None
) -> tuple[dict[str, Any], bytes]:
    """Return the JSON of a model of one mesh with one material, and the bytes of its buffer.

    Args:
        mesh: positions, texture coordinates, indices.
        images: the pictures: the base colour, then a normal map.
        views: more views of the buffer, behind the mesh's three.
    """
    points, uv, faces = mesh
    parts = [points.tobytes(), uv.tobytes(), faces.tobytes(), *(views or [])]
    buffer, places = b"", []
    for part in parts:
        buffer += bytes(-len(buffer) % 4)
        places.append({"buffer": 0, "byteOffset": len(buffer), "byteLength": len(part)})
        buffer += part
    textures = [{"source": number} for number in range(len(images))]
    material: dict[str, Any] = {"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}
    if len(images) > 1:
        material["normalTexture"] = {"index": 1}
    attributes = {"POSITION": 0, "TEXCOORD_0": 1}
    data = {
        "asset": {"version": "2.0", "generator": "by hand"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": attributes, "indices": 2, "material": 0}]}],
        "materials": [material],
        "textures": textures,
        "images": images,
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": len(points),
                "type": "VEC3",
                "min": points.min(0).tolist(),
                "max": points.max(0).tolist(),
            },
            {"bufferView": 1, "componentType": 5126, "count": len(uv), "type": "VEC2"},
            {"bufferView": 2, "componentType": 5123, "count": len(faces), "type": "SCALAR"},
        ],
        "bufferViews": places,
        "buffers": [{"byteLength": len(buffer)}],
    }
    return data, buffer


def write_folder(folder: Path, mesh: tuple[NDArray[Any], ...], base: bytes) -> dict[str, Any]:
    """Write `model/column.gltf`, its buffer, its textures in a folder beside it, and a text; return the JSON."""
    images = [{"uri": "../textures/bark%20base.png"}, {"uri": "../textures/bark_normal.png"}]
    data, buffer = described(mesh, images)
    data["buffers"][0]["uri"] = "column.bin"
    (folder / "model").mkdir(parents=True)
    (folder / "textures").mkdir()
    (folder / "model" / "column.gltf").write_text(json.dumps(data))
    (folder / "model" / "column.bin").write_bytes(buffer)
    (folder / "textures" / "bark base.png").write_bytes(base)
    (folder / "textures" / "bark_normal.png").write_bytes(png(np.full((8, 8, 3), (128, 128, 255), np.uint8)))
    (folder / "licence.txt").write_text("free")
    return data


def glb(data: dict[str, Any], buffer: bytes) -> bytes:
    """Return the bytes of a .glb."""
    text = json.dumps(data).encode()
    text += b" " * (-len(text) % 4)
    buffer += bytes(-len(buffer) % 4)
    body = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(buffer), b"BIN\0") + buffer
    return b"glTF" + struct.pack("<II", 2, 12 + len(body)) + body


def embedded(base: bytes, *, inset: float = 0.1, turns: float = 1.0) -> bytes:
    """Return a .glb of a column with its textures within it, and an animation's numbers behind them."""
    normal = png(np.full((8, 8, 3), (128, 128, 255), np.uint8))
    images = [{"bufferView": 3, "mimeType": "image/png"}, {"bufferView": 4, "mimeType": "image/png"}]
    data, buffer = described(column(turns, inset), images, [base, normal, b"moves" * 5])
    return glb(data, buffer)


def data_address(content: bytes) -> str:
    """Return a data URI of a PNG."""
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"
