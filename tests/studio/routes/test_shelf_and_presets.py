"""The shelf and saved presets over HTTP."""

from __future__ import annotations

import httpx2

from tests.studio.studio_process import StudioProcess

PRESET = {"pinxit_preset": 1, "name": "Soft dusk", "settings": {"preset": "draft", "strength": 0.4}}


def test_presets_are_saved_exported_and_deleted(client: httpx2.Client, studio: StudioProcess) -> None:
    saved = client.post("/api/v1/presets", json=PRESET)
    assert saved.status_code == 201, saved.text
    id = saved.json()["id"]
    assert [one["name"] for one in client.get("/api/v1/presets").json()] == ["Soft dusk"]
    file = client.get(f"/api/v1/presets/{id}/file")
    assert file.json() == PRESET
    assert "Soft%20dusk.json" in file.headers["content-disposition"]
    assert (studio.home / "presets" / f"{id}.json").is_file()
    # The same name again is the same preset.
    assert client.post("/api/v1/presets", json={**PRESET, "settings": {}}).json()["id"] == id
    refused = client.post("/api/v1/presets", json={**PRESET, "settings": {"content": {"name": "/etc/passwd"}}})
    assert refused.status_code == 422
    assert "there is no setting 'content'" in refused.json()["error"]["message"]
    assert client.delete(f"/api/v1/presets/{id}").status_code == 204
    assert client.delete(f"/api/v1/presets/{id}").status_code == 404
    assert client.get("/api/v1/presets").json() == []


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
