"""Deinterlacing: a frame that shows two moments in alternate rows becomes one picture, before its combs are painted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pinxit.video.ffmpeg import import_av


def deinterlace(frames: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
    """Yield decoded frames, deinterlaced by FFmpeg's bwdif, each with whether any frame so far was interlaced.

    The filter is set up at the first interlaced frame, and passes progressive frames unchanged.
    """
    graph: Any = None
    shape: tuple[int, int, str] | None = None
    for frame in frames:
        if graph is None and not frame.interlaced_frame:
            yield frame, False
            continue
        now = (frame.width, frame.height, frame.format.name)
        if now != shape:
            yield from ((frame_out, True) for frame_out in _filtered(graph, None))
            graph, shape = _graph(frame), now
        yield from ((frame_out, True) for frame_out in _filtered(graph, frame))
    yield from ((frame_out, True) for frame_out in _filtered(graph, None))


def _graph(frame: Any) -> Any:
    av = import_av()
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format.name, time_base=frame.time_base
    )
    graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
    graph.configure()
    return graph


def _filtered(graph: Any, frame: Any) -> Iterator[Any]:
    """Push a frame into the filter, or None at the end, and yield the frames that come out."""
    if graph is None:
        return
    av = import_av()
    graph.vpush(frame)
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
