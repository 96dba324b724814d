"""Codecs: which one a container gets, its pixel format and options, and frames as it encodes them."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import PinxitError
from pinxit.video.alpha import composite_on_white
from pinxit.video.ffmpeg import import_av
from pinxit.video.optical_flow import Bytes

# Ending → codec. x264 and VP9 play everywhere, and their losses at these qualities are invisible in a painting.
CODECS = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libx264", ".webm": "libvpx-vp9"}
# Ending → codec for a film with transparency, where the container has one.
ALPHA_CODECS = {".mov": "prores_ks", ".mkv": "libvpx-vp9", ".webm": "libvpx-vp9"}
# Codec → constant rate factor.
QUALITY = {"libx264": 18, "libx265": 20, "libvpx-vp9": 24, "libsvtav1": 26}
# Codecs without a constant rate factor: they are lossless, or have a fixed bit rate.
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
TICK = Fraction(1, 90_000)  # s: time base of coded films; fine enough to keep apart the frames of any clip
_THREADS = 4
_BT709, _LIMITED = 1, 1  # H.273: matrix, primaries and transfer of ITU-R BT.709; FFmpeg: limited range
# Pixel formats in order of preference; a codec gets the first one that it supports.
_OPAQUE = ("yuv420p", "yuv422p10le", "yuv422p", "yuv444p", "gbrp", "rgb24", "bgr0", "rgba")
_DEEP = ("yuv420p10le", "yuv422p10le", "yuv444p10le", "gbrp10le")
_ALPHA = ("yuva444p10le", "yuva420p", "argb", "rgba", "bgra", "gbrap")
# Encoders of FFmpeg that list a format with transparency but drop the transparency.
_DROPS_ALPHA = ("libx265",)
# Options that make an encoder return each frame before it gets the next one, and make its output reproducible. x264's
# macroblock tree coded 6 of 26 films differently on a busy machine; without it, none of 60 differed.
_OPTIONS = {
    "libx264": {"bf": "0", "x264-params": "mbtree=0"},
    "libx265": {"bf": "0", "x265-params": "cutree=0:frame-threads=2:log-level=error"},
    "libvpx-vp9": {"b": "0", "row-mt": "1", "auto-alt-ref": "0", "lag-in-frames": "0", "cpu-used": "4"},
    "libsvtav1": {"preset": "8", "svtav1-params": "pred-struct=1"},
}


# Container → its name in messages.
CONTAINER_NAMES = {
    "mp4": "an MP4",
    "mov": "a MOV",
    "matroska": "an MKV",
    "webm": "a WebM",
    "gif": "a GIF",
    "webp": "a WebP",
    "apng": "an APNG",
}


def container_of(target: Path) -> str:
    """Return FFmpeg's name of the container that a file's ending stands for."""
    ending = target.suffix.lower()
    return {".mkv": "matroska"}.get(ending, ending[1:])


@dataclass(frozen=True)
class CodecSettings:
    """The settings of a video encoder.

    Attributes:
        codec: FFmpeg's name of the encoder.
        crf: constant rate factor; lower values give better quality and larger files.
        rate: average frames a second, which the encoder plans its bit rate with.
        pixel_aspect: a pixel's width divided by its height.
        transparent: whether the opacity of frames is encoded.
        bits: least number of bits a channel: 8 or 10.
    """

    codec: str
    crf: int
    rate: Fraction
    pixel_aspect: Fraction = Fraction(1)
    transparent: bool = False
    bits: int = 8

    def check(self, target: Path) -> None:
        """Raise PinxitError when the codec does not exist, or the target's container cannot hold its output."""
        av = import_av()
        good = f"{', '.join(QUALITY)} are good ones"
        try:
            codec = av.Codec(self.codec, "w")
        except (av.FFmpegError, ValueError) as error:
            raise PinxitError(f"there is no codec {self.codec!r}: {good}.") from error
        if codec.type != "video":
            raise PinxitError(f"{self.codec} is a codec for {codec.type}: {good}.")
        container = container_of(target)
        if not _holds(container, codec):
            fits = [ending for ending in CODECS if _holds(container_of(Path(f"a{ending}")), codec)]
            advice = (
                f"end its name in {' or '.join(fits)}, or choose another --codec" if fits else "choose another --codec"
            )
            raise PinxitError(f"{CONTAINER_NAMES[container]} cannot hold what {self.codec} writes: {advice}.")
        if not self.pixel_format:
            deep = f" with {self.bits} bits a channel" if self.bits > 8 else ""
            raise PinxitError(f"{self.codec} cannot encode the colours of a film{deep}: {good}.")
        _try_encoding(self, container)

    def with_alpha(self, target: Path) -> CodecSettings:
        """Return the settings with transparency, if the codec can keep it in the target's container."""
        formats = {form.name for form in import_av().Codec(self.codec, "w").video_formats or ()}
        misplaced = self.codec.startswith("libvpx") and container_of(target) not in ("matroska", "webm")
        holds = bool(formats & set(_ALPHA)) and self.codec not in _DROPS_ALPHA and not misplaced
        return replace(self, transparent=holds)

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the pixel format that frames are encoded in; empty where the codec has none that fits."""
        formats = {form.name for form in import_av().Codec(self.codec, "w").video_formats or ()}
        wanted = _ALPHA if self.transparent else _DEEP if self.bits > 8 else _OPAQUE
        return next((name for name in wanted if name in formats), "")

    def add_stream_to(self, container: Any, height: int, width: int) -> Any:
        """Add a video stream to an output container.

        Args:
            container: the container, opened for writing by PyAV.
            height: height of the frames, px.
            width: width of the frames, px.

        Returns:
            The stream, ready to encode frames.
        """
        stream: Any = container.add_stream(self.codec, rate=self.rate)
        stream.width, stream.height, stream.pix_fmt = width, height, self.pixel_format
        stream.time_base = stream.codec_context.time_base = TICK
        # Without B-frames, packets are in the order of display, so that segments can be joined packet by packet.
        quality = {} if self.codec in NO_QUALITY else {"crf": str(self.crf)}
        stream.options = quality | _OPTIONS.get(self.codec, {"bf": "0"})
        context = stream.codec_context
        # By default an encoder uses a thread per processor, and their number changes its output.
        context.thread_type, context.thread_count = "FRAME", _THREADS
        context.sample_aspect_ratio = self.pixel_aspect
        context.color_primaries = context.color_trc = _BT709
        if self._is_luma:
            context.colorspace, context.color_range = _BT709, _LIMITED  # as players expect
        if self.transparent and container.format.name in ("matroska", "webm"):
            stream.metadata["alpha_mode"] = "1"
        return stream

    def frame(self, pixels: Bytes, alpha: Bytes | None) -> Any:
        """Return a frame for the encoder.

        Args:
            pixels: `(H, W, 3)`.
            alpha: the opacity, `(H, W)`; where the codec has none, the pixels are laid on white.
        """
        form = self.pixel_format
        if alpha is not None and not self.transparent:
            pixels = composite_on_white(pixels, alpha)
        if self.transparent and alpha is None:
            alpha = np.full(pixels.shape[:2], 255, np.uint8)
        array = np.concatenate([pixels, alpha[..., None]], axis=2) if self.transparent and alpha is not None else pixels
        frame = import_av().VideoFrame.from_ndarray(array, format="rgba" if self.transparent else "rgb24")
        frame = frame.reformat(format=form, dst_colorspace=_BT709)
        if self.transparent and alpha is not None and form == "yuva444p10le":
            # The scaler would be off by one in places.
            _fill_plane(frame.planes[3], np.asarray(alpha * (1023 / 255) + 0.5, "<u2"))
        if self._is_luma:
            frame.color_range = _LIMITED
        return frame

    @property
    def _is_luma(self) -> bool:
        """Whether the pixel format has luma and chroma, not red, green and blue."""
        return self.pixel_format.startswith("yuv")


@functools.cache
def _try_encoding(settings: CodecSettings, container_name: str) -> None:
    """Encode a frame for a container; raise PinxitError when that fails."""
    av = import_av()
    try:
        with av.open(io.BytesIO(), "w", format=container_name) as container:
            stream = settings.add_stream_to(container, 64, 64)
            container.mux(stream.encode(settings.frame(np.zeros((64, 64, 3), np.uint8), None)))
            container.mux(stream.encode(None))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise PinxitError(
            f"{settings.codec} cannot encode a film for {CONTAINER_NAMES[container_name]} with {settings.crf} as --crf here "
            f"({getattr(error, 'strerror', None) or error}): {', '.join(QUALITY)} are good ones, as is a lower --crf."
        ) from error


def _fill_plane(plane: Any, values: Any) -> None:
    whole = np.zeros((plane.height, plane.line_size // values.itemsize), values.dtype)
    whole[:, : plane.width] = values
    plane.update(whole.tobytes())


def _holds(container: str, codec: Any) -> bool:
    return codec.canonical_name in supported_codecs(container) or codec.name in supported_codecs(container)


@functools.cache
def supported_codecs(container: str) -> frozenset[str]:
    """Return FFmpeg's names of the codecs that a container can hold."""
    with import_av().open(io.BytesIO(), "w", format=container) as opened:
        return frozenset(opened.supported_codecs)
