"""How frames become coded pictures: codecs, their pixel formats and options."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import PinxitError
from pinxit.video.alpha import on_white
from pinxit.video.ffmpeg import library
from pinxit.video.flow import Bytes

# Ending → codec. x264 and VP9 play everywhere; what they lose at these qualities nobody sees in a painting.
CODECS = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libx264", ".webm": "libvpx-vp9"}
# The same for a film with transparency, where the container has a codec for it.
CLEAR_CODECS = {".mov": "prores_ks", ".mkv": "libvpx-vp9", ".webm": "libvpx-vp9"}
QUALITY = {"libx264": 18, "libx265": 20, "libvpx-vp9": 24, "libsvtav1": 26}
# Codecs that have no constant rate factor: they keep everything, or have a size of their own.
NO_QUALITY = (
    "prores",
    "prores_aw",
    "prores_ks",
    "ffv1",
    "qtrle",
    "png",
    "utvideo",
    "rawvideo",
    "v210",
    "huffyuv",
    "ffvhuff",
)
# A ninety thousandth of a second tells any two frames apart, whatever the clip counted in.
TICK = Fraction(1, 90_000)
_THREADS = 4
_BT709, _LIMITED = 1, 1
# What frames are coded as, the first that a codec has.
_OPAQUE = ("yuv420p", "yuv422p10le", "yuv422p", "yuv444p", "gbrp", "rgb24", "bgr0", "rgba")
_DEEP = ("yuv420p10le", "yuv422p10le", "yuv444p10le", "gbrp10le")
_CLEAR = ("yuva444p10le", "yuva420p", "argb", "rgba", "bgra", "gbrap")
# FFmpeg's encoders that list a format with transparency and leave it out.
_NEVER_CLEAR = ("libx265",)
# What makes an encoder give each frame before it sees the next, and the same bytes every time: x264's macroblock tree gave 6 of
# 26 films another coding than the rest on a busy machine, and none of 60 without it.
_OPTIONS = {
    "libx264": {"bf": "0", "x264-params": "mbtree=0"},
    "libx265": {"bf": "0", "x265-params": "cutree=0:frame-threads=2:log-level=error"},
    "libvpx-vp9": {"b": "0", "row-mt": "1", "auto-alt-ref": "0", "lag-in-frames": "0", "cpu-used": "4"},
    "libsvtav1": {"preset": "8", "svtav1-params": "pred-struct=1"},
}


# Container → what a person calls a file of it.
NAMES = {"mp4": "an MP4", "mov": "a MOV", "matroska": "an MKV", "webm": "a WebM", "gif": "a GIF"}


def kind_of(target: Path) -> str:
    """Return FFmpeg's name of the container that a file's ending says."""
    ending = target.suffix.lower()
    return {".mkv": "matroska"}.get(ending, ending[1:])


@dataclass(frozen=True)
class Coding:
    """How frames become a clip.

    Attributes:
        codec: by FFmpeg's name.
        crf: constant rate factor: less is better and larger.
        rate: frames a second, on average: for the encoder to plan with.
        pixel_aspect: width of a pixel by its height.
        clear: whether frames come with transparency that is to be kept.
        bits: a channel, at least: 8 or 10.
    """

    codec: str
    crf: int
    rate: Fraction
    pixel_aspect: Fraction = Fraction(1)
    clear: bool = False
    bits: int = 8

    def check(self, target: Path) -> None:
        """Raise PinxitError where there is no such codec for pictures, or the target's container cannot hold it."""
        av = library()
        good = f"{', '.join(QUALITY)} are good ones"
        try:
            codec = av.Codec(self.codec, "w")
        except (av.FFmpegError, ValueError) as error:
            raise PinxitError(f"there is no codec {self.codec!r}: {good}.") from error
        if codec.type != "video":
            raise PinxitError(f"{self.codec} is a codec for {codec.type}: {good}.")
        kind = kind_of(target)
        if not _holds(kind, codec):
            fits = [ending for ending in CODECS if _holds(kind_of(Path(f"a{ending}")), codec)]
            advice = (
                f"end its name in {' or '.join(fits)}, or choose another --codec" if fits else "choose another --codec"
            )
            raise PinxitError(f"{NAMES[kind]} cannot hold what {self.codec} writes: {advice}.")
        if not self.pixels:
            deep = f" with {self.bits} bits a channel" if self.bits > 8 else ""
            raise PinxitError(f"{self.codec} cannot code the colours of a film{deep}: {good}.")
        _try(self, kind)

    def with_alpha(self, target: Path) -> Coding:
        """Return the same with transparency, if it has any in a target's container."""
        formats = {form.name for form in library().Codec(self.codec, "w").video_formats or ()}
        apart = self.codec.startswith("libvpx") and kind_of(target) not in ("matroska", "webm")
        holds = bool(formats & set(_CLEAR)) and self.codec not in _NEVER_CLEAR and not apart
        return replace(self, clear=holds)

    @property
    def pixels(self) -> str:
        """What frames are coded as, by FFmpeg's name; empty where the codec has nothing that fits."""
        formats = {form.name for form in library().Codec(self.codec, "w").video_formats or ()}
        wanted = _CLEAR if self.clear else _DEEP if self.bits > 8 else _OPAQUE
        return next((name for name in wanted if name in formats), "")

    def add_to(self, container: Any, height: int, width: int) -> Any:
        """Return a new stream of an output container, ready to encode frames of a size, px."""
        stream: Any = container.add_stream(self.codec, rate=self.rate)
        stream.width, stream.height, stream.pix_fmt = width, height, self.pixels
        stream.time_base = stream.codec_context.time_base = TICK
        # Without frames that look ahead, what is decoded first is shown first, and reels can be joined by their packets.
        quality = {} if self.codec in NO_QUALITY else {"crf": str(self.crf)}
        stream.options = quality | _OPTIONS.get(self.codec, {"bf": "0"})
        context = stream.codec_context
        # Left to itself the encoder takes as many threads as there are processors, and their number shows in the result.
        context.thread_type, context.thread_count = "FRAME", _THREADS
        context.sample_aspect_ratio = self.pixel_aspect
        context.color_primaries = context.color_trc = _BT709
        if self._is_luma:
            context.colorspace, context.color_range = _BT709, _LIMITED  # as players expect
        if self.clear and container.format.name in ("matroska", "webm"):
            stream.metadata["alpha_mode"] = "1"
        return stream

    def frame(self, pixels: Bytes, alpha: Bytes | None) -> Any:
        """Return a frame to encode.

        Args:
            pixels: `(H, W, 3)`.
            alpha: its opacity `(H, W)`, laid on white where the codec has none.
        """
        form = self.pixels
        if alpha is not None and not self.clear:
            pixels = on_white(pixels, alpha)
        if self.clear and alpha is None:
            alpha = np.full(pixels.shape[:2], 255, np.uint8)
        array = np.concatenate([pixels, alpha[..., None]], axis=2) if self.clear and alpha is not None else pixels
        frame = library().VideoFrame.from_ndarray(array, format="rgba" if self.clear else "rgb24")
        frame = frame.reformat(format=form, dst_colorspace=_BT709)
        if self.clear and alpha is not None and form == "yuva444p10le":
            # The scaler would be off by one here and there.
            _fill(frame.planes[3], np.asarray(alpha * (1023 / 255) + 0.5, "<u2"))
        if self._is_luma:
            frame.color_range = _LIMITED
        return frame

    @property
    def _is_luma(self) -> bool:
        """Whether the codec is given brightness and differences of colour, not red, green and blue."""
        return self.pixels.startswith("yuv")


