"""The shelf and saved presets over HTTP."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from tests.command_line import pinxit
from tests.studio.studio_process import StudioProcess, presets_beside

PRESET = {"pinxit_preset": 1, "name": "Soft dusk", "settings": {"preset": "draft", "strength": 0.4}}


def test_presets_are_saved_exported_and_deleted(client: httpx2.Client, studio: StudioProcess) -> None:
    saved = client.post("/api/v1/presets", json=PRESET)
    assert saved.status_code == 201, saved.text
    id = saved.json()["id"]
    assert [one["name"] for one in client.get("/api/v1/presets").json()] == ["Soft dusk"]
    file = client.get(f"/api/v1/presets/{id}/file")
    assert file.json() == PRESET
    assert "Soft%20dusk.json" in file.headers["content-disposition"]
    assert (presets_beside(studio.home) / "Soft dusk.json").is_file()
    # The same name again is the same preset.
    assert client.post("/api/v1/presets", json={**PRESET, "settings": {}}).json()["id"] == id
    refused = client.post("/api/v1/presets", json={**PRESET, "settings": {"content": {"name": "/etc/passwd"}}})
    assert refused.status_code == 422
    assert "there is no setting 'content'" in refused.json()["error"]["message"]
    assert client.delete(f"/api/v1/presets/{id}").status_code == 204
    assert client.delete(f"/api/v1/presets/{id}").status_code == 404
    assert client.get("/api/v1/presets").json() == []


def test_the_studio_and_the_commands_have_the_same_presets(
    client: httpx2.Client, studio: StudioProcess, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PINXIT_PRESETS", str(presets_beside(studio.home)))
    client.post("/api/v1/presets", json=PRESET)
    assert "Soft dusk: --preset draft  --strength 0.4" in pinxit("preset", "list", folder=tmp_path).stdout
    pinxit("preset", "save", "Hard noon", "--strength", "0.9", folder=tmp_path)
    pinxit("preset", "remove", "Soft dusk", folder=tmp_path)
    (found,) = client.get("/api/v1/presets").json()
    assert (found["name"], found["settings"]) == ("Hard noon", {"strength": 0.9})
    assert client.delete(f"/api/v1/presets/{found['id']}").status_code == 204


def test_styles_are_put_on_the_shelf(client: httpx2.Client) -> None:
    entry = {"picture": {"name": "house:waves", "sha256": "", "bytes": 0}, "favourite": True, "tags": ["sea"]}
    entries = client.put("/api/v1/shelf/entries", json=entry).json()["entries"]
    assert [(one["picture"]["name"], one["favourite"], one["tags"]) for one in entries] == [
        ("house:waves", True, ["sea"])
    ]
    assert client.get("/api/v1/shelf").json()["entries"] == entries
    lost = {"picture": {"name": "lost.png", "sha256": "0" * 64, "bytes": 9}, "own": True}
    assert client.put("/api/v1/shelf/entries", json=lost).status_code == 404
    for wrong in ({"picture": {"name": "house:wave"}}, {**entry, "tags": ["\n"]}, {**entry, "color": "red"}):
        assert client.put("/api/v1/shelf/entries", json=wrong).status_code == 422
    gone = client.put("/api/v1/shelf/entries", json={"picture": entry["picture"]})
    assert gone.json() == {"entries": []}
