"""Models restyled: seams that agree, padding, other files byte for byte, recipes that make the same again."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from pinxit import image as pictures
from pinxit.scene.assets import AssetsJob, prepare_assets
from pinxit.scene.gltf_file import parse_gltf
from pinxit.scene.islands import coverage
from pinxit.scene.sources import files_in
from tests.command_line import pinxit
from tests.scene.models import bark, column, data_address, described, embedded, png, write_folder

QUICK: dict[str, Any] = {"network": "live", "size": 128}
LINE = ("-s", "house:swirl", "--network", "live", "--size", "128")


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, `in`, painted into `out`."""
    folder = tmp_path_factory.mktemp("assets")
    pixels = np.concatenate([bark(), np.full((128, 128, 1), 255, np.uint8)], axis=2)
    pixels[:40, 30:50, 3] = np.arange(20) * 12
    write_folder(folder / "in", column(), png(pixels))
    pinxit("assets", "in", *LINE, "-o", "out", folder=folder)
    return folder


def rgba(path: Path) -> NDArray[np.uint8]:
    return np.asarray(PIL.Image.open(path).convert("RGBA"))


def all_files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class TestFolder:
    def test_only_the_base_colour_changes(self, painted: Path) -> None:
        before, after = all_files(painted / "in"), all_files(painted / "out")
        assert before.keys() == after.keys()
        assert {name for name in before if before[name] != after[name]} == {"textures/bark base.png"}
        old, new = (rgba(painted / name / "textures" / "bark base.png") for name in ("in", "out"))
        assert np.array_equal(old[..., 3], new[..., 3])
        assert np.abs(old[20:108, 13:115, :3].astype(int) - new[20:108, 13:115, :3]).mean() > 10

    def test_padding_has_the_colours_of_the_island_beside_it(self, painted: Path) -> None:
        new = rgba(painted / "out" / "textures" / "bark base.png")[..., :3]
        assert np.array_equal(new[30:100, 0], new[30:100, 12]), "green before"
        assert np.array_equal(new[0, 20:100], new[18, 20:100])

    def test_redo_makes_the_same_picture(self, painted: Path) -> None:
        pinxit("redo", "out/textures/bark base.png", "-o", "again.png", folder=painted)
        assert np.array_equal(rgba(painted / "again.png"), rgba(painted / "out" / "textures" / "bark base.png"))

    def test_a_folder_that_is_there_is_kept(self, painted: Path) -> None:
        done = pinxit("assets", "in", *LINE, "-o", "out", folder=painted, check=2)
        assert "exists" in done.stderr
        done = pinxit("assets", "in", *LINE, "-o", "in/out", folder=painted, check=2)
        assert "lies in" in done.stderr


class TestSeams:
    def test_colours_agree_where_the_texture_meets_itself(self, tmp_path: Path) -> None:
        write_folder(tmp_path, column(), png(bark()))
        job = prepare_assets(files_in(tmp_path), "house:swirl", **QUICK)
        *_, last = job.paint()
        done = list[float]()
        _, report = job.restyled(last, done.append)
        assert done == sorted(done)
        assert done[-1] == 1
        assert report.original < 0.05
        assert report.painted > 0.08, "the network paints the two ends differently"
        assert report.evened < 0.3 * report.painted

    def test_a_seam_that_is_meant_to_be_seen_stays(self, tmp_path: Path) -> None:
        pixels = bark()
        pixels[:, :64] //= 4
        write_folder(tmp_path, column(), png(pixels))
        job = prepare_assets(files_in(tmp_path), "house:swirl", **QUICK)
        *_, last = job.paint()
        _, report = job.restyled(last)
        assert report.original > 0.2
        assert report.evened > 0.7 * report.painted

    def test_a_texture_that_repeats_has_no_seam(self, tmp_path: Path) -> None:
        (tmp_path / "column.glb").write_bytes(embedded(png(bark(inset=0)), inset=0, turns=3))
        job = prepare_assets(files_in(tmp_path), "house:swirl", **QUICK)
        assert job.textures[0].wrap.columns
        assert not job.textures[0].wrap.rows
        picture = finished(job)
        across = np.abs(picture[:, :, 0] - picture[:, :, -1]).mean()
        inside = np.median(np.abs(np.diff(picture, axis=2)).mean((0, 1)))
        assert across < 2 * inside


