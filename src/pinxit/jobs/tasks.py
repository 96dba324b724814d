"""What the processes of `pinxit.jobs.quick` do. Files may be hostile here: whatever they do, they do it to one process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any, Final

from pinxit.errors import PinxitError
from pinxit.jobs.errors import Refused, TooLarge
from pinxit.jobs.orphan import die_with_parent

_NICENESS = 2
_QUALITY = 82
# FFmpeg's names of containers, and what they are called on the web.
_MEDIA: Final = {
    "matroska,webm": "video/x-matroska",
    "mov,mp4,m4a,3gp,3g2,mj2": "video/mp4",
    "avi": "video/x-msvideo",
    "gif": "image/gif",
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "ogg": "video/ogg",
    "flv": "video/x-flv",
}
_LARGEST_HEADER = 1 << 20
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8", b"II*\0", b"MM\0*", b"BM", b"GIF8", b"8BPS", b"%!", b"%PDF")
_STILL_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")
_NOTHING: Final = (
    "this is neither a picture, a clip nor a network that pinxit reads, or it is damaged: give another file."
)


def prepare(memory: int) -> None:
    """A process of its own: with so much memory, behind the server, and gone when that is."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.nice(_NICENESS)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def warm() -> None:
    """Import and load what the first person would wait for."""
    preview("", {"content": {"name": "sample:cat"}, "styles": [{"name": "house:swirl"}]}, 64)


def inspect(path: str, most_pixels: int) -> dict[str, Any]:
    """What a file is; see `Quick.inspect`."""
    file = Path(path)
    with file.open("rb") as stream:
        begin = stream.read(16)
    if not begin:
        raise Refused("the file is empty.", "empty_file")
    if begin[8:9] == b"{" and int.from_bytes(begin[:8], "little") <= _LARGEST_HEADER:
        return _network(file)
    return _picture(file, most_pixels) or _clip(file, most_pixels)


def thumbnail(path: str, side: int) -> bytes:
    """A file's picture; see `Quick.thumbnail`."""
    from pinxit import picture as pictures
    from pinxit.network import weights

    file = Path(path)
    if file.suffix == weights.ENDING:
        painting = weights.load(file).painting
        if painting is None:
            raise Refused("this network has no picture.", "no_picture")
        return _webp(pictures.from_array(painting.transpose(1, 2, 0)), side)
    try:
        picture = pictures.read(file)
    except PinxitError:
        picture = _first_frame(file)
    return _webp(picture, side)


def draw(name: str, side: int) -> bytes:
    """A style or a photograph that pinxit has; see `Quick.draw`."""
    from pinxit import inputs

    return _webp(inputs.load(name, side)[0], side)


def preview(folder: str, order: dict[str, Any], side: int) -> bytes:
    """A picture by the network; see `Quick.preview`."""
    from pinxit.job import prepare as prepare_job
    from pinxit.jobs.files import Files
    from pinxit.jobs.orders import StylizeOrder
    from pinxit.jobs.work import Sources
    from pinxit.picture import to_bytes

    asked = StylizeOrder.model_validate(order)
    sources = Sources(Files(Path(folder), create=False))
    # What the network does not read might be impossible at this size.
    chosen = {name: asked.settings[name] for name in _READ & asked.settings.keys()}
    size = min(side, asked.size)
    job = prepare_job(
        sources.of(asked.content),
        [sources.style(style) for style in asked.styles],
        keep=sources.maybe(asked.keep),
        engine="network",
        **{**chosen, "size": size},
    )
    *_, last = job.paint()
    return to_bytes(last.picture(), kind="WEBP", quality=_QUALITY)


# Settings that say something to the network.
_READ: Final = frozenset(("style_scale", "wrap", "color", "color_strength", "network", "strength"))


def live_model(folder: str, styles: list[dict[str, Any]], strength: float, size: int) -> bytes:
    """A network for the page; see `Quick.live_model`."""
    from pinxit import inputs
    from pinxit.jobs.files import Files
    from pinxit.jobs.orders import SharedOrderStyle
    from pinxit.jobs.work import Sources
    from pinxit.network import weights
    from pinxit.network.export import export_mixture

    if not styles:
        raise Refused("no style is given: name at least one.", "no_style")
    sources = Sources(Files(Path(folder), create=False))
    asked = [SharedOrderStyle.model_validate(style) for style in styles]
    places = [sources.of(style) for style in asked]
    own = [place for place in places if isinstance(place, Path) and inputs.is_network(place)]
    if own and len(places) > 1:
        raise Refused("a network that was taught one style cannot be mixed with others: choose one.", "not_mixable")
    network = weights.load(own[0]) if own else weights.shipped("live")
    pictures = [inputs.load(place, size)[0] for place in places]
    return export_mixture(pictures, [style.share for style in asked], network, size, strength)


