"""Work in a studio as a person does: upload, preview, paint by both engines, a film, a theme, the live page's network."""

from __future__ import annotations

import time
from pathlib import Path

from pinxit import image as pictures
from tests.studio.api_client import put_job, small_order, wait_for_state
from tests.studio.studio_process import run_studio
from tests.telemetry.commands import SECONDS
from tests.video import clips


def main() -> None:
    """Work there for long enough that telemetry would be seen."""
    clip = clips.write(Path("clip.mp4"), clips.pan(4))
    photo = pictures.to_bytes(pictures.fit(pictures.sample("cat"), 96))
    with run_studio(Path("studio").resolve()) as studio, studio.client() as client:
        start = time.monotonic()
        files = {}
        for name, content in {"cat.png": photo, "clip.mp4": clip.read_bytes()}.items():
            file = client.post("/api/v1/files", params={"name": name}, content=content).raise_for_status().json()
            files[name] = {"name": name, "sha256": file["id"], "bytes": file["bytes"]}
        client.post("/api/v1/preview", json=small_order(content=files["cat.png"])).raise_for_status()
        jobs = [
            put_job(client, small_order(content=files["cat.png"])),
            put_job(client, small_order(engine="optimizer", iterations=[2], size=64, coarsest=64)),
            put_job(client, {"work": "video", "clip": files["clip.mp4"], "styles": [{"name": "house:waves"}], "size": 64,
                         "preset": "instant"}),
            put_job(client, {"work": "theme", "styles": [{"name": "house:waves"}], "size": 64, "preset": "instant"}),
        ]  # fmt: skip
        for job in jobs:
            ended = wait_for_state(client, job["id"], "succeeded", "failed")
            assert ended["state"] == "succeeded", ended
        client.post("/api/v1/live/model", json={"styles": [{"name": "house:waves"}]}).raise_for_status()
        for path in ("/", "/healthz", "/metrics", "/api/v1/results", "/api/v1/styles"):
            client.get(path).raise_for_status()
        time.sleep(max(0.0, start + SECONDS - time.monotonic()))


if __name__ == "__main__":
    main()
