"""Taste: what was liked comes first, the profile is whole or a sentence, and nothing else is kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pinxit import image as pictures
from pinxit import styles
from pinxit.cli.taste import app
from pinxit.design import taste
from pinxit.design.taste import RatedPicture, Taste
from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError

RUN = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three manners, two compositions of each."""
    made = tmp_path_factory.mktemp("styles")
    for name in ("weave", "marbling", "halftone"):
        for seed in range(2):
            pictures.write(styles.draw(name, 96, seed), made / f"{name}{seed}.png")
    return made


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PINXIT_TASTE", str(tmp_path / "own" / "taste.json"))
    return tmp_path / "own" / "taste.json"


def run(*arguments: str | Path) -> str:
    result = RUN.invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_statistics_do_not_depend_on_size(encoder: Encoder) -> None:
    large, small = (taste.statistics(encoder, pictures.fit(styles.draw("weave", 512), side)) for side in (512, 256))
    other = taste.statistics(encoder, styles.draw("ink", 256))
    assert large.shape == (taste.LENGTH,)
    assert np.linalg.norm(large - small) < 0.2 * np.linalg.norm(large - other)


def test_others_in_the_manner_come_first(folder: Path, profile: Path) -> None:
    run("like", folder / "halftone0.png")
    listed = json.loads(run("rank", folder, "--json"))
    assert [Path(one["picture"]).stem[:-1] for one in listed[:2]] == ["halftone"] * 2


def test_dislikes_come_last_and_a_sheet_is_drawn(folder: Path, profile: Path, tmp_path: Path) -> None:
    run("like", folder / "weave0.png")
    run("dislike", folder / "halftone0.png")
    listed = run("rank", folder, "-o", tmp_path / "sheet.png").splitlines()
    assert all("halftone" in line for line in listed[4:6])
    assert pictures.read(tmp_path / "sheet.png").width > 400
    assert "1 liked, 1 disliked" in run("show")


def test_profile_is_text_without_paths_and_can_be_forgotten(folder: Path, profile: Path) -> None:
    run("like", folder / "weave0.png", folder / "weave1.png")
    run("dislike", folder / "weave1.png")
    kept = json.loads(profile.read_text())
    assert [one["name"] for one in kept["liked"]] == ["weave0.png"], "a second judgement replaces the first"
    assert [one["name"] for one in kept["disliked"]] == ["weave1.png"]
    assert str(folder) not in profile.read_text()
    assert [path.name for path in profile.parent.iterdir()] == ["taste.json"], "no temporary file is left"
    run("forget", "weave1.png")
    assert "1 liked, 0 disliked" in run("show")
    run("forget")
    assert not profile.exists()


def test_choose_blends_the_best(encoder: Encoder) -> None:
    def seen(name: str, seed: int) -> RatedPicture:
        numbers = taste.statistics(encoder, styles.draw(name, 96, seed))
        return RatedPicture(name=f"{name}{seed}", statistics=tuple(float(number) for number in numbers))

    known = Taste().judge(seen("weave", 5), liked=True)
    candidates = [seen("ink", 0), seen("weave", 0), seen("halftone", 0), seen("weave", 1)]
    chosen = taste.choose(known, candidates)
    assert chosen == taste.choose(known, candidates), "the same every time"
    assert {number for number, _ in chosen} <= {1, 3}
    assert sum(share for _, share in chosen) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"liked": [{"name": "a", "statistics": [1, 2]}]}',
        '{"schema_version": 2}',
        '{"encoder": "../../etc"}',
        "[" * 100_000,
        json.dumps({"liked": [{"name": "a", "statistics": [float("nan")] * taste.LENGTH}]}),
    ],
)
def test_damaged_profile_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "taste.json"
    file.write_text(text)
    with pytest.raises(PinxitError, match=r"not a profile that can be read.*forget"):
        taste.load(file)
    assert file.read_text() == text


def test_nothing_known_is_one_sentence(folder: Path, profile: Path) -> None:
    result = RUN.invoke(app, ["rank", str(folder)])
    assert isinstance(result.exception, PinxitError)
    assert "pinxit taste like" in str(result.exception)
    result = RUN.invoke(app, ["like", str(folder / "none.png")])
    assert isinstance(result.exception, PinxitError)
    assert not profile.exists()
