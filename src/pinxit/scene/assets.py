"""A set of models restyled: a job whose content image is a canvas with the islands of all base colours on it.

All islands are painted as one picture, so that the set has one palette and one style. Then colours are evened across UV seams,
and the pixels return to their places; every other map stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Literal, Unpack

import numpy as np
from pydantic import Field

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.files.paths import expand_home
from pinxit.image import Picture, resize, to_bytes
from pinxit.image.wrap import Wrap
from pinxit.job import Job
from pinxit.preparation import StyleImage, job_from_recipe, prepare
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.recipe import LONGEST_NAME, Input, Recipe, Settings
from pinxit.scene.gltf_file import set_recipe
from pinxit.scene.islands import coverage, placed
from pinxit.scene.model import EMBEDDED, Faces, Model, read_models, sources_of
from pinxit.scene.replacing import with_pictures
from pinxit.scene.sources import SourceFiles
from pinxit.scene.texture import SceneTexture, TexturePicture, read_texture, scene_texture
from pinxit.scene.uv_seams import Seams, Shown, even, seams_of, step
from pinxit.surface.atlas import AtlasCanvas, lay_out
from pinxit.surface.sprites import CanvasLayout

if TYPE_CHECKING:
    from pinxit.recipe.progress import Progress

MOST_INPUTS = 300
"""Most models, buffers and base colours of a set: each result's recipe lists them, and a JPEG has room for no more."""
_MOST_NAMED = 55_000  # bytes of these entries, the hash and length of each about 110: EXIF has 60,000
MOST_TEXTURES = 200  # base colours of a set
_MOST_CANVAS = 36_000_000  # px: a larger canvas is painted smaller; this one takes 3 GB
_LEAST_SIZE, _USUAL_SIZE = 512, 2048  # px: the longer side at which textures are painted, unless --size says


class AssetsRecipe(Recipe):
    """A recipe whose results are the textures of a set of models.

    Its `size` is the longer side at which the largest texture is painted; the others keep their proportion to it.

    Attributes:
        files: the models, their buffers and their base colours, by their paths within the folder.
        result: what the file that holds this recipe is: the path of a texture, or of a model with textures in it.
    """

    work: Literal["assets"] = "assets"
    files: tuple[Input, ...] = Field(min_length=1, max_length=MOST_INPUTS)
    result: str = Field(max_length=LONGEST_NAME)


@dataclass(frozen=True)
class SeamReport:
    """Mean differences across the UV seams of a set, range [0, 1].

    Attributes:
        original: in the textures as they were.
        painted: as they were painted.
        evened: in the results.
    """

    original: float
    painted: float
    evened: float


@dataclass(frozen=True, kw_only=True)
class AssetsJob(Job):
    """A job that restyles a set of models; see `Job`.

    Attributes:
        models: the models.
        textures: their base colours.
        seams: points along the UV seams.
        canvas: the pieces of all textures, laid out.
    """

    recipe: AssetsRecipe
    models: tuple[Model, ...]
    textures: tuple[SceneTexture, ...]
    seams: Seams
    canvas: AtlasCanvas

    @property
    def notes(self) -> list[str]:
        """Notes for the person, see `Job`."""
        own = [
            f"mesh {number} of {model.name} has a texture and no UV map: it is left out."
            for model in self.models
            for number in model.unmapped
        ]
        untextured = sum(model.untextured for model in self.models)
        if untextured:
            own.append(f"materials without a texture keep their colour: {untextured} of these models.")
        return own + super().notes

    @property
    def results(self) -> list[str]:
        """The names of the files that change: textures, and models with textures in them."""
        names = {texture.key.rpartition(EMBEDDED)[0] or texture.key for texture in self.textures}
        return sorted(names)

    def restyled(
        self, progress: Progress, watch: Callable[[float], None] | None = None
    ) -> tuple[list[Picture], SeamReport]:
        """Return the textures as they are painted at `progress`, and how far they agree across seams.

        Args:
            progress: a step of the painting.
            watch: is called with the share of the seams' evening that is done, range [0, 1]: large sets take minutes.
        """
        canvas = progress.picture()
        canvas = resize(canvas, self.canvas.picture.height, self.canvas.picture.width)
        spots = iter(self.canvas.spots)
        painted = []
        for texture in self.textures:
            cut = [Picture(np.ascontiguousarray(canvas.pixels[:, *next(spots).window])) for _ in texture.pieces]
            painted.append(texture.put_together(cut))
        originals = [texture.source.picture.pixels for texture in self.textures]
        evened = even(self.seams, painted, originals, [texture.numbers for texture in self.textures], watch)
        report = SeamReport(*(step(self.seams, pictures) for pictures in (originals, painted, evened)))
        finished = [texture.finished(pixels) for texture, pixels in zip(self.textures, evened, strict=True)]
        return finished, report

    def result(self, progress: Progress) -> tuple[Picture, AssetsRecipe]:
        """Return the texture that the recipe names, or the first one within the model, and its recipe."""
        pictures, _ = self.restyled(progress)
        recipe = self._recipe_at(progress)
        for texture, picture in zip(self.textures, pictures, strict=True):
            if recipe.result in (texture.key, texture.key.rpartition(EMBEDDED)[0]):
                return picture, recipe
        raise PinxitError(f"the recipe is of {recipe.result!r}, which is not a base colour of these models.")

    def files(self, pictures: Sequence[Picture], progress: Progress, *, quality: int) -> Iterator[tuple[str, bytes]]:
        """Yield the names and bytes of the files that change.

        Args:
            pictures: the textures from `restyled`.
            progress: the step at which they were painted.
            quality: of JPEG and WebP, 1 to 100.
        """
        recipe = self._recipe_at(progress)
        within: dict[str, dict[int, bytes]] = {}
        for texture, picture in zip(self.textures, pictures, strict=True):
            owner, _, number = texture.key.rpartition(EMBEDDED)
            text = None if owner else recipe.model_copy(update={"result": texture.key}).to_json()
            content = to_bytes(
                picture, kind=texture.source.kind, recipe=text, bits=texture.source.bits, quality=quality
            )
            if owner:
                within.setdefault(owner, {})[int(number)] = content
            else:
                yield texture.key, content
        for model in self.models:
            if model.name in within:
                changed = with_pictures(model.file, within[model.name])
                set_recipe(changed.data, recipe.model_copy(update={"result": model.name}).to_json())
                yield model.name, changed.to_bytes()

    def _recipe_at(self, progress: Progress) -> AssetsRecipe:
        _, recipe = super().result(progress)
        assert isinstance(recipe, AssetsRecipe)  # noqa: S101 - for the type checker
        return recipe


