"""Where live frames go: a window, a clip, another program's camera."""

from __future__ import annotations

import contextlib
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from pinxit.errors import PinxitError
from pinxit.picture.writer import check_place
from pinxit.video.coding import CODECS, QUALITY, Coding
from pinxit.video.flow import Bytes
from pinxit.video.reel import Reel
from pinxit.whole import whole

# Frames a second of a recording, for its encoder to plan with.
_RATE = Fraction(25)


class Screen(Protocol):
    """Where painted frames go."""

    def add(self, time: Fraction, frame: Bytes, title: str) -> bool:
        """Take a frame `(H, W, 3)` of a time, s; False when no more are wanted."""

    def close(self) -> None:
        """Finish."""


class Recording:
    """A clip that grows while frames come: whole, or not there.

    Args:
        target: to write, an MP4 file.
        overwrite: replace what is there.

    Raises:
        PinxitError: for a target that cannot be written.
    """

    def __init__(self, target: Path, *, overwrite: bool) -> None:
        if target.suffix.lower() != ".mp4":
            raise PinxitError(f"{target.name} does not end in .mp4: live pictures are recorded as that.")
        check_place(target, overwrite=overwrite)
        codec = CODECS[".mp4"]
        self._coding = Coding(codec, QUALITY[codec], _RATE)
        self._file, self._taken = whole(target, overwrite=overwrite), contextlib.ExitStack()
        self._reel: Reel | None = None

    def add(self, time: Fraction, frame: Bytes, title: str) -> bool:
        """See `Screen`."""
        if self._reel is None:
            self._reel = Reel(self._taken.enter_context(self._file), frame.shape[0], frame.shape[1], self._coding)
        self._reel.add(time, frame)
        return True

    def close(self) -> None:
        """See `Screen`."""
        with self._taken:
            if self._reel is not None:
                self._reel.close()


class Window:
    """Shows frames until it is closed.

    Raises:
        PinxitError: where there is no display.
    """

    def __init__(self, title: str) -> None:
        try:
            import tkinter
        except ImportError as error:
            raise PinxitError(
                "this Python has no tkinter for a window: install it (python3-tk), or write a clip by -o."
            ) from error
        try:
            self._root = tkinter.Tk()
        except tkinter.TclError as error:
            raise PinxitError("there is no display for a window here: write a clip by -o.") from error
        self._root.title(title)
        self._label = tkinter.Label(self._root, borderwidth=0)
        self._label.pack()
        self._open = True
        self._root.protocol("WM_DELETE_WINDOW", self._close)
        self._root.bind("<Escape>", lambda _: self._close())

    def add(self, time: Fraction, frame: Bytes, title: str) -> bool:
        """See `Screen`."""
        import PIL.Image
        import PIL.ImageTk

        if self._open:
            shown = PIL.ImageTk.PhotoImage(PIL.Image.fromarray(frame), master=self._root)
            self._label.configure(image=shown)
            self._label.image = shown  # type: ignore[attr-defined]  # Tk keeps no reference of its own
            self._root.title(title)
            self._root.update()
        return self._open

    def close(self) -> None:
        """Take it away."""
        if self._open:
            self._close()

    def _close(self) -> None:
        self._open = False
        self._root.destroy()


class VirtualCamera:
    """A camera for other programs, such as a video call.

    Raises:
        PinxitError: where there is no such device, or pyvirtualcam is missing.
    """

    def __init__(self) -> None:
        try:
            import pyvirtualcam
        except ImportError as error:
            raise PinxitError('a virtual camera needs pyvirtualcam: pip install "pinxit[live]".') from error
        self._library: Any = pyvirtualcam
        self._camera: Any = None

    def add(self, time: Fraction, frame: Bytes, title: str) -> bool:
        """See `Screen`."""
        if self._camera is None:
            self._camera = self._opened(frame.shape[1], frame.shape[0])
        self._camera.send(frame)
        return True

    def close(self) -> None:
        """Take it away."""
        if self._camera is not None:
            self._camera.close()

    def _opened(self, width: int, height: int) -> Any:
        try:
            return self._library.Camera(width=width, height=height, fps=30)
        except (RuntimeError, OSError, ValueError) as error:
            how = "load v4l2loopback" if sys.platform == "linux" else "install OBS, which brings one"
            raise PinxitError(f"there is no virtual camera on this machine: {how}.") from error
