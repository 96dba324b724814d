"""Make the pictures in docs/how-to/plugin.md: the real programs with the plug-ins, driven by the programs of their tests.

python docs/make_plug_ins.py
python docs/make_plug_ins.py comfyui     # one of gimp, krita, blender, comfyui

It needs the programs and Xvfb (apt-get install gimp xdotool krita python3-pyqt5 blender xvfb), for ComfyUI also Chromium and
PINXIT_COMFYUI (plugins/comfyui/README.md), and takes minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import PIL.Image

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"


def main(*names: str) -> None:
    """Drive the programs and keep what their windows showed."""
    sys.path.insert(0, str(ROOT))
    for name, make in {"krita": _krita, "blender": _blender, "gimp": _gimp, "comfyui": _comfyui}.items():
        if not names or name in names:
            with tempfile.TemporaryDirectory() as folder:
                make(Path(folder))


def _krita(folder: Path) -> None:
    from tests.plugins import test_krita
    from tests.plugins.conftest import run_user

    with run_user(folder) as user:
        test_krita.drive(user)
        _keep(user.home / "krita.png", "plug-in-krita.jpg")


def _blender(folder: Path) -> None:
    from tests.plugins import test_blender
    from tests.plugins.conftest import run_user

    with run_user(folder) as user:
        _enlarge(user.photo)
        test_blender.install(user)
        test_blender.drive_window(user)
        _keep(user.home / "painted.png", "plug-in-blender.jpg")


def _gimp(folder: Path) -> None:
    from tests.plugins import test_gimp_window
    from tests.plugins.conftest import run_user

    with run_user(folder) as user:
        _enlarge(user.photo, 480)
        _keep(test_gimp_window.drive(user), "plug-in-gimp.jpg", (200, 100, 1224, 867))


def _comfyui(folder: Path) -> None:
    from tests.plugins.comfyui_process import COMMAND, node, run_comfyui
    from tests.studio.chromium import open_chromium

    if not COMMAND:
        sys.exit("ComfyUI is left out: PINXIT_COMFYUI does not say how to run it (plugins/comfyui/README.md).")

    graph = {
        "1": node("LoadImage", image="photo.png"),
        "2": node("PinxitHouseStyle", name="ink"),
        "3": node("PinxitInstant", image=["1", 0], style=["2", 0], size=720, strength=1.0),
        "4": node("PreviewImage", images=["3", 0]),
    }
    places = {"1": (100, 150, 340, 350), "2": (100, 550, 340, 60), "3": (480, 150, 270, 130), "4": (790, 150, 450, 350)}
    with run_comfyui(folder) as server, open_chromium() as browser:
        _enlarge(folder / "input" / "photo.png")
        page = browser.new_page(viewport={"width": 1280, "height": 950})
        page.goto(server.address)
        page.wait_for_function("window.app?.graph && window.app.canvas")
        page.wait_for_timeout(3000)
        page.keyboard.press("Escape")  # its window of templates
        page.evaluate("graph => app.loadApiJson(graph, 'pinxit')", graph)
        page.evaluate(
            "places => app.graph._nodes.forEach(one => {"
            " const [x, y, width, height] = places[one.id]; one.pos = [x, y]; one.size = [width, height] })",
            places,
        )
        page.evaluate("app.queuePrompt(0, 1)")
        page.wait_for_function("app.graph.getNodeById(4).imgs?.length", timeout=120_000)
        page.wait_for_timeout(8000)  # its message leaves
        page.screenshot(path=folder / "comfyui.png", clip={"x": 60, "y": 38, "width": 1220, "height": 600})
        _keep(folder / "comfyui.png", "plug-in-comfyui.jpg")


def _enlarge(photo: Path, side: int = 720) -> None:
    from pinxit import image as pictures

    pictures.write(pictures.fit(pictures.sample("cat"), side), photo, overwrite=True)


def _keep(screenshot: Path, name: str, box: tuple[int, int, int, int] | None = None) -> None:
    PIL.Image.open(screenshot).convert("RGB").crop(box).save(IMAGES / name, quality=85)
    print(IMAGES / name)


if __name__ == "__main__":
    main(*sys.argv[1:])
