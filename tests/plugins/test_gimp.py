"""The plug-in in the real GIMP, without its window."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import PIL.Image
import psutil
import pytest

from pinxit.host_programs import HOSTS
from tests.clock import PATIENCE
from tests.plugins.conftest import User, requires

pytestmark = [
    requires("gimp-console"),
    pytest.mark.slow(reason="it starts the real GIMP"),
]
PLACE = Path(".config", "GIMP", "2.10")


@pytest.fixture(scope="module")
def gimp(user: User) -> User:
    user.run(sys.executable, "-m", "pinxit", "plugin", "install", "gimp")
    return user


def command(user: User, *expressions: str) -> list[str]:
    """Return the command line that runs expressions of Script-Fu, which share their definitions, with the photograph."""
    loaded = f'(define image (car (gimp-file-load RUN-NONINTERACTIVE "{user.photo}" "{user.photo}")))'
    layer = "(define layer (car (gimp-image-get-active-drawable image)))"
    script = f"(begin {loaded} {layer} {' '.join(expressions)})"
    return ["gimp-console", "-i", "-d", "-f", "-b", script, "-b", "(gimp-quit 1)"]


def batch(user: User, *expressions: str) -> str:
    """Run expressions of Script-Fu in GIMP, and return what it printed."""
    return user.run(*command(user, *expressions))


def saved(user: User, name: str, drawable: str) -> str:
    path = user.home / f"{name}.png"
    return f'(file-png-save RUN-NONINTERACTIVE image {drawable} "{path}" "{path}" 0 9 0 0 0 0 0)'


PAINT = '(define painted (car (pinxit-gimp-paint RUN-NONINTERACTIVE image layer "house:ink" "instant" 1.0 160)))'


def pixels(path: Path, mode: str = "RGB") -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(PIL.Image.open(path).convert(mode), np.float64)


def test_the_painting_is_a_new_layer_and_the_selection_its_mask(gimp: User) -> None:
    printed = batch(
        gimp,
        PAINT,
        saved(gimp, "whole", "painted"),
        "(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 80 400)",
        PAINT,
        saved(gimp, "mask", "(car (gimp-layer-get-mask painted))"),
        saved(gimp, "half", "painted"),
        '(gimp-message (string-append "layers: " (number->string (car (gimp-image-get-layers image)))))',
        '(gimp-message (string-append "name: " (car (gimp-item-get-name painted))))',
    )
    assert "layers: 3" in printed
    assert re.search(r"name: \S+ in ink", printed), printed
    photo, whole = pixels(gimp.photo), pixels(gimp.home / "whole.png")
    assert photo.shape == whole.shape
    assert np.abs(photo - whole).mean() > 5, "it does not look like the photograph"
    mask = pixels(gimp.home / "mask.png", "L")
    assert (mask[:, :80] == 255).all()
    assert (mask[:, 80:] == 0).all()


def test_the_dialog_s_procedure_paints_a_painting_of_ones_own(gimp: User) -> None:
    call = f'(script-fu-pinxit image layer 0 "{gimp.photo}" 0 50 100)'
    printed = batch(
        gimp, call, "(gimp-message (car (gimp-item-get-name (car (gimp-image-get-active-drawable image)))))"
    )
    assert re.search(r"\S+ in photo", printed), printed


def test_sentences(gimp: User, tmp_path: Path) -> None:
    missing = tmp_path / "missing.png"
    printed = batch(gimp, f'(pinxit-gimp-paint RUN-NONINTERACTIVE image layer "{missing}" "instant" 1.0 160)')
    assert "missing.png cannot be read (No such file or directory)." in printed
    large = "(gimp-layer-scale layer 9000 16 FALSE)"
    printed = batch(gimp, large, PAINT.replace("160)", "9999)"))
    assert "too large: its longer side has 9000 px" in printed


def test_a_cancelled_plug_in_cancels_its_job(gimp: User) -> None:
    """GIMP kills a plug-in whose progress is cancelled."""
    process = subprocess.Popen(
        command(gimp, PAINT.replace("instant", "fine")),
        env=gimp.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with gimp.studio.client() as client:

        def wait_for(state: str) -> None:
            end = time.monotonic() + PATIENCE
            while client.get("/api/v1/jobs").json()[0]["state"] != state:
                assert time.monotonic() < end, f"the job is never {state}"
                time.sleep(0.1)

        wait_for("running")
        for child in psutil.Process(process.pid).children(recursive=True):
            if any(word.endswith("pinxit_gimp.py") for word in child.cmdline()) and "--guard" not in child.cmdline():
                os.kill(child.pid, signal.SIGKILL)
        wait_for("cancelled")
    process.wait(PATIENCE)


def test_installed_and_removed(gimp: User) -> None:
    folder = gimp.home / PLACE
    noted = json.loads((folder / "plug-ins" / "pinxit_gimp" / "installation.json").read_text())
    assert noted["command"][0] == sys.executable
    assert "pinxit_gimp" in gimp.run(sys.executable, "-m", "pinxit", "plugin", "list")
    gimp.run(sys.executable, "-m", "pinxit", "plugin", "remove", "gimp")
    assert not (folder / "plug-ins" / "pinxit_gimp").exists()
    assert not list((folder / "scripts").glob("pinxit*"))
    assert HOSTS["gimp"].beside
