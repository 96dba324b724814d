"""The tasks of `pinxit.jobs.task_pool`, each run in a process of the pool: a hostile file harms that process alone."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
from pathlib import Path
from typing import Any, Final

from pinxit.errors import PinxitError
from pinxit.jobs.errors import Refused, TooLarge
from pinxit.jobs.parent_death import die_with_parent

_NICENESS = 2
_QUALITY = 82
# Media types by FFmpeg's names of containers.
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
_LARGEST_HEADER = 1 << 20  # bytes: of a network file
_UNKNOWN: Final = (
    "this is neither a picture, a clip nor a network that pinxit reads, or it is damaged: give another file."
)


def prepare(memory: int) -> None:
    """Prepare a process of the pool: limit its memory in bytes, give the server priority, and die with the server."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.nice(_NICENESS)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def warm() -> None:
    """Import and load what the first tasks need."""
    preview("", {"content": {"name": "sample:cat"}, "styles": [{"name": "house:swirl"}]}, 64)


def inspect(path: str, most_pixels: int) -> dict[str, Any]:
    """Inspect a file; see `TaskPool.inspect`."""
    file = Path(path)
    with file.open("rb") as stream:
        begin = stream.read(16)
    if not begin:
        raise Refused("the file is empty.", "empty_file")
    if begin[8:9] == b"{" and int.from_bytes(begin[:8], "little") <= _LARGEST_HEADER:
        return _network(file)
    return _picture(file, most_pixels) or _clip(file, most_pixels)


def thumbnail(path: str, side: int) -> bytes:
    """Reduce a file's picture; see `TaskPool.thumbnail`."""
    from pinxit import image as pictures
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


def export(path: str, target: str, kind: str, side: int | None) -> None:
    """Write a picture as another kind of file; see `TaskPool.export`."""
    from pinxit import image as pictures

    file = Path(path)
    picture = pictures.read(file)
    if side is not None and side < max(picture.height, picture.width):
        picture = pictures.fit(picture, side)
    recipe = pictures.read_recipe(file)
    content = pictures.to_bytes(picture, kind=kind, recipe=recipe, bits=16 if kind == "TIFF" else 8)
    Path(target).write_bytes(content)


def export_layers(folder: str, data: dict[str, Any], painting: str, target: str, kind: str) -> None:
    """Write a painting with its layers; see `TaskPool.export_layers`."""
    from pinxit import image as pictures
    from pinxit.jobs.files import Files
    from pinxit.jobs.runners.inputs import InputResolver
    from pinxit.jobs.specs.stylize import StylizeSpec
    from pinxit.preparation import prepare as prepare_job
    from pinxit.recipe.layers import job_layers

    spec = StylizeSpec.model_validate(data)
    inputs = InputResolver(Files(Path(folder), create=False))
    # The starting picture makes no layer, and faces make one only where they are kept.
    left_out = {"init"} if spec.settings.get("faces") == "keep" else {"init", "faces"}
    job = prepare_job(
        inputs.resolve(spec.content),
        [inputs.style(style) for style in spec.styles],
        keep=inputs.resolve_optional(spec.keep),
        **{name: value for name, value in spec.settings.items() if name not in left_out},
    )
    picture = pictures.read(painting)
    layers = job_layers(inputs.with_names(job.recipe), job.ingredients, picture)
    content = pictures.to_bytes(picture, kind=kind, recipe=pictures.read_recipe(painting), layers=layers)
    Path(target).write_bytes(content)


def draw(name: str, side: int) -> bytes:
    """Draw a style or a sample; see `TaskPool.draw`."""
    from pinxit import inputs

    return _webp(inputs.load(name, side)[0], side)


def preview(folder: str, data: dict[str, Any], side: int) -> bytes:
    """Paint a picture with the network; see `TaskPool.preview`."""
    from pinxit.image import to_bytes
    from pinxit.jobs.files import Files
    from pinxit.jobs.runners.inputs import InputResolver
    from pinxit.jobs.specs.stylize import StylizeSpec
    from pinxit.preparation import prepare as prepare_job

    spec = StylizeSpec.model_validate(data)
    inputs = InputResolver(Files(Path(folder), create=False))
    # Settings that the network ignores might be impossible at this size.
    chosen = {name: spec.settings[name] for name in _NETWORK_SETTINGS & spec.settings.keys()}
    # Regions are the optimiser's.
    masks = {name: mask for name, mask in inputs.masks(spec).items() if name != "region_map"}
    size = min(side, spec.size)
    job = prepare_job(
        inputs.resolve(spec.content),
        [inputs.style(style) for style in spec.styles],
        engine="network",
        **masks,
        **{**chosen, "size": size},
    )
    *_, last = job.paint()
    return to_bytes(last.picture(), kind="WEBP", quality=_QUALITY)


# Settings that the network engine reads.
_NETWORK_SETTINGS: Final = frozenset(("style_scale", "wrap", "color", "color_strength", "network", "strength", "faces"))


