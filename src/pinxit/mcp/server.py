"""The tools of the server, as a client lists and calls them."""

from __future__ import annotations

import base64
import functools
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, ParamSpec

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ImageContent, TextContent, ToolAnnotations
from pydantic import Field

from pinxit.errors import PinxitError
from pinxit.mcp import works
from pinxit.mcp.jobs import Job, JobTable
from pinxit.version import __version__

Answer = list[TextContent | ImageContent]
P = ParamSpec("P")

_POLL = 0.1  # s: time between two looks at a job
_WAIT = 45.0  # s: many clients give up after a minute
INSTRUCTIONS = (
    "pinxit paints pictures in the style of others, on this machine. Pictures are named by their paths, or as house:NAME "
    "(styles that pinxit draws itself, such as house:swirl) and sample:NAME (photographs, such as sample:cat). instant answers "
    "in seconds; stylize is better and takes minutes. A call that takes longer than wait goes on as a job: follow it by jobs. "
    "Files are written only where output names one that does not exist."
)

Content = Annotated[str, Field(description="Path of the photograph, or sample:NAME.")]
Styles = Annotated[
    list[str], Field(description="Paths of style images, or house:NAME; several are mixed.", min_length=1, max_length=8)
]
Output = Annotated[
    str | None,
    Field(
        description="The file to write, which must not exist: .png, .jpg, .webp, .tif or .avif. Without it nothing is written."
    ),
]
Settings = Annotated[
    dict[str, Any],
    Field(description="Other settings by name, as in `pinxit stylize --help`: {'style_scale': 2, 'color': 'keep'}."),
]
Wait = Annotated[
    float, Field(description="How long to wait for the result, s; then it goes on as a job.", ge=0, le=3600)
]
Strength = Annotated[float | None, Field(description="How far to go from the photograph, 0 to 1.", ge=0, le=1)]
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)


