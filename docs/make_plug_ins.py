"""Make the pictures in docs/how-to/plugin.md: the real programs with the plug-ins, driven by the programs of their tests.

python docs/make_plug_ins.py

It needs the programs and Xvfb (apt-get install krita python3-pyqt5 blender xvfb), and takes minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import PIL.Image

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Drive the programs and keep what their windows showed."""
    sys.path.insert(0, str(ROOT))
    from tests.plugins import test_blender, test_krita
    from tests.plugins.conftest import run_user

    from pinxit import image as pictures

    with tempfile.TemporaryDirectory() as folder, run_user(Path(folder)) as user:
        test_krita.drive(user)
        _keep(user.home / "krita.png", "plug-in-krita.jpg")
        pictures.write(pictures.fit(pictures.sample("cat"), 720), user.photo, overwrite=True)
        test_blender.install(user)
        test_blender.drive_window(user)
        _keep(user.home / "painted.png", "plug-in-blender.jpg")


def _keep(screenshot: Path, name: str) -> None:
    PIL.Image.open(screenshot).convert("RGB").save(IMAGES / name, quality=85)
    print(IMAGES / name)


if __name__ == "__main__":
    main()
