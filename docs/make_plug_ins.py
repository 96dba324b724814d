"""Make the picture in docs/how-to/plugin.md: the real Krita with the docker, which the program of its test drives.

python docs/make_plug_ins.py

It needs Krita and Xvfb (apt-get install krita python3-pyqt5 xvfb), and takes minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import PIL.Image

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Drive Krita and keep what its screen showed."""
    sys.path.insert(0, str(ROOT))
    from tests.plugins.conftest import run_user
    from tests.plugins.test_krita import drive

    with tempfile.TemporaryDirectory() as folder, run_user(Path(folder)) as user:
        drive(user)
        PIL.Image.open(user.home / "krita.png").convert("RGB").save(IMAGES / "plug-in-krita.jpg", quality=85)
    print(IMAGES / "plug-in-krita.jpg")


if __name__ == "__main__":
    main()