@functools.cache
def _try(coding: Coding, kind: str) -> None:
    """Code a frame for a container; PinxitError where it cannot be done."""
    av = library()
    try:
        with av.open(io.BytesIO(), "w", format=kind) as container:
            stream = coding.add_to(container, 64, 64)
            container.mux(stream.encode(coding.frame(np.zeros((64, 64, 3), np.uint8), None)))
            container.mux(stream.encode(None))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise PinxitError(
            f"{coding.codec} cannot code a film for {NAMES[kind]} with {coding.crf} as --crf here "
            f"({getattr(error, 'strerror', None) or error}): {', '.join(QUALITY)} are good ones, as is a lower --crf."
        ) from error


def _fill(plane: Any, values: Any) -> None:
    whole = np.zeros((plane.height, plane.line_size // values.itemsize), values.dtype)
    whole[:, : plane.width] = values
    plane.update(whole.tobytes())


def _holds(kind: str, codec: Any) -> bool:
    return codec.canonical_name in codecs_of(kind) or codec.name in codecs_of(kind)


@functools.cache
def codecs_of(kind: str) -> frozenset[str]:
    """Return FFmpeg's names of what a container can hold."""
    with library().open(io.BytesIO(), "w", format=kind) as container:
        return frozenset(container.supported_codecs)