def finished(job: AssetsJob) -> NDArray[np.float32]:
    *_, last = job.paint()
    return job.restyled(last)[0][0].pixels


class TestOneFile:
    def test_a_glb_is_written_anew(self, tmp_path: Path) -> None:
        (tmp_path / "column.glb").write_bytes(embedded(png(bark())))
        pinxit("assets", "column.glb", *LINE, "-o", "out.glb", folder=tmp_path)
        before, after = (parse_gltf((tmp_path / name).read_bytes(), name) for name in ("column.glb", "out.glb"))
        parts = [
            [file.chunk[view["byteOffset"] :][: view["byteLength"]] for view in file.data["bufferViews"]]
            for file in (before, after)
            if file.chunk is not None
        ]
        assert [old == new for old, new in zip(*parts, strict=True)] == [True, True, True, False, True, True]
        assert pictures.read(parts[1][3]).pixels.shape == (3, 128, 128)
        assert after.data["accessors"] == before.data["accessors"]
        assert 0 <= len(after.chunk or b"") - after.data["buffers"][0]["byteLength"] < 4
        pinxit("redo", "out.glb", "-o", "again.glb", folder=tmp_path)
        assert (tmp_path / "again.glb").read_bytes() == (tmp_path / "out.glb").read_bytes()

    def test_pictures_in_the_json_stay_there(self, tmp_path: Path) -> None:
        data, buffer = described(column(), [{"uri": data_address(png(bark()))}])
        data["buffers"][0]["uri"] = "mesh.bin"
        (tmp_path / "mesh.bin").write_bytes(buffer)
        (tmp_path / "column.gltf").write_text(json.dumps(data))
        pinxit("assets", "column.gltf", *LINE, "-o", "out", folder=tmp_path)
        assert (tmp_path / "out" / "mesh.bin").read_bytes() == buffer
        made = json.loads((tmp_path / "out" / "column.gltf").read_text())
        assert made["images"][0]["uri"].startswith("data:image/png;base64,")
        assert made["images"][0]["uri"] != data["images"][0]["uri"]

    @pytest.mark.slow(reason="four iterations of the optimiser")
    def test_by_the_optimiser(self, tmp_path: Path) -> None:
        (tmp_path / "column.glb").write_bytes(embedded(png(bark())))
        options = ("--size", "64", "-p", "draft", "--iterations", "2,2", "--device", "cpu")
        done = pinxit("assets", "column.glb", "-s", "house:swirl", *options, "-o", "out.glb", folder=tmp_path)
        assert "1 texture painted" in done.stdout

    @pytest.mark.slow(reason="Blender starts twice")
    @pytest.mark.skipif(shutil.which("blender") is None, reason="needs Blender")
    def test_blender_opens_it_as_before(self, tmp_path: Path) -> None:
        (tmp_path / "column.glb").write_bytes(embedded(png(bark())))
        pinxit("assets", "column.glb", *LINE, "-o", "out.glb", folder=tmp_path)
        script = (
            "import bpy, numpy; numpy.bool = numpy.bool_\n"  # a name that Blender 3.4's importer still uses
            "bpy.ops.wm.read_factory_settings(use_empty=True)\n"
            "bpy.ops.import_scene.gltf(filepath=FILE)\n"
            "print('FOUND', [tuple(i.size) for i in bpy.data.images], [len(m.vertices) for m in bpy.data.meshes])\n"
        )
        found = []
        for name in ("column.glb", "out.glb"):
            (tmp_path / "look.py").write_text(script.replace("FILE", repr(str(tmp_path / name))))
            done = subprocess.run(
                ["blender", "-b", "--python", str(tmp_path / "look.py")], capture_output=True, text=True, timeout=300
            )
            found.append([line for line in done.stdout.splitlines() if line.startswith("FOUND")])
        if not found[0]:
            pytest.skip("Blender's importer needs NumPy, which is missing here")
        assert found[0] == found[1]
        assert "(128, 128)" in found[0][0], done.stderr


def test_triangles_cover_the_pixels_that_they_show() -> None:
    uv = np.array([[[0.25, 0.25], [0.75, 0.25], [0.75, 0.75]], [[0.25, 0.25], [0.75, 0.75], [0.25, 0.75]]])
    covered = coverage(uv, 64, 64)
    assert covered[16:48, 16:48].all()
    assert not covered[:14].any()
    assert not covered[50:].any()
