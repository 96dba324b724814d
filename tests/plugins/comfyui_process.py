"""The real ComfyUI, run for a test: its server with pinxit's nodes, spoken to by its HTTP API."""

from __future__ import annotations

import contextlib
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from pinxit import image as pictures
from tests.clock import PATIENCE

COMMAND = shlex.split(os.environ.get("PINXIT_COMFYUI", ""))
Graph = dict[str, dict[str, Any]]


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    """A node of a graph; an input `["2", 0]` is the first output of node 2."""
    return {"class_type": kind, "inputs": inputs}


def wait_for(look: Callable[[], Any]) -> Any:
    """Wait until a look returns something, and return that."""
    end = time.monotonic() + PATIENCE
    while not (seen := look()):
        assert time.monotonic() < end
        time.sleep(0.2)
    return seen


@dataclass
class ComfyUI:
    """A server that runs.

    Attributes:
        folder: its input and output pictures and its nodes.
        address: of its page and API.
    """

    folder: Path
    address: str

    def ask(self, path: str, body: object = None) -> Any:
        """Send a request, and return the answer's JSON, an error's too."""
        answer = httpx2.request(
            "GET" if body is None else "POST", self.address + path, json=body, timeout=PATIENCE, trust_env=False
        )
        return answer.json() if answer.content else None

    def start(self, graph: Graph) -> str:
        """Queue a graph and return its number."""
        answer = self.ask("/prompt", {"prompt": graph})
        assert "prompt_id" in answer, answer
        return str(answer["prompt_id"])

    def ended(self, number: str) -> dict[str, Any]:
        """Wait for a graph, and return what ComfyUI keeps of it."""
        history: dict[str, Any] = wait_for(lambda: self.ask(f"/history/{number}"))
        kept: dict[str, Any] = history[number]
        return kept

    def painted(self, graph: Graph) -> list[Path]:
        """Run a graph, and return the pictures that it saved, sorted by name."""
        kept = self.ended(self.start(graph))
        assert kept["status"]["status_str"] == "success", kept["status"]
        names = [one["filename"] for output in kept["outputs"].values() for one in output["images"]]
        return [self.folder / "output" / name for name in sorted(names)]


@contextlib.contextmanager
def run_comfyui(folder: Path) -> Iterator[ComfyUI]:
    """Install the nodes in a folder of ComfyUI's and run it there, with a photograph among its inputs."""
    for name in ("input", "output"):
        (folder / name).mkdir()
    pictures.write(pictures.fit(pictures.sample("cat"), 320), folder / "input" / "photo.png")
    subprocess.run([sys.executable, "-m", "pinxit", "plugin", "install", "comfyui", "--folder", folder], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--cpu", "--disable-api-nodes", "--port", str(port), "--base-directory", str(folder)]
    server = ComfyUI(folder, f"http://127.0.0.1:{port}")

    def answers() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        with contextlib.suppress(httpx2.TransportError):
            return bool(server.ask("/system_stats"))
        return False

    with (folder / "log").open("w") as log, subprocess.Popen([*COMMAND, *options], stdout=log, stderr=log) as process:
        try:
            wait_for(answers)
            yield server
        finally:
            process.terminate()
