"""The server of tools, by the SDK's own client over standard input and output to the real process."""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import anyio
import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.grading import read_table
from pinxit.mcp import works
from tests.command_line import pinxit

pytestmark = pytest.mark.skipif(find_spec("mcp") is None, reason='the SDK is in the extra "mcp"')
T = TypeVar("T")
LIMIT = 300.0  # s: reached only where the server hangs
SMALL = {"settings": {"network": "live"}, "size": 64, "preset": "instant"}


def with_client(folder: Path, talk: Callable[[Any], Awaitable[T]]) -> T:
    """Start `pinxit mcp` in a folder, talk with it, and end it."""
    import mcp  # takes a second, which processes that only collect this test need not spend

    async def run() -> T:
        command = mcp.StdioServerParameters(
            command=sys.executable, args=["-m", "pinxit", "mcp"], cwd=folder, env=dict(os.environ)
        )
        with anyio.fail_after(LIMIT):
            async with mcp.Client(command, read_timeout_seconds=LIMIT) as client:
                return await talk(client)

    return anyio.run(run)


def text_of(result: Any) -> str:
    return str(result.content[0].text)


def picture_of(result: Any) -> PIL.Image.Image:
    image = result.content[1]
    content = base64.b64decode(image.data)
    assert len(content) <= works.MOST_BYTES
    opened = PIL.Image.open(io.BytesIO(content))
    opened.load()
    assert image.mime_type == f"image/{(opened.format or '').lower()}"
    return opened


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp")
    pictures.write(pictures.fit(pictures.sample("coffee"), 96), folder / "photo.png")
    pictures.write(pictures.fit(pictures.sample("rocket"), 96), folder / "film.png")
    return folder


def test_a_session(folder: Path) -> None:
    """One client uses every tool that takes seconds, and makes mistakes in between."""

    async def talk(client: Any) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"stylize", "instant", "texture", "grade", "palette", "compare", "jobs"}
        for tool in tools.values():
            assert tool.description
            assert "context" not in tool.input_schema["properties"]
            assert all("description" in one for one in tool.input_schema["properties"].values())
        assert "house:swirl" in client.instructions

        painted = await client.call_tool(
            "instant", {"content": "photo.png", "styles": ["house:swirl"], "output": "painted.png", "size": 64}
        )
        assert not painted.is_error, text_of(painted)
        assert text_of(painted).startswith("painted.png (64×")
        assert picture_of(painted).width == pictures.read(folder / "painted.png").width
        before = (folder / "painted.png").read_bytes()

        again = await client.call_tool(
            "instant", {"content": "photo.png", "styles": ["house:swirl"], "output": "painted.png"}
        )
        assert again.is_error
        assert "painted.png exists" in text_of(again)
        over = await client.call_tool("grade", {"content": "photo.png", "styles": ["film.png"], "output": "film.png"})
        assert over.is_error
        assert (folder / "painted.png").read_bytes() == before

        stylized = await client.call_tool("stylize", {"content": "sample:cat", "styles": ["house:ink"], **SMALL})
        assert "not written to a file" in text_of(stylized)
        assert max(picture_of(stylized).size) == 64
        assert sorted(path.name for path in folder.iterdir()) == ["film.png", "painted.png", "photo.png"]

        graded = await client.call_tool(
            "grade", {"content": "photo.png", "styles": ["film.png"], "output": "graded.jpg", "lut": "look.cube"}
        )
        assert text_of(graded).splitlines()[1] == "look.cube"
        assert read_table(folder / "look.cube").side == 33
        assert picture_of(graded).format == "JPEG"

        colors = json.loads(text_of(await client.call_tool("palette", {"pictures": ["film.png"]})))
        assert sum(one["share"] for one in colors) == pytest.approx(1, abs=0.01)

        missing = await client.call_tool("palette", {"pictures": ["nothing.png"]})
        assert missing.is_error
        assert "nothing.png" in text_of(missing)
        wrong = await client.call_tool("stylize", {"content": "photo.png", "styles": ["house:ink"], "strength": 7})
        assert wrong.is_error
        unknown = await client.call_tool(
            "stylize", {"content": "photo.png", "styles": ["house:ink"], "settings": {"colour": "keep"}}
        )
        assert unknown.is_error
        assert "colour" in text_of(unknown)

    with_client(folder, talk)


@pytest.mark.slow(reason="the encoder judges a result in a process of its own")
def test_results_are_judged(folder: Path) -> None:
    async def talk(client: Any) -> None:
        judged = await client.call_tool(
            "compare", {"results": ["film.png"], "content": "photo.png", "styles": ["house:swirl"], "size": 128}
        )
        assert {"result", "color", "style", "content", "edges"} <= json.loads(text_of(judged))[0].keys()
        assert picture_of(judged).width > 200

    with_client(folder, talk)


def test_long_work_goes_on_as_a_job(folder: Path) -> None:
    """A call that does not wait gets a number; the job is shown, waited for, and the next one cancelled."""

    async def talk(client: Any) -> None:
        long = {"settings": {"coarsest": 64, "device": "cpu", "iterations": "100000"}, "tile": False}
        first = await client.call_tool("texture", {"styles": ["photo.png"], "size": 64, **long, "wait": 0})
        assert "call jobs with number 1" in text_of(first)
        second = await client.call_tool(
            "instant", {"content": "photo.png", "styles": ["house:ink"], "output": "later.png", "size": 64, "wait": 0}
        )
        assert "job 2: instant, waiting" in text_of(second)
        listed = text_of(await client.call_tool("jobs", {}))
        assert "job 1: texture" in listed
        assert "job 2: instant" in listed
        reported: list[tuple[float, str]] = []

        async def note(progress: float, total: float | None, message: str | None) -> None:
            reported.append((progress, message or ""))

        while not reported:
            await client.call_tool("jobs", {"number": 1, "wait": 1}, progress_callback=note)
        assert all(0 <= progress <= 1 and message for progress, message in reported)
        await client.call_tool("jobs", {"number": 1, "action": "cancel"})
        ended = await client.call_tool("jobs", {"number": 1, "wait": LIMIT})
        assert "job 1: texture, cancelled" in text_of(ended)
        done = await client.call_tool("jobs", {"number": 2, "wait": LIMIT})
        assert picture_of(done).width <= 64
        assert (folder / "later.png").exists()
        assert (await client.call_tool("jobs", {"number": 9})).is_error
        assert (await client.call_tool("jobs", {"action": "cancel"})).is_error

    with_client(folder, talk)


def test_a_large_picture_is_shown_small(tmp_path: Path) -> None:
    import numpy as np

    noise = np.random.default_rng(0).random((1500, 1200, 4)).astype(np.float32)
    for array in (noise[..., :3], noise):
        content, mime = works.encoded(pictures.from_array(array))
        assert len(content) <= works.MOST_BYTES
        assert max(PIL.Image.open(io.BytesIO(content)).size) <= works.SIDE
        assert mime == ("image/png" if array.shape[2] == 4 else "image/jpeg")


def test_without_the_sdk_one_sentence_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("mcp", "pinxit.mcp.server"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    refused = pinxit("mcp", folder=tmp_path, check=2)
    assert 'pip install "pinxit[mcp]"' in refused.stderr
