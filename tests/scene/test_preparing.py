"""What is said about a set of models before it is painted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinxit.errors import PinxitError
from pinxit.scene import assets
from pinxit.scene.assets import prepare_assets
from pinxit.scene.gltf_schema import Sampler
from pinxit.scene.islands import placed
from pinxit.scene.model import read_models
from pinxit.scene.sources import files_in
from pinxit.scene.texture import read_texture
from tests.image.files import file_of
from tests.scene.models import bark, column, described, glb, png, write_folder

QUICK: dict[str, Any] = {"network": "live", "size": 64}


def write_two(folder: Path, **second: Any) -> None:
    """A model of two meshes: a column, and the same again with changes of its one part."""
    data, buffer = described(column(), [{"bufferView": 3}], [png(bark(32))])
    part = data["meshes"][0]["primitives"][0]
    data["materials"].append({"name": "plain"})
    data["meshes"].append({"primitives": [{**part, **second}]})
    data["nodes"] = [{"mesh": 0}, {"mesh": 1}]
    (folder / "two.glb").write_bytes(glb(data, buffer))


def test_a_normal_map_that_is_missing_is_known(tmp_path: Path) -> None:
    write_folder(tmp_path, column(), png(bark(32)))
    (model,) = read_models(files_in(tmp_path))
    assert model.missing == []
    (tmp_path / "textures" / "bark_normal.png").unlink()
    (model,) = read_models(files_in(tmp_path))
    assert model.missing == ["../textures/bark_normal.png"]


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    write_two(tmp_path, attributes={"POSITION": 0})
    notes = prepare_assets(files_in(tmp_path), "house:swirl", **QUICK).notes
    assert notes[:2] == [
        "mesh 1 of two.glb has a texture and no UV map: it is left out.",
        "materials without a texture keep their colour: 1 of these models.",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"faces": "keep"}, "faces are not looked for in textures: leave --faces keep out"),
        ({"wrap": "both"}, "repeating textures are recognised without it: leave --wrap out"),
        ({"init": "start.png"}, "textures are painted together and cannot start from a picture: leave --init FILE out"),
    ],
)
def test_settings_that_models_do_not_have(
    tmp_path: Path, options: dict[str, Any], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_two(tmp_path)
    (tmp_path / "start.png").write_bytes(png(bark(32)))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(PinxitError, match=sentence):
        prepare_assets(files_in(tmp_path), "house:swirl", engine="optimizer", size=64, **options)


def test_sets_that_are_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_two(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(assets, "MOST_TEXTURES", 0)
        with pytest.raises(PinxitError, match="a set has at most 0 textures, not 1: paint it in several folders"):
            prepare_assets(files_in(tmp_path), "house:swirl", **QUICK)
    monkeypatch.setattr(assets, "MOST_INPUTS", 0)
    with pytest.raises(PinxitError, match=r"a set has at most 0 models, buffers and base colours, .* not 1"):
        prepare_assets(files_in(tmp_path), "house:swirl", **QUICK)


def test_a_texture_of_which_nothing_is_seen(tmp_path: Path) -> None:
    clear = np.concatenate([bark(32), np.zeros((32, 32, 1), np.uint8)], axis=2)
    data, buffer = described(column(), [{"bufferView": 3}], [png(clear)])
    data["materials"][0]["alphaMode"] = "BLEND"
    (tmp_path / "clear.glb").write_bytes(glb(data, buffer))
    with pytest.raises(PinxitError, match="everything that the models show of their textures is transparent"):
        prepare_assets(files_in(tmp_path), "house:swirl", **QUICK)


def test_a_recipe_of_other_models(tmp_path: Path) -> None:
    write_two(tmp_path)
    job = prepare_assets(files_in(tmp_path), "house:swirl", **QUICK)
    *_, progress = job.paint()
    picture, _ = job.result(progress)
    assert (picture.height, picture.width) == (32, 32)
    foreign = job.recipe.model_copy(update={"result": "other.png"})
    with pytest.raises(PinxitError, match=r"the recipe is of 'other\.png', which is not a base colour of these models"):
        replace(job, recipe=foreign).result(progress)


def test_kinds_that_gltf_does_not_allow() -> None:
    import PIL.Image

    with pytest.raises(
        PinxitError, match=r"^wall is a TIFF, which glTF does not allow: export textures as PNG or JPEG"
    ):
        read_texture(file_of(PIL.Image.new("RGB", (8, 8)), "tiff"), "wall", opaque=True)


def test_colours_under_transparency_that_an_opaque_material_shows() -> None:
    """Games keep other numbers in the fourth channel, such as gloss."""
    pixels = np.concatenate([bark(16), np.zeros((16, 16, 1), np.uint8)], axis=2)
    opaque, seen = (read_texture(png(pixels), "wall", opaque=value) for value in (True, False))
    assert opaque.picture.alpha is None
    assert np.array_equal(np.rint(opaque.picture.pixels * 255), pixels[..., :3].transpose(2, 0, 1))
    assert opaque.alpha is not None
    assert opaque.alpha.max() == 0
    assert seen.picture.alpha is not None


def test_coordinates_beyond_the_borders() -> None:
    """glTF 2.0, section 3.8.4: clamped, repeated, or mirrored at each whole number."""
    triangle = np.array([[[1.2, 0.1], [1.4, 0.1], [1.3, 0.3]]])
    clamped, repeated, mirrored = (placed(triangle, Sampler(wrapS=mode, wrapT=33071)) for mode in (33071, 10497, 33648))
    assert clamped.uv[0, :, 0] == pytest.approx([1, 1, 1])
    assert repeated.uv[0, :, 0] == pytest.approx([0.2, 0.4, 0.3])
    assert mirrored.uv[0, :, 0] == pytest.approx([0.8, 0.6, 0.7])
    assert not repeated.wrap.columns, "it lies within one repeat"
    across = placed(np.array([[[0.8, 0.1], [1.3, 0.1], [1.0, 0.3]]]), Sampler(wrapS=10497, wrapT=33071))
    assert across.wrap.columns
    assert not across.wrap.rows


def test_texture_coordinates_are_scaled_turned_and_moved(tmp_path: Path) -> None:
    """As Khronos's extension says: counter-clockwise, where v goes down; of another set where it names one."""
    data, buffer = described(column(), [{"bufferView": 3}], [png(bark(32))])
    (tmp_path / "plain.glb").write_bytes(glb(data, buffer))
    transform = {"offset": [0.1, 0.2], "rotation": np.pi / 2, "scale": [2, 0.5], "texCoord": 3}
    texture = data["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]
    texture["extensions"] = {"KHR_texture_transform": transform}
    data["meshes"][0]["primitives"][0]["attributes"] = {"POSITION": 0, "TEXCOORD_3": 1}
    (tmp_path / "turned.glb").write_bytes(glb(data, buffer))
    plain, turned = (next(model.faces()).uv for model in read_models(files_in(tmp_path)))
    u, v = plain[..., 0], plain[..., 1]
    np.testing.assert_allclose(turned, np.stack([0.5 * v + 0.1, -2 * u + 0.2], axis=-1), atol=1e-12)
