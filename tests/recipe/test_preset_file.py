"""Presets as files: what a person wrote comes back, and a hostile file is refused with one sentence."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

import PIL.Image
import pytest
from pydantic import ValidationError

from pinxit.recipe.preset_file import THUMBNAIL_BYTES, PresetFile


def png(width: int, height: int) -> str:
    written = io.BytesIO()
    PIL.Image.new("RGB", (width, height), "teal").save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def png_that_claims(width: int, height: int) -> str:
    """Return a small PNG whose header names another size."""
    content = bytearray(base64.b64decode(png(96, 64)))
    content[16:24] = struct.pack(">II", width, height)
    content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return base64.b64encode(content).decode()


def test_what_is_written_is_read() -> None:
    preset = PresetFile(name=" Soft  dusk ", settings={"preset": "draft", "strength": 0.4}, thumbnail=png(96, 64))
    assert preset.name == "Soft dusk"
    assert PresetFile.model_validate_json(preset.model_dump_json()) == preset


JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(100)).decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pinxit_preset": 2}, "Input should be 1"),
        ({"name": ""}, "at least 1 character"),
        ({"name": "a\u202eb"}, "can be a file's name"),
        ({"name": "../a"}, "can be a file's name"),
        ({"name": "draft"}, "comes with pinxit"),
        ({"settings": {"init": "picture"}}, "names no pictures"),
        ({"name": "x" * 65}, "at most 64"),
        ({"settings": {"styles": []}}, "no setting 'styles'"),
        ({"settings": {"content": {"name": "../../etc/passwd"}}}, "no setting 'content'"),
        ({"settings": {"strength": 7}}, "strength"),
        ({"settings": {"strength": float("nan")}}, "strength"),
        ({"settings": {"preset": "../draft"}}, "there is no preset"),
        ({"settings": {"match": "regions", "assignment": [[0]]}}, "belongs to certain pictures"),
        ({"settings": []}, "valid dictionary"),
        ({"thumbnail": "not base64!"}, "not a PNG"),
        ({"thumbnail": JPEG}, "not a PNG"),
        ({"thumbnail": png(96, 64)[:60]}, "not a PNG"),
        ({"thumbnail": png_that_claims(20_000, 20_000)}, "not a PNG"),
        ({"thumbnail": png(1025, 16)}, "not a PNG"),
        ({"thumbnail": base64.b64encode(bytes(THUMBNAIL_BYTES + 9)).decode()}, ""),
        ({"script": "alert(1)"}, "Extra inputs"),
    ],
)
def test_hostile_files_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as error:
        PresetFile.model_validate({"pinxit_preset": 1, "name": "a", "settings": {}, **changes})
    assert len(error.value.errors()) == 1
    assert sentence in str(error.value)