def wear_preview(folder: str, data: dict[str, Any], side: int) -> bytes:
    """Dress a small copy of a photograph in a spec's first design; see `TaskPool.wear_preview`."""
    from pinxit import inputs as readers
    from pinxit.design.garment import prepare_garment
    from pinxit.image import fit, to_bytes
    from pinxit.jobs.files import Files
    from pinxit.jobs.runners.inputs import InputResolver
    from pinxit.jobs.specs.wear import WearSpec

    spec = WearSpec.model_validate(data)
    inputs = InputResolver(Files(Path(folder), create=False))
    photo, _ = readers.load(inputs.resolve(spec.photo), side)
    small = fit(photo, min(side, max(photo.height, photo.width)))
    options = {name: value for name, value in spec.options.items() if name not in ("variations", "cell")}
    if spec.corners:
        factor = small.width / photo.width
        options["corners"] = [(x * factor, y * factor) for x, y in spec.corners]
    chosen = {name: spec.settings[name] for name in _NETWORK_SETTINGS & spec.settings.keys()}
    garment = prepare_garment(
        small,
        inputs.resolve(spec.mask),
        [inputs.resolve(pattern) for pattern in spec.patterns[:1]],
        [inputs.resolve(style) for style in spec.styles[:1]],
        {**chosen, "engine": "network", "size": min(side, spec.size)} if spec.styles else None,
        **options,  # type: ignore[arg-type]
    )
    (design,) = garment.designs()
    job, painted = garment.job(design, 0), None
    if job is not None:
        *_, last = job.paint()
        painted = last.picture()
    return to_bytes(garment.wear(design, painted), kind="WEBP", quality=_QUALITY)


def grade_preview(folder: str, data: dict[str, Any], side: int) -> bytes:
    """Grade a small copy of a photograph; see `TaskPool.grade_preview`."""
    from pinxit import inputs as readers
    from pinxit.image import fit, to_bytes
    from pinxit.jobs.files import Files
    from pinxit.jobs.runners.grade import open_grade
    from pinxit.jobs.runners.inputs import InputResolver
    from pinxit.jobs.specs.grade import GradeSpec

    spec = GradeSpec.model_validate(data)
    inputs = InputResolver(Files(Path(folder), create=False))
    photo, _ = readers.load(inputs.resolve(spec.content), side)
    small = fit(photo, min(side, max(photo.height, photo.width)))
    return to_bytes(open_grade(spec, inputs, small).result(), kind="WEBP", quality=_QUALITY)


def find_mask(folder: str, photo: dict[str, Any], marks: dict[str, Any]) -> bytes:
    """Find what is marked in a photograph; see `TaskPool.find_mask`."""
    import numpy as np

    from pinxit import inputs as readers
    from pinxit.design.garment_mask import find_garment
    from pinxit.image import Picture, to_bytes
    from pinxit.jobs.files import Files
    from pinxit.jobs.runners.inputs import InputResolver
    from pinxit.jobs.specs.base import InputSpec
    from pinxit.recipe.masks import mask_from

    inputs = InputResolver(Files(Path(folder), create=False))
    entry, marked = InputSpec.model_validate(photo), InputSpec.model_validate(marks)
    picture, _ = readers.load(inputs.resolve(entry), 1024)
    drawn, _ = readers.load(inputs.resolve(marked), 1024)
    mask = find_garment(picture, mask_from(drawn, picture, marked.name, f"the photograph {entry.name}"))
    return to_bytes(Picture(np.repeat(mask[None], 3, axis=0)))


def measure(folder: str, data: dict[str, Any]) -> list[float]:
    """Measure a picture for its place in a person's taste; see `TaskPool.measure`."""
    from pinxit import inputs as readers
    from pinxit.design import taste
    from pinxit.jobs.files import Files
    from pinxit.jobs.runners.inputs import InputResolver
    from pinxit.jobs.specs.base import InputSpec

    inputs = InputResolver(Files(Path(folder), create=False))
    picture, _ = readers.load(inputs.resolve(InputSpec.model_validate(data)), 512)
    return [float(number) for number in taste.statistics(_encoder(), picture)]


@functools.cache
def _encoder() -> Any:
    """Return the encoder, which a process of the pool reads once."""
    from pinxit.encoder.open import open_encoder

    return open_encoder("vgg16")[0]


def correspondence(folder: str, data: dict[str, Any]) -> dict[str, Any]:
    """Match the regions of pictures; see `TaskPool.correspondence`."""
    from pinxit.jobs.files import Files
    from pinxit.jobs.runners.inputs import InputResolver
    from pinxit.jobs.specs.stylize import StylizeSpec
    from pinxit.preparation import prepare as prepare_job

    spec = StylizeSpec.model_validate(data)
    inputs = InputResolver(Files(Path(folder), create=False))
    # Neither the starting picture nor faces affect the regions, and both take time.
    chosen = {name: value for name, value in spec.settings.items() if name not in ("init", "faces")}
    job = prepare_job(
        inputs.resolve(spec.content),
        [inputs.style(style) for style in spec.styles],
        region_map=inputs.resolve_optional(spec.region_map),
        **chosen,
    )
    if not (job.recipe.matched and job.recipe.match == "regions"):
        raise Refused(
            "this is not painted by regions: set match to regions, for the optimizer and its objective neighbors.",
            "no_regions",
        )
    try:
        found = job.correspondence()
    except RuntimeError as error:
        # PyTorch reports a lack of memory only in the text of a RuntimeError.
        if "memory" not in str(error):
            raise
        raise MemoryError from error
    return {
        "content": found.content.tolist(),
        "styles": [labels.tolist() for labels in found.styles],
        "assignment": [list(regions) for regions in found.assignment],
    }