def _network(file: Path) -> dict[str, Any]:
    from pinxit.network import weights

    painting = weights.load(file).painting
    if painting is None:
        raise Refused("this network is for any style, not for one: give one that pinxit train made.", "no_style")
    _, height, width = painting.shape
    return {"kind": "network", "media": "application/octet-stream", "width": int(width), "height": int(height)}


def _picture(file: Path, most_pixels: int) -> dict[str, Any] | None:
    """None for what does not even look like a picture."""
    import PIL.Image

    from pinxit import picture as pictures
    from pinxit.picture.reader import FORMATS, one_sentence

    with file.open("rb") as stream:
        begin = stream.read(64)
    try:
        with one_sentence("the file", begin), PIL.Image.open(file, formats=FORMATS) as image:
            width, height, kind = image.width, image.height, image.format or ""
            frames = int(getattr(image, "n_frames", 1)) if kind == "GIF" else 1
    except PinxitError as error:
        if isinstance(error.__cause__, PIL.UnidentifiedImageError) and not _looks_like_picture(begin):
            return None
        if isinstance(error.__cause__, PIL.Image.DecompressionBombError):
            raise TooLarge(str(error), "image_too_large") from error
        raise Refused(str(error), "image_corrupt") from error
    if width * height > most_pixels:
        raise TooLarge(
            f"the picture has {width}×{height} px, more than {most_pixels / 1e6:g} megapixels: make it smaller first.",
            "image_too_large",
        )
    try:
        picture = pictures.read(file)
    except PinxitError as error:
        raise Refused(str(error), "image_corrupt") from error
    return {
        "kind": "picture",
        "media": PIL.Image.MIME[kind],
        "width": picture.width,
        "height": picture.height,
        **({"frames": frames} if frames > 1 else {}),
        "recipe": _order_in(pictures.read_recipe(file)),
    }


def _order_in(text: str | None) -> dict[str, Any] | None:
    """The order that a recipe in a file is, which anybody may have written: what is none is none."""
    from pinxit.jobs.orders import read_order

    with contextlib.suppress(PinxitError, ValueError, RecursionError):
        return None if text is None else read_order(json.loads(text)).to_data()
    return None


def _looks_like_picture(begin: bytes) -> bool:
    """Whether a file that PIL cannot open began as a picture: FFmpeg would make a film of one frame out of it."""
    return begin.startswith(_PICTURES) or (begin[4:8] == b"ftyp" and begin[8:12] in _STILL_BRANDS)


def _clip(file: Path, most_pixels: int) -> dict[str, Any]:
    from pinxit.video.clip import Clip
    from pinxit.video.inside import read_recipe

    try:
        clip = Clip(file)
    except PinxitError as error:
        if "can be read" in str(error):
            raise Refused(_NOTHING, "format_not_allowed") from error
        raise Refused(str(error), "clip_refused") from error
    with clip.opened() as container:
        media = _MEDIA.get(container.format.name)
    if media is None:
        raise Refused(_NOTHING, "format_not_allowed")
    if clip.width * clip.height > most_pixels:
        raise TooLarge(f"the clip has {clip.width}×{clip.height} px: make it smaller first.", "image_too_large")
    if media == "video/x-matroska" and _is_webm(file):
        media = "video/webm"
    return {
        "kind": "clip",
        "media": media,
        "width": clip.width,
        "height": clip.height,
        "frames": clip.count,
        "seconds": round(clip.count / float(clip.rate), 3),
        "recipe": _order_in(read_recipe(file)),
    }


def _is_webm(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"webm" in stream.read(64)


def _first_frame(file: Path) -> Any:
    import numpy as np

    from pinxit import picture as pictures
    from pinxit.video.clip import Clip

    clip = Clip(file)
    pixels = next(iter(clip.frames())).picture(clip.height, clip.width)
    return pictures.from_array(np.ascontiguousarray(pixels))


def _webp(picture: Any, side: int) -> bytes:
    from pinxit.picture import fit, to_bytes

    small = fit(picture, min(side, max(picture.height, picture.width)))
    return to_bytes(small, kind="WEBP", quality=_QUALITY)
