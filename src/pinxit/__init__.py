"""pinxit: neural style transfer. Paint one picture in the style of others.

>>> import pinxit
>>> pinxit.stylize("photo.jpg", "painting.jpg", output="out.png")  # doctest: +SKIP

The public interface, in full:

* `stylize`: paint a picture given as a path, bytes, PIL picture, array or tensor, and return the same kind.
* `grade`: give a photograph or a film the colours of other pictures, and write them as a lookup table; in steps:
  `prepare_grade`, `prepare_film_grade`.
* `StyleImage`: a style image with its share, its region of the result and its own mask.
* `prepare`, `Job`: the same in steps, to watch and to stop.
* `prepare_video`, `prepare_live`: clips without flicker, and frames as they come.
* `prepare_texture`, `prepare_pattern`, `prepare_panorama`, `prepare_sprites` with `read_sprite`: surfaces.
* `prepare_assets`: glTF models.
* `prepare_theme`, `prepare_garment`: an interface's theme, and clothes, walls or sofas.
* `job_from_recipe`, `video_from_recipe`, `texture_from_recipe` and so on: repeat a result from its recipe, or vary it.
* `Settings`, `Recipe`: what may be chosen, and everything that decides a result. Each other kind of work has a recipe of its
  own: `VideoRecipe`, `TextureRecipe`, `PatternRecipe`, `PanoramaRecipe`, `SpritesRecipe`, `ThemeRecipe`, `GarmentRecipe`,
  `GradeRecipe`.
* `Picture`, `read`, `write`, `read_recipe`: pictures with transparency and metadata, and the recipe inside a file.
* `compare`: judge results beside their content and style images.
* `train`, `save_network`, `export_onnx`: train a network for one style, keep it in a file, write it for other programs.
* `PinxitError`: one sentence on what is wrong and what to do.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pinxit.lazy import lazy_exports
from pinxit.version import __version__

# Two variables that PyTorch reads when it starts, worth a quarter of an optimiser's time (docs/lab/benchmarks.md). Feature maps
# lie in pages of 2 MB where the system has them, because claiming memory 4 KB at a time takes as long as filling it; and
# OpenMP's threads do not spin while they wait, on cores that the convolutions' own threads and other programs need.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

# Importing ONNX Runtime (1.32) writes a device id and sends events to its vendor unless this is set before. It is set, not
# merely defaulted, because pinxit promises that nothing is sent. Child processes, workers and Ray's actors inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from pinxit.comparison import compare
    from pinxit.design.avatar import AvatarRecipe, avatar_from_recipe, prepare_avatar
    from pinxit.design.garment import GarmentRecipe, garment_from_recipe, prepare_garment
    from pinxit.design.theme import ThemeRecipe, prepare_theme, theme_from_recipe
    from pinxit.errors import PinxitError
    from pinxit.grading import GradeRecipe, grade_from_recipe, prepare_grade
    from pinxit.image import Picture, read, read_recipe, write
    from pinxit.job import Job
    from pinxit.library import grade, stylize
    from pinxit.onnx_file import export_onnx
    from pinxit.preparation import StyleImage, job_from_recipe, prepare
    from pinxit.recipe.recipe import Recipe, Settings
    from pinxit.scene.assets import AssetsRecipe, assets_from_recipe, prepare_assets
    from pinxit.surface.panorama import PanoramaRecipe, panorama_from_recipe, prepare_panorama
    from pinxit.surface.pattern import PatternRecipe, pattern_from_recipe, prepare_pattern
    from pinxit.surface.sprites import SpritesRecipe, prepare_sprites, read_sprite, sprites_from_recipe
    from pinxit.surface.texture import TextureRecipe, prepare_texture, texture_from_recipe
    from pinxit.training import save_network, train
    from pinxit.video.grade import prepare_film_grade
    from pinxit.video.live import prepare_live
    from pinxit.video.prepare import prepare_video, video_from_recipe
    from pinxit.video.recipe import VideoRecipe

__all__ = [
    "AssetsRecipe",
    "AvatarRecipe",
    "GarmentRecipe",
    "GradeRecipe",
    "Job",
    "PanoramaRecipe",
    "PatternRecipe",
    "Picture",
    "PinxitError",
    "Recipe",
    "Settings",
    "SpritesRecipe",
    "StyleImage",
    "TextureRecipe",
    "ThemeRecipe",
    "VideoRecipe",
    "__version__",
    "assets_from_recipe",
    "avatar_from_recipe",
    "compare",
    "export_onnx",
    "garment_from_recipe",
    "grade",
    "grade_from_recipe",
    "job_from_recipe",
    "panorama_from_recipe",
    "pattern_from_recipe",
    "prepare",
    "prepare_assets",
    "prepare_avatar",
    "prepare_film_grade",
    "prepare_garment",
    "prepare_grade",
    "prepare_live",
    "prepare_panorama",
    "prepare_pattern",
    "prepare_sprites",
    "prepare_texture",
    "prepare_theme",
    "prepare_video",
    "read",
    "read_recipe",
    "read_sprite",
    "save_network",
    "sprites_from_recipe",
    "stylize",
    "texture_from_recipe",
    "theme_from_recipe",
    "train",
    "video_from_recipe",
    "write",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "comparison": ("compare",),
        "design.avatar": ("AvatarRecipe", "avatar_from_recipe", "prepare_avatar"),
        "design.garment": ("GarmentRecipe", "garment_from_recipe", "prepare_garment"),
        "surface.pattern": ("PatternRecipe", "pattern_from_recipe", "prepare_pattern"),
        "design.theme": ("ThemeRecipe", "prepare_theme", "theme_from_recipe"),
        "errors": ("PinxitError",),
        "grading": ("GradeRecipe", "grade_from_recipe", "prepare_grade"),
        "image": ("Picture", "read", "read_recipe", "write"),
        "job": ("Job",),
        "library": ("grade", "stylize"),
        "onnx_file": ("export_onnx",),
        "preparation": ("StyleImage", "job_from_recipe", "prepare"),
        "recipe.recipe": ("Recipe", "Settings"),
        "scene.assets": ("AssetsRecipe", "assets_from_recipe", "prepare_assets"),
        "surface.panorama": ("PanoramaRecipe", "panorama_from_recipe", "prepare_panorama"),
        "surface.sprites": ("SpritesRecipe", "prepare_sprites", "read_sprite", "sprites_from_recipe"),
        "surface.texture": ("TextureRecipe", "prepare_texture", "texture_from_recipe"),
        "training": ("save_network", "train"),
        "video.grade": ("prepare_film_grade",),
        "video.live": ("prepare_live",),
        "video.prepare": ("prepare_video", "video_from_recipe"),
        "video.recipe": ("VideoRecipe",),
    },
)