def prepare_assets(
    source: str | Path | SourceFiles,
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    *,
    encoder_weights: str | Path | None = None,
    **options: Unpack[SettingsOptions],
) -> AssetsJob:
    """Read models, check the options, read the styles, and make the recipe; see `pinxit.prepare`.

    Args:
        source: a folder with models, or one .gltf or .glb.
        style: as for `prepare`.
        encoder_weights: as for `prepare`.
        options: as for `prepare`; `size` is the longer side at which the largest texture is painted, by default its own
            within 512 to 2048 px. Without a preset and an engine, the network paints.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    sources = source if isinstance(source, SourceFiles) else sources_of(expand_home(source))
    models = read_models(sources)
    if options.get("preset") is None and options.get("engine") is None:
        options["preset"] = "instant"
    parts = _read_parts(models)
    if options.get("size") is None:
        usual = _USUAL_SIZE
        if Settings.choose({name: options.get(name) for name in ("preset", "engine")}).engine == "optimizer":
            usual = Settings.choose({"preset": options.get("preset")}).size
        longest = max(max(part.source.picture.height, part.source.picture.width) for part in parts)
        options["size"] = min(usual, max(_LEAST_SIZE, longest))
    if options.get("faces") == "keep":
        raise PinxitError("faces are not looked for in textures: leave --faces keep out.")
    job = prepare(parts[0].source.picture, style, encoder_weights=encoder_weights, **options)
    if job.recipe.wrap != "none":
        raise PinxitError("repeating textures are recognised without it: leave --wrap out.")
    if job.recipe.init == "picture":
        raise PinxitError("textures are painted together and cannot start from a picture: leave --init FILE out.")
    files = _entries(sources, models)
    names = {entry.name: entry for entry in files}
    key = parts[0].key
    result = key.rpartition(EMBEDDED)[0] or key
    recipe = AssetsRecipe.make(
        job.recipe, files=[entry.model_dump() for entry in files], result=result, content=names[result].model_dump()
    )
    return _job(job, recipe, models, parts)


def assets_from_recipe(
    recipe: AssetsRecipe,
    *,
    look_in: Sequence[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Unpack[SettingsOptions],
) -> AssetsJob:
    """Prepare the job that a recipe describes; see `pinxit.job_from_recipe`.

    Args:
        recipe: the recipe.
        look_in: folders to search for the files.
        encoder_weights: as for `prepare`.
        changes: changed settings.

    Raises:
        PinxitError: when a file cannot be found.
    """
    # Names within a recipe are only ever looked up among these files, never opened.
    paths = {entry.name: inputs.locate(entry, look_in) for entry in recipe.files}
    models = read_models(SourceFiles(Path("the recipe"), paths))
    parts = _read_parts(models)
    job = job_from_recipe(
        recipe, look_in=look_in, encoder_weights=encoder_weights, content=parts[0].source.picture, **changes
    )
    return _job(job, AssetsRecipe.make(job.recipe), models, parts)


@dataclass
class _Part:
    """A texture and the triangles that show it.

    Attributes:
        key: see `SceneTexture`.
        source: its picture.
        faces: the triangles of each mesh.
    """

    key: str
    source: TexturePicture
    faces: list[Faces]


def _read_parts(models: Sequence[Model]) -> list[_Part]:
    seen: dict[str, list[Faces]] = {}
    owners: dict[str, Model] = {}
    vertices = 0
    for model in models:
        last = vertices
        for faces in model.faces():
            faces = replace(faces, vertices=faces.vertices + vertices)
            last = max(last, int(faces.vertices.max(initial=-1)) + 1)
            for key in faces.pictures:
                seen.setdefault(key, []).append(faces)
                owners[key] = model
        vertices = last
    seen = {key: found for key, found in seen.items() if any(len(faces.uv) for faces in found)}
    unmapped = [f"mesh {number} of {model.name}" for model in models for number in model.unmapped]
    if not seen and unmapped:
        raise PinxitError(f"{unmapped[0]} has a texture and no UV map: unwrap it in the program that made it.")
    if not seen:
        names = ", ".join(model.name for model in models[:5])
        raise PinxitError(
            f"no mesh of {names} has a texture of its base colour, and there is nothing to paint: "
            "give its materials textures, or paint their colours by hand."
        )
    if len(seen) > MOST_TEXTURES:
        raise PinxitError(f"a set has at most {MOST_TEXTURES} textures, not {len(seen)}: paint it in several folders.")
    return [
        _Part(key, read_texture(owners[key].picture_bytes(key), key, opaque=all(one.opaque for one in found)), found)
        for key, found in sorted(seen.items())
    ]


def _entries(sources: SourceFiles, models: Sequence[Model]) -> list[Input]:
    names = {model.name for model in models if model.base_pictures()}
    names |= {name for model in models for name in model.base_files}
    if len(names) > MOST_INPUTS or sum(len(name) + 110 for name in names) > _MOST_NAMED:
        raise PinxitError(
            f"a set has at most {MOST_INPUTS} models, buffers and base colours, fewer if their paths are long, not "
            f"{len(names)}: paint it in several folders."
        )
    for name in names:
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise PinxitError(f"the path {name[:80]!r} has more than {LONGEST_NAME} letters, or odd ones: rename it.")
    return [inputs.known(sources.paths[name]).model_copy(update={"name": name}) for name in sorted(names)]


def _job(job: Job, recipe: AssetsRecipe, models: Sequence[Model], parts: Sequence[_Part]) -> AssetsJob:
    textures, shown = [], []
    for number, part in enumerate(parts):
        height, width = part.source.picture.height, part.source.picture.width
        own = [(faces, placed(faces.uv, faces.sampler)) for faces in part.faces]
        rows, columns = (any(getattr(place.wrap, name) for _, place in own) for name in ("rows", "columns"))
        wrap = Wrap(rows=rows, columns=columns)
        covered = np.zeros((height, width), bool)
        for faces, place in own:
            shown.append(Shown(number, faces.vertices, place.uv))
            if not wrap:
                covered |= coverage(place.uv, height, width)
        textures.append(scene_texture(part.key, part.source, covered, wrap))
    canvas, sides = _canvas(textures, recipe.size)
    styles = tuple(replace(style, region=canvas.visible) for style in job.ingredients.styles)
    return AssetsJob(
        recipe=recipe,
        ingredients=replace(job.ingredients, content=canvas.picture, styles=styles),
        encoder_file=job.encoder_file,
        networks=job.networks,
        layout=CanvasLayout(max(canvas.picture.height, canvas.picture.width), median(sides)),
        models=tuple(models),
        textures=tuple(textures),
        seams=seams_of(shown, [texture.size for texture in textures]),
        canvas=canvas,
    )


def _canvas(textures: Sequence[SceneTexture], size: int) -> tuple[AtlasCanvas, list[float]]:
    """Lay out the pieces of all textures at one scale; return also the longer side of each texture on the canvas, px."""
    pieces = [piece.picture for texture in textures for piece in texture.pieces]
    if not pieces:
        raise PinxitError(
            "everything that the models show of their textures is transparent: there is nothing to paint."
        )
    longest = max(max(texture.size) for texture in textures)
    area = sum(piece.height * piece.width for piece in pieces)
    times = size / longest if size < longest else max(1, size // longest)
    times = min(times, (_MOST_CANVAS / area) ** 0.5)
    scaled = [
        resize(piece, max(1, round(times * piece.height)), max(1, round(times * piece.width))) for piece in pieces
    ]
    return lay_out(scaled), [times * max(texture.size) for texture in textures]