def live_model(folder: str, styles: list[dict[str, Any]], strength: float, size: int) -> bytes:
    """Export a network for the page; see `TaskPool.live_model`."""
    from pinxit import inputs as readers
    from pinxit.jobs.files import Files
    from pinxit.jobs.runners.inputs import InputResolver
    from pinxit.jobs.specs.base import SharedStyleSpec
    from pinxit.network import weights
    from pinxit.network.export import export_mixture

    if not styles:
        raise Refused("no style is given: name at least one.", "no_style")
    inputs = InputResolver(Files(Path(folder), create=False))
    specs = [SharedStyleSpec.model_validate(style) for style in styles]
    sources = [inputs.resolve(spec) for spec in specs]
    own = [source for source in sources if isinstance(source, Path) and readers.is_network(source)]
    if own and len(sources) > 1:
        raise Refused("a network trained on one style cannot be mixed with others: choose one.", "not_mixable")
    network = weights.load(own[0]) if own else weights.shipped("live")
    pictures = [readers.load(source, size)[0] for source in sources]
    return export_mixture(pictures, [spec.share for spec in specs], network, size, strength)


def _network(file: Path) -> dict[str, Any]:
    from pinxit.network import weights

    painting = weights.load(file).painting
    if painting is None:
        raise Refused("this network is for any style, not for one: give one that pinxit train made.", "no_style")
    _, height, width = painting.shape
    return {"kind": "network", "media": "application/octet-stream", "width": int(width), "height": int(height)}


def _picture(file: Path, most_pixels: int) -> dict[str, Any] | None:
    """Return the facts of a picture; None for a file that does not look like one."""
    from pinxit import image as pictures
    from pinxit.image.media_type import media_type
    from pinxit.image.reader import TooManyPixelsError

    try:
        media = media_type(file)
        if media is None:
            return None
        picture = pictures.read(file)
        recipe = pictures.read_recipe(file)
    except TooManyPixelsError as error:
        raise TooLarge(str(error), "image_too_large") from error
    except PinxitError as error:
        raise Refused(str(error), "image_corrupt") from error
    width, height = picture.width, picture.height
    if width * height > most_pixels:
        raise TooLarge(
            f"the picture has {width}×{height} px, more than {most_pixels / 1e6:g} megapixels: make it smaller first.",
            "image_too_large",
        )
    frames = _frames(file) if media == "image/gif" else 1
    return {
        "kind": "picture",
        "media": media,
        "width": width,
        "height": height,
        **({"frames": frames} if frames > 1 else {}),
        "recipe": _spec_in(recipe),
    }


def _frames(file: Path) -> int:
    import PIL.Image

    with PIL.Image.open(file, formats=("GIF",)) as image:
        return int(getattr(image, "n_frames", 1))


def _spec_in(text: str | None) -> dict[str, Any] | None:
    """Return the spec in a recipe, which comes from an untrusted file; None where it is not valid."""
    from pinxit.jobs.specs import read_spec

    with contextlib.suppress(PinxitError, ValueError, RecursionError):
        return None if text is None else read_spec(json.loads(text)).to_data()
    return None


def _clip(file: Path, most_pixels: int) -> dict[str, Any]:
    from pinxit.video.clip import Clip
    from pinxit.video.recipe import read_recipe

    try:
        clip = Clip(file)
    except PinxitError as error:
        if "can be read" in str(error):
            raise Refused(_UNKNOWN, "format_not_allowed") from error
        raise Refused(str(error), "clip_refused") from error
    with clip.opened() as container:
        media = _MEDIA.get(container.format.name)
    if media is None:
        raise Refused(_UNKNOWN, "format_not_allowed")
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
        "recipe": _spec_in(read_recipe(file)),
    }


def _is_webm(file: Path) -> bool:
    with file.open("rb") as stream:
        return b"webm" in stream.read(64)


def _first_frame(file: Path) -> Any:
    import numpy as np

    from pinxit import image as pictures
    from pinxit.video.clip import Clip

    clip = Clip(file)
    pixels = next(iter(clip.frames())).picture(clip.height, clip.width)
    return pictures.from_array(np.ascontiguousarray(pixels))


def _webp(picture: Any, side: int) -> bytes:
    from pinxit.image import fit, to_bytes

    small = fit(picture, min(side, max(picture.height, picture.width)))
    return to_bytes(small, kind="WEBP", quality=_QUALITY)
