"""The presets of a studio: those of the account, with those that an earlier studio kept in its home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pinxit.jobs.errors import Missing, NoRoom, Refused
from pinxit.jobs.saved_presets import MOST_PRESETS, SavedPresets, id_of
from pinxit.recipe.preset_file import PresetFile
from pinxit.recipe.saved_presets import preset_file, read_preset, saved_names, write_preset


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PINXIT_PRESETS", str(tmp_path / "account"))
    return tmp_path / "account"


def preset(name: str, strength: float) -> PresetFile:
    return PresetFile(name=name, settings={"strength": strength})


def old_home(tmp_path: Path, *presets: PresetFile) -> Path:
    """Write presets as studios did before they shared those of the account."""
    home = tmp_path / "studio"
    (home / "presets").mkdir(parents=True)
    for one in presets:
        data: dict[str, Any] = one.model_dump(mode="json", exclude_none=True)
        (home / "presets" / f"{id_of(one.name)}.json").write_text(json.dumps(data, ensure_ascii=False))
    return home


def test_older_presets_are_moved_and_none_is_lost(tmp_path: Path) -> None:
    write_preset(preset("dusk", 0.1), preset_file("dusk"), overwrite=False)
    write_preset(preset("noon", 0.2), preset_file("noon"), overwrite=False)
    home = old_home(tmp_path, preset("dusk", 0.5), preset("noon", 0.2), preset("黄昏", 0.7))
    (home / "presets" / "damaged.json").write_text("{")
    moved = SavedPresets(home)
    assert {one.name: one.settings["strength"] for one in moved.all().values()} == {
        "dusk": 0.1,
        "dusk 2": 0.5,
        "noon": 0.2,
        "黄昏": 0.7,
    }
    assert [path.name for path in (home / "presets").iterdir()] == ["damaged.json"]
    assert SavedPresets(home).all() == moved.all(), "nothing is moved twice"
    (home / "presets" / "damaged.json").unlink()
    SavedPresets(home)
    assert not (home / "presets").exists()


def test_older_presets_stay_where_the_folder_cannot_be_written(tmp_path: Path, folder: Path) -> None:
    folder.write_text("a file in the place of the folder")
    home = old_home(tmp_path, preset("dusk", 0.5))
    presets = SavedPresets(home)
    assert presets.all() == {}
    assert len(list((home / "presets").iterdir())) == 1
    with pytest.raises(Refused, match="cannot be written") as caught:
        presets.save(preset("dusk", 0.5))
    assert str(folder) not in str(caught.value)
    folder.unlink()
    assert [one.name for one in SavedPresets(home).all().values()] == ["dusk"]


def test_a_file_s_name_is_the_preset_s(tmp_path: Path, folder: Path) -> None:
    presets = SavedPresets(tmp_path)
    presets.save(preset("dusk", 0.5))
    preset_file("dusk").rename(preset_file("late dusk"))
    assert [one.name for one in presets.all().values()] == ["late dusk"]
    assert read_preset("late dusk").name == "late dusk"
    with pytest.raises(Missing):
        presets.get(id_of("dusk"))
    preset_file("late dusk").rename(folder / "draft.json")
    assert presets.all() == {}, "draft comes with pinxit"
    (folder / "a.json.json").write_text(preset("a.json", 0.3).model_dump_json())
    assert read_preset("a.json").settings == {"strength": 0.3}


def test_there_is_an_end_to_presets(tmp_path: Path, folder: Path) -> None:
    folder.mkdir()
    for number in range(MOST_PRESETS):
        (folder / f"{number}.json").touch()
    presets = SavedPresets(tmp_path)
    with pytest.raises(NoRoom, match="delete one"):
        presets.save(preset("one more", 0.5))
    presets.save(preset("7", 0.5))
    assert len(saved_names()) == MOST_PRESETS
