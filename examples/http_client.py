"""Paint a picture on a running studio over HTTP, with the standard library alone.

It uploads a photograph, puts a job, follows the studio's events until the job has ended, and downloads the result. A job has an
id that the client chooses: if the answer is lost, the client puts it again, and it is still one job.

    pinxit studio --no-browser
    python examples/http_client.py http://127.0.0.1:8420 photo.jpg house:swirl out.png --preset draft
"""

from __future__ import annotations

import argparse
import json
import os
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OVER = {"succeeded", "failed", "cancelled"}


class Studio:
    """A client of one studio.

    Args:
        address: the studio's address, as `http://127.0.0.1:8420`.
        token: what other accounts and machines must present; see `pinxit studio --token`.
    """

    def __init__(self, address: str, token: str | None = None) -> None:
        self._base = f"{address.rstrip('/')}/api/v1"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def request(self, method: str, path: str, body: bytes | dict[str, Any] | None = None) -> bytes:
        """Send a request and return the answer's body; an error is raised with the studio's own sentence."""
        with self._open(method, path, body) as answer:
            content: bytes = answer.read()
            return content

    def upload(self, file: Path) -> dict[str, str]:
        """Upload a picture, and return how an order names it."""
        query = urllib.parse.urlencode({"name": file.name})
        stored = json.loads(self.request("POST", f"/files?{query}", file.read_bytes()))
        return {"name": file.name, "sha256": stored["id"]}

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every event of the studio's stream with its name."""
        with self._open("GET", "/events", None) as stream:
            name, data = "message", []
            for line in stream:
                field, _, value = line.decode().rstrip("\r\n").partition(":")
                value = value.removeprefix(" ")
                if field == "event":
                    name = value
                elif field == "data":
                    data.append(value)
                elif not field and not value and data:
                    yield name, json.loads("\n".join(data))
                    name, data = "message", []

    def _open(self, method: str, path: str, body: bytes | dict[str, Any] | None) -> Any:
        headers = dict(self._headers)
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        elif body is not None:
            headers["Content-Type"] = "application/octet-stream"
        request = urllib.request.Request(self._base + path, data=body, method=method, headers=headers)
        try:
            return urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            raise SystemExit(json.loads(error.read())["error"]["message"]) from error


def paint(studio: Studio, content: str, style: str, output: Path, **settings: Any) -> str:
    """Paint a picture, write it to `output`, and return the job's id."""
    named = [{"name": one} if ":" in one else studio.upload(Path(one)) for one in (content, style)]
    order = {"content": named[0], "styles": [named[1]], **settings}
    job = str(uuid.uuid4())
    events = studio.events()
    next(events)  # the stream is open before the job is put, so that no event is missed
    state = json.loads(studio.request("PUT", f"/jobs/{job}", {"order": order}))["state"]
    while state not in OVER:
        name, data = next(events)
        if name == "progress" and data["job"] == job:
            print(f"{data['fraction']:4.0%}  {data.get('seconds_left') or 0:.0f} s left")
        elif name == "job" and data["id"] == job:
            state = data["state"]
    if state != "succeeded":
        raise SystemExit(f"the job {state}")
    result = json.loads(studio.request("GET", f"/results/{job}"))
    output.write_bytes(studio.request("GET", f"/files/{result['files'][0]['id']}"))
    return job


def main() -> None:
    """Read the command line and paint."""
    parser = argparse.ArgumentParser(description="Paint a picture on a running studio.")
    parser.add_argument("address", help="the studio's address")
    parser.add_argument("content", help="a photograph's path, or sample:NAME")
    parser.add_argument("style", help="a style image's path, or house:NAME")
    parser.add_argument("output", type=Path)
    parser.add_argument("--preset", default="draft")
    parser.add_argument("--size", type=int, default=256, help="longer side, px")
    options = parser.parse_args()
    studio = Studio(options.address, os.environ.get("PINXIT_TOKEN"))
    job = paint(studio, options.content, options.style, options.output, preset=options.preset, size=options.size)
    print(f"{options.output}, job {job}")


if __name__ == "__main__":
    main()