def make_server() -> MCPServer[Any]:
    """Return a server with all tools, which serves until its `run` ends."""
    server: MCPServer[Any] = MCPServer("pinxit", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING")
    table = JobTable()

    async def start(context: Context, tool: str, work: works.Work, wait: float) -> Answer:
        return await _follow(context, table, table.start(tool, work), wait)

    @server.tool(annotations=_WRITES, structured_output=False)
    @_in_one_sentence
    async def stylize(
        context: Context,
        content: Content,
        styles: Styles,
        output: Output = None,
        preset: Annotated[str | None, Field(description="draft, standard, fine or instant.")] = None,
        size: Annotated[int | None, Field(description="Longer side, px.", ge=16, le=16384)] = None,
        strength: Strength = None,
        shares: Annotated[list[float] | None, Field(description="Weight of each style; equal if left out.")] = None,
        settings: Settings = {},  # noqa: B006 - only read
        wait: Wait = _WAIT,
    ) -> Answer:
        """Paint a photograph in the style of pictures by optimisation: the best quality, in minutes."""
        chosen = {**settings, **_given(preset=preset, size=size, strength=strength)}
        return await start(context, "stylize", works.stylize(content, styles, output, chosen, shares), wait)

    @server.tool(annotations=_WRITES, structured_output=False)
    @_in_one_sentence
    async def instant(
        context: Context,
        content: Content,
        styles: Styles,
        output: Output = None,
        size: Annotated[int | None, Field(description="Longer side, px.", ge=16, le=16384)] = None,
        strength: Strength = None,
        wait: Wait = _WAIT,
    ) -> Answer:
        """Paint a photograph in the style of pictures by a network, in seconds."""
        chosen = {"preset": "instant", **_given(size=size, strength=strength)}
        return await start(context, "instant", works.stylize(content, styles, output, chosen, None), wait)

    @server.tool(annotations=_WRITES, structured_output=False)
    @_in_one_sentence
    async def texture(
        context: Context,
        styles: Styles,
        output: Output = None,
        size: Annotated[int, Field(description="Side, px.")] = 512,
        tile: Annotated[bool, Field(description="Whether it repeats without a seam.")] = True,
        like: Annotated[str | None, Field(description="A picture that guides its structure.")] = None,
        settings: Settings = {},  # noqa: B006 - only read
        wait: Wait = _WAIT,
    ) -> Answer:
        """Paint a new texture in the style of pictures."""
        return await start(context, "texture", works.texture(styles, output, size, tile, like, settings), wait)

    @server.tool(annotations=_WRITES, structured_output=False)
    @_in_one_sentence
    async def grade(
        context: Context,
        content: Annotated[str, Field(description="Path of the photograph or the film, or sample:NAME.")],
        styles: Annotated[
            list[str],
            Field(description="Pictures whose colours to take, or one .cube file.", min_length=1, max_length=8),
        ],
        output: Annotated[
            str | None, Field(description="The picture or film to write, which must not exist; a film needs it.")
        ] = None,
        lut: Annotated[str | None, Field(description="A .cube file to write, for other programs.")] = None,
        strength: Strength = None,
        skin: Annotated[float | None, Field(description="How much of their colour skins keep.", ge=0, le=1)] = None,
        wait: Wait = _WAIT,
    ) -> Answer:
        """Give a photograph or a film the colours of other pictures; nothing is painted, every edge stays."""
        return await start(context, "grade", works.grade(content, styles, output, lut, strength, skin), wait)

    @server.tool(annotations=_READS, structured_output=False)
    @_in_one_sentence
    async def palette(
        context: Context,
        pictures: Annotated[list[str], Field(description="Paths of pictures.", min_length=1, max_length=16)],
        wait: Wait = _WAIT,
    ) -> Answer:
        """Find the main colours of pictures, with the share of each, the most frequent first."""
        return await start(context, "palette", works.palette(pictures), wait)

    @server.tool(annotations=_READS, structured_output=False)
    @_in_one_sentence
    async def compare(
        context: Context,
        results: Annotated[list[str], Field(description="Paths of results.", min_length=1, max_length=16)],
        content: Content,
        styles: Styles,
        size: Annotated[int, Field(description="Longer side at which they are judged, px.", ge=128, le=2048)] = 512,
        wait: Wait = _WAIT,
    ) -> Answer:
        """Judge results of the same photograph and styles by distances from both; less is better, except for edges."""
        return await start(context, "compare", works.compare(results, content, styles, size), wait)

    @server.tool(annotations=_WRITES, structured_output=False)
    @_in_one_sentence
    async def jobs(
        context: Context,
        number: Annotated[int | None, Field(description="The job's number; without it all are listed.")] = None,
        action: Annotated[
            Literal["show", "cancel"], Field(description="Show the job's result, or cancel it.")
        ] = "show",
        wait: Annotated[float, Field(description="How long to wait for its result, s.", ge=0, le=3600)] = 0.0,
    ) -> Answer:
        """List the jobs of this server, wait for one and show its result, or cancel one."""
        if number is None:
            if action == "cancel":
                raise PinxitError("cancel needs the number of a job: call jobs without it to list them.")
            return [_text("\n".join(job.line for job in table.all()) or "there are no jobs.")]
        job = table.get(number)
        if action == "cancel":
            table.cancel(job)
            return [_text(f"{job.line}; it ends before its next step.")]
        return await _follow(context, table, job, wait, cancel=False)

    return server


def _in_one_sentence(tool: Callable[P, Awaitable[Answer]]) -> Callable[P, Awaitable[Answer]]:
    """Report a user's mistake as the tool's error."""

    @functools.wraps(tool)
    async def wrapped(*arguments: P.args, **named: P.kwargs) -> Answer:
        try:
            return await tool(*arguments, **named)
        except PinxitError as error:
            raise ToolError(str(error)) from error

    return wrapped


async def _follow(context: Context, table: JobTable, job: Job, wait: float, *, cancel: bool = True) -> Answer:
    """Report a job's progress until it ends or the time is over, and answer with what came of it.

    Args:
        context: the call.
        table: the table of jobs.
        job: the job.
        wait: how long to wait, s.
        cancel: whether the job is cancelled with the call.
    """
    import anyio

    begin, reported = time.monotonic(), ""
    try:
        while not job.ended.is_set() and time.monotonic() < begin + wait:
            if job.facts != reported:
                reported = job.facts
                await context.report_progress(job.share, 1.0, reported)
            await anyio.sleep(_POLL)
    except anyio.get_cancelled_exc_class():
        if cancel:
            table.cancel(job)
        raise
    if job.state == "failed":
        raise PinxitError(job.facts)
    if job.result is None:
        return [
            _text(job.line if job.ended.is_set() else f"{job.line}; call jobs with number {job.number} to follow it.")
        ]
    answer: Answer = [_text(job.result.text)]
    if job.result.image:
        data = base64.b64encode(job.result.image).decode()
        answer.append(ImageContent(type="image", data=data, mime_type=job.result.mime))
    return answer


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _text(text: str) -> TextContent:
    return TextContent(type="text", text=text)
