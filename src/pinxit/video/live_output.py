"""Live output: a window, a clip, or a virtual camera."""

from __future__ import annotations

import contextlib
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from pinxit.errors import PinxitError
from pinxit.files.atomic import atomic_file
from pinxit.image.writer import check_place
from pinxit.video.codec import CODECS, QUALITY, CodecSettings
from pinxit.video.encoding import VideoWriter
from pinxit.video.optical_flow import Bytes

_RATE = Fraction(25)  # frames a second, which a recording's encoder plans its bit rate with


class LiveOutput(Protocol):
    """A place for painted frames."""

    def add(self, time: Fraction, frame: Bytes, title: str) -> bool:
        """Show or record a frame.

        Args:
            time: of the frame, s.
            frame: `(H, W, 3)`.
            title: for a window's title bar.

        Returns:
            Whether more frames are wanted.
        """

    def close(self) -> None:
        """Finish the output, and release what it uses."""


class Recording:
    """A clip that grows with each frame and appears once it is whole.

    Args:
        target: the MP4 file to write.
        overwrite: replace an existing file.

    Raises:
        PinxitError: for a target that cannot be written.
    """

    def __init__(self, target: Path, *, overwrite: bool) -> None:
        if target.suffix.lower() != ".mp4":
            raise PinxitError(f"{target.name} does not end in .mp4: live pictures are recorded as that.")
        check_place(target, overwrite=overwrite)
        codec = CODECS[".mp4"]
        self._codec = CodecSettings(codec, QUALITY[codec], _RATE)
        self._file, self._open_file = atomic_file(target, overwrite=overwrite), contextlib.ExitStack()
        self._writer: VideoWriter | None = None

    def add(self, time: Fraction, frame: Bytes, title: str) -> bool:
        """See `LiveOutput`."""
        if self._writer is None:
            self._writer = VideoWriter(
                self._open_file.enter_context(self._file), frame.shape[0], frame.shape[1], self._codec
            )
        self._writer.add(time, frame)
        return True

    def close(self) -> None:
        """See `LiveOutput`."""
        with self._open_file:
            if self._writer is not None:
                self._writer.close()


class Window:
    """A window that shows frames until the user closes it.

    Args:
        title: of the window.

    Raises:
        PinxitError: when there is no display.
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
        """See `LiveOutput`."""
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
        """Close the window."""
        if self._open:
            self._close()

    def _close(self) -> None:
        self._open = False
        self._root.destroy()


class VirtualCamera:
    """A camera for other programs, such as a video call.

    Raises:
        PinxitError: when there is no such device, or pyvirtualcam is missing.
    """

    def __init__(self) -> None:
        try:
            import pyvirtualcam
        except ImportError as error:
            raise PinxitError('a virtual camera needs pyvirtualcam: pip install "pinxit[live]".') from error
        self._library: Any = pyvirtualcam
        self._camera: Any = None

    def add(self, time: Fraction, frame: Bytes, title: str) -> bool:
        """See `LiveOutput`."""
        if self._camera is None:
            self._camera = self._opened(frame.shape[1], frame.shape[0])
        self._camera.send(frame)
        return True

    def close(self) -> None:
        """Remove the camera."""
        if self._camera is not None:
            self._camera.close()

    def _opened(self, width: int, height: int) -> Any:
        try:
            return self._library.Camera(width=width, height=height, fps=30)
        except (RuntimeError, OSError, ValueError) as error:
            how = "load v4l2loopback" if sys.platform == "linux" else "install OBS, which brings one"
            raise PinxitError(f"there is no virtual camera on this machine: {how}.") from error
