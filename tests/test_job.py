"""The library: every kind of picture in, the same kind out; redo makes the same picture again."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch

import pinxit
from pinxit import image as pictures
from pinxit.preparation import job_from_recipe, prepare

QUICK: dict[str, Any] = {"size": 64, "iterations": (6,), "coarsest": 64, "device": "cpu"}


@pytest.fixture
def photograph() -> np.ndarray[Any, Any]:
    """uint8 `(H, W, 3)`."""
    picture = pictures.fit(pictures.sample("cat"), 64)
    return (picture.pixels.transpose(1, 2, 0) * 255).round().astype(np.uint8)


def test_array_gives_an_array(photograph: np.ndarray[Any, Any]) -> None:
    result = pinxit.stylize(photograph, "house:swirl", **QUICK)
    assert isinstance(result, np.ndarray)
    assert result.dtype == np.uint8
    assert result.shape == photograph.shape
    assert np.abs(result.astype(int) - photograph).mean() > 1


def test_float_array_gives_a_float_array(photograph: np.ndarray[Any, Any]) -> None:
    result = pinxit.stylize(photograph.astype(np.float32) / 255, "house:swirl", **QUICK)
    assert result.dtype == np.float32
    assert 0 <= result.min() <= result.max() <= 1


@pytest.mark.parametrize("batch", [(), (1,)])
def test_tensor_gives_a_tensor(photograph: np.ndarray[Any, Any], batch: tuple[int, ...]) -> None:
    tensor = torch.from_numpy(photograph).permute(2, 0, 1).float().reshape(*batch, 3, *photograph.shape[:2]) / 255
    result = pinxit.stylize(tensor, "house:swirl", **QUICK)
    assert isinstance(result, torch.Tensor)
    assert result.shape == tensor.shape


def test_pil_gives_pil(photograph: np.ndarray[Any, Any]) -> None:
    result = pinxit.stylize(PIL.Image.fromarray(photograph), "house:swirl", **QUICK)
    assert isinstance(result, PIL.Image.Image)
    assert result.size == (photograph.shape[1], photograph.shape[0])
    assert result.mode == "RGB"


def test_bytes_give_bytes_with_the_recipe(photograph: np.ndarray[Any, Any], tmp_path: Path) -> None:
    file = io.BytesIO()
    PIL.Image.fromarray(photograph).save(file, "png")
    result = pinxit.stylize(file.getvalue(), "house:swirl", **QUICK)
    assert isinstance(result, bytes)
    (tmp_path / "result.png").write_bytes(result)
    assert pinxit.read_recipe(tmp_path / "result.png") is not None


def test_path_gives_the_path_written(
    photograph: np.ndarray[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    PIL.Image.fromarray(photograph).save("photo.png")
    assert pinxit.stylize("photo.png", "house:swirl", **QUICK) == Path("photo-swirl.png")
    assert pinxit.read("photo-swirl.png").width == 64
    with pytest.raises(pinxit.PinxitError, match="exists"):
        pinxit.stylize("photo.png", "house:swirl", **QUICK)


def test_all_kinds_make_the_same_picture(photograph: np.ndarray[Any, Any]) -> None:
    array = pinxit.stylize(photograph, "house:swirl", **QUICK)
    image = pinxit.stylize(PIL.Image.fromarray(photograph), "house:swirl", **QUICK)
    assert np.array_equal(array, np.asarray(image))


def test_several_styles_by_share(photograph: np.ndarray[Any, Any]) -> None:
    styles = ["house:swirl", "house:mosaic"]
    one, other, swirl = (
        pinxit.stylize(photograph, styles, shares=shares, **QUICK) for shares in ([1, 3], [3, 1], [1, 1e-9])
    )
    assert not np.array_equal(one, other)
    alone = pinxit.stylize(photograph, "house:swirl", **QUICK)
    assert np.abs(swirl.astype(int) - alone).mean() < np.abs(one.astype(int) - alone).mean()


def test_redo_makes_the_same_picture_wherever_the_inputs_went(tmp_path: Path, photograph: np.ndarray[Any, Any]) -> None:
    content, style = tmp_path / "photo.png", tmp_path / "style.png"
    PIL.Image.fromarray(photograph).save(content)
    PIL.Image.fromarray(photograph[::-1].copy()).save(style)
    written = pinxit.stylize(content, style, output=tmp_path / "out.png", **QUICK)
    recipe = pinxit.Recipe.from_json(pinxit.read_recipe(written) or "")
    moved = tmp_path / "elsewhere" / "deep"
    moved.mkdir(parents=True)
    content.rename(moved / "another name.png")
    style.rename(moved / "b.png")
    with pytest.raises(pinxit.PinxitError, match="--look-in"):
        job_from_recipe(recipe)
    job = job_from_recipe(recipe, look_in=[tmp_path])
    *_, last = job.paint()
    again, recipe_again = job.result(last)
    assert recipe_again == recipe
    pinxit.write(again, tmp_path / "again.png", recipe=recipe_again.to_json())
    assert (tmp_path / "again.png").read_bytes() == written.read_bytes()


def test_starts_from_a_picture_and_finds_it_again(tmp_path: Path, photograph: np.ndarray[Any, Any]) -> None:
    start = tmp_path / "start.png"
    PIL.Image.fromarray(255 - photograph).save(start)
    job = prepare(photograph, "house:swirl", init=str(start), **{**QUICK, "iterations": (1,)})
    assert job.recipe.init == "picture"
    *_, last = job.paint()
    assert np.array_equal(pictures.to_array(last.picture()), 255 - photograph), (
        "the best of one evaluation is the start"
    )
    assert str(tmp_path) not in job.recipe.to_json()
    plain = prepare("sample:cat", "house:swirl", **QUICK).recipe
    changed = job_from_recipe(plain, init=str(start))
    assert changed.ingredients.start is not None
    assert job_from_recipe(changed.recipe).ingredients.start is not None
    assert job_from_recipe(changed.recipe, init="noise").recipe.init == "noise"


def test_redo_with_a_change_runs_anew(photograph: np.ndarray[Any, Any]) -> None:
    job = prepare("sample:cat", "house:swirl", **QUICK)
    *_, last = job.paint()
    recipe = job.result(last)[1]
    typed: dict[str, Any] = {"iterations": "5"}
    changed = job_from_recipe(recipe, **typed)
    assert changed.recipe.done is None
    assert list(changed.paint())[-1].done == (5,)


def test_too_little_memory_is_one_sentence() -> None:
    script = (
        "import resource, pinxit\n"
        "job = pinxit.prepare('sample:cat', 'house:swirl', size=1024, coarsest=1024, iterations=2, device='cpu')\n"
        "import torch; from pinxit.encoder.open import open_encoder; open_encoder('vgg16')\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 400_000_000,) * 2)\n"
        "try:\n    list(job.paint())\n"
        "except pinxit.PinxitError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "not enough memory to paint at 1024 px" in done.stdout, done.stderr


def test_weights_by_hand_are_part_of_the_recipe(own_cache: Path) -> None:
    from pinxit.encoder import weights

    weights.load("vgg16")
    file = weights.cached_file("vgg16")
    job = prepare("sample:cat", "house:swirl", encoder_weights=file, **QUICK)
    assert job.recipe.encoder_sha256
    *_, last = job.paint()
    with pytest.raises(pinxit.PinxitError, match="give that file by --encoder-weights"):
        list(job_from_recipe(job.result(last)[1]).paint())


@pytest.mark.parametrize(
    ("content", "style", "options", "sentence"),
    [
        ("sample:dog", "house:swirl", {}, "dog"),
        ("sample:cat", "house:sworl", {}, "swirl"),
        ("sample:cat", [], {}, "no style"),
        ("sample:cat", "house:swirl", {"shares": [1, 2]}, "2 shares are given for 1 styles"),
        ("sample:cat", "house:swirl", {"shares": [-1]}, "share"),
        ("sample:cat", "house:swirl", {"shares": [float("nan")]}, "share"),
        ("sample:cat", "house:swirl", {"colour": 1}, "colour"),
        ("sample:cat", "house:swirl", {"encoder_weights": "none.pth"}, "none.pth"),
        ("sample:cat", "house:swirl", {"init": "none.png"}, "none.png"),
        ("sample:cat", 7, {}, "a int is not a picture"),
        (np.zeros((4, 4, 3), np.complex64), "house:swirl", {}, "complex64"),
        (torch.zeros(4, 4), "house:swirl", {}, "tensor must be"),
    ],
)
def test_mistakes_are_one_sentence(content: Any, style: Any, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(pinxit.PinxitError, match=sentence) as raised:
        prepare(content, style, **options)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith((".", "?"))
