"""Damaged and hostile models: one sentence each, and nothing outside the folder is ever read."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinxit.errors import PinxitError
from pinxit.scene.model import read_model, read_models, sources_of
from pinxit.scene.sources import SourceFiles, files_beside, files_in
from tests.scene.models import bark, column, described, embedded, glb, png, write_folder

Change = Callable[[dict[str, Any]], object]


def read(folder: Path) -> list[Any]:
    return [faces for model in read_models(files_in(folder)) for faces in model.faces()]


@pytest.mark.parametrize(
    "address",
    [
        "../../secret.png",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://example.org/a.png",
        "//host/a.png",
        "a\\..\\b.png",
    ],
)
def test_addresses_lead_nowhere_else(tmp_path: Path, address: str) -> None:
    (tmp_path / "secret.png").write_bytes(png(bark(16)))
    folder = tmp_path / "deep" / "models"
    data = write_folder(folder, column(), png(bark()))
    data["images"][0]["uri"] = f"../{address}" if address.startswith("..") else address
    (folder / "model" / "column.gltf").write_text(json.dumps(data))
    with pytest.raises(PinxitError, match=r"refers to"):
        read(folder)


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(png(bark(16)))
    folder = tmp_path / "models"
    data, buffer = described(column(), [{"uri": "bark.png"}])
    data["buffers"][0]["uri"] = "mesh.bin"
    folder.mkdir()
    (folder / "a.gltf").write_text(json.dumps(data))
    (folder / "mesh.bin").write_bytes(buffer)
    (folder / "bark.png").symlink_to("../secret.png")
    assert files_in(folder).left_out == ("bark.png",)
    alone = SourceFiles(folder, {"a.gltf": folder / "a.gltf"})
    assert "bark.png" not in files_beside(folder / "a.gltf", read_model(alone, "a.gltf").addresses).paths
    with pytest.raises(PinxitError, match=r"'bark.png', which is missing"):
        read(folder)


def accessor(**changes: Any) -> Change:
    return lambda data: data["accessors"][1].update(changes)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (accessor(count=2**30), "more than 2 million|reaches beyond its buffer"),
        (accessor(count=10**12), "accessors.1.count is wrong"),
        (accessor(count=-1), "accessors.1.count is wrong"),
        (accessor(bufferView=99), "buffer view 99 of"),
        (accessor(byteOffset=10**6), "reaches beyond its buffer"),
        (accessor(type="VEC9"), "is a VEC9, not a VEC2"),
        (accessor(componentType=7), "componentType is wrong"),
        (accessor(sparse={"count": 1}), "sparse"),
        (lambda data: data["meshes"][0]["primitives"][0]["attributes"].pop("POSITION"), "mesh 0 has no positions"),
        (lambda data: data["buffers"][0].pop("uri"), "buffer 0 has no bytes"),
        (lambda data: data["buffers"][0].update(uri="data:;base64,A"), "holds data that is damaged"),
        (
            lambda data: data["textures"][0].update(extensions={"KHR_texture_basisu": {"source": 0}}),
            "textures in the format KTX2, which pinxit does not read: export them as PNG or JPEG",
        ),
        (accessor(count=3), "positions and 3 texture coordinates"),
        (lambda data: data["accessors"][2].update(count=2**30), "million triangles"),
        (lambda data: data["bufferViews"][1].update(byteLength=10**9), "reaches beyond its buffer"),
        (lambda data: data["meshes"][0]["primitives"][0].update(material=5), "material 5 of 1"),
        (lambda data: data["meshes"][0]["primitives"][0].update(indices=1), "is a VEC2, not a SCALAR"),
        (lambda data: data["meshes"][0]["primitives"][0]["attributes"].update(POSITION="a"), "POSITION is wrong"),
        (lambda data: data["materials"].clear(), "material 0 of 0"),
        (lambda data: data.update(textures=[{"source": 7}]), "picture 7 of 2"),
        (lambda data: data.update(extensionsRequired=["KHR_draco_mesh_compression"]), "export it without compression"),
        (
            lambda data: data.update(textures=[{"extensions": {"KHR_texture_basisu": {"source": 0}}}]),
            "texture 1 of|KTX2",
        ),
        (lambda data: data["asset"].update(version="1.0"), "not a glTF 2.0 model"),
        (lambda data: data.update(asset=[]), "not a glTF 2.0 model"),
    ],
)
def test_damage_is_one_sentence(tmp_path: Path, change: Change, sentence: str) -> None:
    data = write_folder(tmp_path, column(), png(bark()))
    change(data)
    (tmp_path / "model" / "column.gltf").write_text(json.dumps(data))
    with pytest.raises(PinxitError, match=sentence):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"glTF", "is cut off or damaged"),
        (b"glTF" + struct.pack("<II", 1, 12), "is a glTF container of version 1, not 2: export it as glTF 2.0"),
        (b"glTF" + struct.pack("<II", 2, 12), "is cut off or damaged"),
        (b"glTF" + struct.pack("<III4s", 2, 24, 4, b"BIN\0") + bytes(4), "is cut off or damaged"),
    ],
    ids=["nothing more", "version 1", "no chunk", "no JSON"],
)
def test_containers(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "a.glb").write_bytes(content)
    with pytest.raises(PinxitError, match=sentence):
        read(tmp_path)


def test_chunks_of_other_kinds_are_left_out(tmp_path: Path) -> None:
    content = embedded(png(bark()))
    more = struct.pack("<I4s", 8, b"XTRA") + bytes(8)
    (tmp_path / "a.glb").write_bytes(content[:8] + struct.pack("<I", len(content) + len(more)) + content[12:] + more)
    assert len(read(tmp_path)) == 1


@pytest.mark.parametrize(("mode", "triangles"), [(4, 20), (5, 58), (6, 58)], ids=["list", "strip", "fan"])
def test_strips_and_fans(tmp_path: Path, mode: int, triangles: int) -> None:
    points, uv, faces = column()
    data = write_folder(tmp_path, (points, uv, faces), png(bark()))
    data["meshes"][0]["primitives"][0]["mode"] = mode
    data["accessors"][2]["count"] = 60
    (tmp_path / "model" / "column.gltf").write_text(json.dumps(data))
    (found,) = read(tmp_path)
    assert found.uv.shape == (triangles, 3, 2)
    first = {4: 3, 5: 1, 6: 0}[mode]
    middle = {4: 4, 5: 2, 6: 2}[mode]
    assert found.uv[1] == pytest.approx(uv[faces.ravel()[[first, middle, middle + 1]]]), (
        "corners of the second triangle"
    )


def test_lines_and_points_are_not_painted(tmp_path: Path) -> None:
    data = write_folder(tmp_path, column(), png(bark()))
    data["meshes"][0]["primitives"][0]["mode"] = 1
    (tmp_path / "model" / "column.gltf").write_text(json.dumps(data))
    assert read(tmp_path) == []


def test_coordinates_as_fractions_of_whole_numbers(tmp_path: Path) -> None:
    """Exporters that save room write UV maps as 16 bits, of which the largest is 1."""
    points, uv, faces = column()
    whole = np.round(uv.clip(0, 1) * 65535).astype(np.uint16)
    data = write_folder(tmp_path, (points, whole, faces), png(bark()))
    data["accessors"][1].update(componentType=5123, normalized=True)
    (tmp_path / "model" / "column.gltf").write_text(json.dumps(data))
    (found,) = read(tmp_path)
    assert found.uv == pytest.approx(uv[faces.reshape(-1, 3)].clip(0, 1), abs=1e-4)


def test_without_indices_corners_follow_each_other(tmp_path: Path) -> None:
    points, uv, faces = column()
    data = write_folder(tmp_path, (points, uv, faces), png(bark()))
    del data["meshes"][0]["primitives"][0]["indices"]
    (tmp_path / "model" / "column.gltf").write_text(json.dumps(data))
    (found,) = read(tmp_path)
    assert found.uv == pytest.approx(uv[: len(uv) // 3 * 3].reshape(-1, 3, 2))


def test_coordinates_that_are_no_numbers(tmp_path: Path) -> None:
    points, uv, faces = column()
    uv[3] = np.nan
    write_folder(tmp_path, (points, uv, faces), png(bark()))
    with pytest.raises(PinxitError, match=r"no numbers"):
        read(tmp_path)


def test_indices_beyond_the_vertices(tmp_path: Path) -> None:
    points, uv, faces = column()
    faces[5] = 999
    write_folder(tmp_path, (points, uv, faces), png(bark()))
    with pytest.raises(PinxitError, match=r"vertex 999 of 34"):
        read(tmp_path)


def test_a_mesh_without_a_whole_triangle(tmp_path: Path) -> None:
    data = write_folder(tmp_path, column(), png(bark()))
    data["accessors"][2]["count"] = 2
    (tmp_path / "model" / "column.gltf").write_text(json.dumps(data))
    assert [len(faces.uv) for faces in read(tmp_path)] == [0]


def test_a_cycle_of_nodes_does_no_harm(tmp_path: Path) -> None:
    data = write_folder(tmp_path, column(), png(bark()))
    data["nodes"] = [{"children": [1]}, {"children": [0], "mesh": 0}]
    (tmp_path / "model" / "column.gltf").write_text(json.dumps(data))
    assert len(read(tmp_path)) == 1


@pytest.mark.parametrize("cut", [3, 11, 19, 200, 5000])
def test_a_container_that_is_cut_off(tmp_path: Path, cut: int) -> None:
    (tmp_path / "a.glb").write_bytes(embedded(png(bark()))[:cut])
    with pytest.raises(PinxitError, match=r"cut off|not a glTF model"):
        read(tmp_path)


def test_a_chunk_longer_than_the_file(tmp_path: Path) -> None:
    content = bytearray(embedded(png(bark())))
    struct.pack_into("<I", content, 12, 2**31)
    (tmp_path / "a.glb").write_bytes(bytes(content))
    with pytest.raises(PinxitError, match=r"cut off"):
        read(tmp_path)


def test_json_without_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.gltf").write_text('{"asset":' + "[" * 200_000)
    with pytest.raises(PinxitError, match=r"not a glTF model"):
        read(tmp_path)


def test_a_model_without_uv(tmp_path: Path) -> None:
    from pinxit.scene.assets import prepare_assets

    data, buffer = described(column(), [{"bufferView": 3}], [png(bark())])
    del data["meshes"][0]["primitives"][0]["attributes"]["TEXCOORD_0"]
    (tmp_path / "a.glb").write_bytes(glb(data, buffer))
    with pytest.raises(PinxitError, match=r"mesh 0 of a.glb has a texture and no UV map"):
        prepare_assets(files_in(tmp_path), "house:swirl")


def test_a_model_without_textures(tmp_path: Path) -> None:
    from pinxit.scene.assets import prepare_assets

    data, buffer = described(column(), [{"bufferView": 3}], [png(bark())])
    data["materials"] = [{}]
    (tmp_path / "a.glb").write_bytes(glb(data, buffer))
    with pytest.raises(PinxitError, match=r"no mesh of a.glb has a texture"):
        prepare_assets(files_in(tmp_path), "house:swirl")


def test_a_texture_that_is_no_picture(tmp_path: Path) -> None:
    from pinxit.scene.assets import prepare_assets

    write_folder(tmp_path, column(), b"not a picture")
    with pytest.raises(PinxitError, match=r"bark base.png is not a picture"):
        prepare_assets(files_in(tmp_path), "house:swirl")


def test_a_folder_without_models(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(bark(16)))
    with pytest.raises(PinxitError, match=r"no glTF model"):
        files_in(tmp_path)


@pytest.mark.parametrize("name", ["nowhere", "nowhere.glb", "nowhere/scene.gltf"])
def test_a_path_that_leads_nowhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(PinxitError, match=r"there is no file or folder .*nowhere"):
        sources_of(tmp_path / name)
