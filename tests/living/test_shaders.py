"""The shaders compute what the automaton does: run in a browser, on WebGPU, by Vulkan from HLSL, and in Godot."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinxit.living import shaders
from pinxit.living.automaton import CHANNELS, seed_state
from tests.clock import PATIENCE
from tests.living.rules import lively
from tests.screen import with_screen
from tests.studio.chromium import CHROMIUM, open_chromium

STEPS = 8  # differences of rounding grow from step to step
TITLE = 'wa"ter</script>\n#error'
needs_glslang = pytest.mark.skipif(shutil.which("glslangValidator") is None, reason="apt-get install glslang-tools")


def expected(height: int, width: int) -> np.ndarray:
    return lively().run(seed_state(height, width, 7), STEPS)


def close(found: np.ndarray, height: int, width: int, tolerance: float = 2e-3) -> bool:
    """Whether a grid is the automaton's, which has changed by far more than the tolerance."""
    wanted = expected(height, width)
    assert np.abs(wanted - seed_state(height, width, 7)).mean() > 20 * tolerance
    return bool(np.abs(found - wanted).max() < tolerance)


@pytest.fixture(scope="module")
def browser_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, list[str]]]:
    """The exported page, open in a browser that draws without a graphics processor."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    file = tmp_path_factory.mktemp("page") / "water.html"
    file.write_text(shaders.page(lively(), TITLE))
    flags = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
    with open_chromium(*flags) as browser:
        page = browser.new_page(reduced_motion="reduce", viewport={"width": 390, "height": 300})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda one: None if one.url.startswith("file:") else problems.append(one.url))
        # Two hundred steps are drawn in software before it is there.
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(file.as_uri())
        if not page.evaluate("document.createElement('canvas').getContext('webgl2') !== null"):
            pytest.skip("this Chromium has no WebGL 2")
        yield page, problems


def test_the_page_in_webgl(browser_page: tuple[Any, list[str]]) -> None:
    page, problems = browser_page
    page.evaluate(f"living.begin(7), living.step({STEPS})")
    parts = [np.array(page.evaluate(f"Array.from(living.read({part}))")) for part in range(3)]
    cells = page.evaluate("living.cells")
    found = np.concatenate([part.reshape(cells, cells, 4) for part in parts], 2)
    assert close(found, cells, cells)
    page.evaluate("living.wipe(2, 2, 6)")
    wiped = np.array(page.evaluate("Array.from(living.read(0))")).reshape(cells, cells, 4)
    assert not wiped[:6, :6].any(), "around the pointer"
    assert not wiped[-2, 2].any(), "and across the border, which the grid does not have"
    assert wiped[20:-20, 20:-20].any()
    assert problems == []


def test_the_page_s_controls(browser_page: tuple[Any, list[str]]) -> None:
    """A visitor who wants little motion finds it paused, and can let it run."""
    page, problems = browser_page
    assert page.get_by_role("heading").inner_text() == " ".join(TITLE.split())
    before = page.evaluate("Array.from(living.read(0))")
    page.wait_for_timeout(300)
    assert page.evaluate("Array.from(living.read(0))") == before
    page.get_by_role("button", name="Go on").click()
    page.wait_for_function(f"living.read(0)[0] !== {before[0]}")
    page.get_by_role("button", name="Pause").click()
    assert not page.locator("#trouble").is_visible()
    assert problems == []


@needs_glslang
@pytest.mark.parametrize(("ending", "make"), [("frag", shaders.glsl), ("comp", shaders.unity)])
def test_compiles(ending: str, make: Callable[..., str], tmp_path: Path) -> None:
    file = tmp_path / f"rule.{ending}"
    file.write_text(make(lively(), TITLE))
    hlsl = ["-D", "-V", "-S", "comp", "-e", "StepCells", "-o", str(tmp_path / "rule.spv")] if ending == "comp" else []
    done = subprocess.run(["glslangValidator", *hlsl, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    file.write_text(file.read_text().replace("n0 +=", "n9 +=", 1))
    broken = subprocess.run(["glslangValidator", *hlsl, str(file)], capture_output=True, check=False)
    assert broken.returncode != 0, "the compiler reads the rule"


def test_wgsl() -> None:
    """On WebGPU, by whatever adapter there is."""
    wgpu = pytest.importorskip("wgpu", reason="pip install wgpu")
    with contextlib.suppress(Exception):
        adapter = wgpu.gpu.request_adapter_sync(power_preference="low-power")
        device = adapter.request_device_sync()
    if "device" not in locals():
        pytest.skip("there is no WebGPU adapter, not even in software: apt-get install mesa-vulkan-drivers")
    height, width = 24, 40
    kinds = wgpu.TextureUsage
    usage = kinds.TEXTURE_BINDING | kinds.STORAGE_BINDING | kinds.COPY_SRC
    grids = [
        [device.create_texture(size=(width, height, 1), format="rgba32float", usage=usage) for _ in range(3)]
        for _ in range(2)
    ]
    module = device.create_shader_module(code=shaders.wgsl(lively(), TITLE))
    pipeline = device.create_compute_pipeline(layout="auto", compute={"module": module, "entry_point": "step_cells"})
    for step in range(STEPS + 1):
        start = np.array([step == 0, 7, 0, 0], np.uint32)
        buffer = device.create_buffer_with_data(data=start, usage=wgpu.BufferUsage.UNIFORM)
        textures = [texture.create_view() for grid in grids for texture in grid]
        entries = [{"binding": place, "resource": view} for place, view in enumerate(textures)]
        # A pipeline that has not read a binding lists it all the same, because every entry is used in the shader.
        entries.append({"binding": 6, "resource": {"buffer": buffer, "offset": 0, "size": buffer.size}})
        group = device.create_bind_group(layout=pipeline.get_bind_group_layout(0), entries=entries)
        encoder = device.create_command_encoder()
        work = encoder.begin_compute_pass()
        work.set_pipeline(pipeline)
        work.set_bind_group(0, group)
        work.dispatch_workgroups(-(-width // 8), -(-height // 8))
        work.end()
        device.queue.submit([encoder.finish()])
        grids.reverse()
    found = np.empty((height, width, CHANNELS), np.float32)
    for part, texture in enumerate(grids[0]):
        layout = {"bytes_per_row": 16 * width, "rows_per_image": height}
        data = device.queue.read_texture({"texture": texture}, layout, (width, height, 1))
        found[..., 4 * part : 4 * part + 4] = np.frombuffer(data, np.float32).reshape(height, width, 4)
    assert close(found, height, width)


GODOT = """
extends SceneTree
var frames = 0
var views = []
var materials = []
func _init():
\tvar shader = Shader.new()
\tvar file = File.new()
\tfile.open("res://water.gdshader", File.READ)
\tshader.code = file.get_as_text()
\tfor place in range(2):
\t\tvar view = Viewport.new()
\t\tview.size = Vector2(3 * 40, 24)
\t\tview.hdr = true
\t\tview.usage = Viewport.USAGE_3D
\t\tview.transparent_bg = true
\t\tview.render_target_v_flip = true
\t\tview.render_target_update_mode = Viewport.UPDATE_ALWAYS
\t\tvar rect = ColorRect.new()
\t\trect.rect_size = view.size
\t\trect.material = ShaderMaterial.new()
\t\trect.material.shader = shader
\t\trect.material.set_shader_param("restart", true)
\t\trect.material.set_shader_param("seed", 7)
\t\tview.add_child(rect)
\t\tget_root().add_child(view)
\t\tviews.append(view)
\t\tmaterials.append(rect.material)
\tfor place in range(2):
\t\tmaterials[place].set_shader_param("state", views[1 - place].get_texture())
func _idle(_delta):
\tframes += 1
\tif frames == 3:
\t\tfor material in materials:
\t\t\tmaterial.set_shader_param("restart", false)
\tif frames == 3 + STEPS / 2:
\t\tvar file = File.new()
\t\tfile.open("res://state.bin", File.WRITE)
\t\tfile.store_buffer(views[1].get_texture().get_data().get_data())
\t\tquit()
\treturn false
"""


@pytest.mark.slow(reason="a game engine starts and draws in software: 20 s")
def test_godot(tmp_path: Path) -> None:
    """In Godot 3: two viewports read each other, each taking a step in every frame, in half precision."""
    if shutil.which("godot3") is None or shutil.which("xvfb-run") is None:
        pytest.skip("apt-get install godot3 xvfb")
    (tmp_path / "project.godot").write_text('config_version=4\n[rendering]\nquality/driver/driver_name="GLES3"\n')
    (tmp_path / "main.gd").write_text(GODOT.replace("STEPS", str(STEPS)))
    (tmp_path / "water.gdshader").write_text(shaders.godot(lively(), TITLE))
    command = [*with_screen(), "godot3", "--path", ".", "-s", "main.gd", "--audio-driver", "Dummy"]
    software = {**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1", "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=tmp_path, env=software, capture_output=True, text=True, timeout=600, check=False)
    assert "SHADER ERROR" not in done.stdout + done.stderr
    state = np.frombuffer((tmp_path / "state.bin").read_bytes(), np.float16).astype(np.float32)
    parts = np.split(state.reshape(24, 3 * 40, 4), 3, axis=1)
    assert close(np.concatenate(parts, 2), 24, 40, tolerance=5e-3)


def test_titles_stay_in_their_comment() -> None:
    """Whatever a file is called, it cannot become code."""
    for make in (shaders.glsl, shaders.wgsl, shaders.unity, shaders.godot):
        assert not any(line.startswith("#error") for line in make(lively(), TITLE).splitlines())
    assert "</script>\n#error" not in shaders.page(lively(), TITLE)
    assert shaders.page(lively(), TITLE).count("</script>") == 1
