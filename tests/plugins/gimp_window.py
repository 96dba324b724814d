"""GIMP 2.10 in its window on a screen of its own, driven by the keyboard as by its user.

python -m tests.plugins.gimp_window PHOTO SCREENSHOT

It opens the photograph, opens the dialog by a key of its own, chooses the style ink, confirms, waits for the second layer, and
keeps the screen's picture. It is a program, so that xvfb-run can give it the screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.clock import PATIENCE

SHORTCUTS = '(gtk_accel_path "<Actions>/plug-in/script-fu-pinxit" "<Primary><Shift>p")\n'
"""Of GIMP's file `menurc`: Ctrl+Shift+P opens the dialog, wherever its place in the menu is."""
INK = 5  # its place in the list of styles


def xdotool(*words: str) -> list[str]:
    """Run xdotool, and return the lines that it printed."""
    return subprocess.run(["xdotool", *words], capture_output=True, text=True).stdout.splitlines()


def window(title: str) -> str:
    """Wait for a window whose title contains a text, and return its number."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := xdotool("search", "--name", title):
            return found[0]
        time.sleep(0.2)
    raise TimeoutError(title)


def main(photo: str, screenshot: str) -> None:
    """Paint a photograph by the dialog."""
    with subprocess.Popen(["gimp", "-n", "-s", photo], stderr=subprocess.DEVNULL) as gimp:
        main_window = window("1 layer")
        dialog: list[str] = []
        while not dialog:  # the window shows before its keys work
            xdotool("windowfocus", "--sync", main_window, "key", "ctrl+shift+p")
            time.sleep(1)
            dialog = xdotool("search", "--name", "Paint with pinxit")
        # The list of styles has the focus: Return opens it.
        xdotool("windowfocus", "--sync", dialog[0], "key", "Return")
        time.sleep(1)
        xdotool("key", *["Down"] * INK, "Return")
        time.sleep(1)
        xdotool("key", "alt+o")
        window("2 layers")
        time.sleep(1)  # the canvas is drawn after the title
        display = ["-f", "x11grab", "-video_size", "1280x900", "-i", os.environ["DISPLAY"]]
        subprocess.run(["ffmpeg", "-v", "error", "-y", *display, "-frames:v", "1", screenshot], check=True)
        gimp.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
