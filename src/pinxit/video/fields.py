"""Frames that hold two moments, each in every other row: one picture is made of them, or their combs would be painted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pinxit.video.ffmpeg import library


def deinterlaced(frames: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
    """Yield decoded frames, those that are interlaced through FFmpeg's bwdif, and whether one has been so far.

    The filter comes in with the first interlaced frame, and lets the others pass as they are.
    """
    graph: Any = None
    shape: tuple[int, int, str] | None = None
    for frame in frames:
        if graph is None and not frame.interlaced_frame:
            yield frame, False
            continue
        now = (frame.width, frame.height, frame.format.name)
        if now != shape:
            yield from ((late, True) for late in _pulled(graph, None))
            graph, shape = _graph(frame), now
        yield from ((whole, True) for whole in _pulled(graph, frame))
    yield from ((late, True) for late in _pulled(graph, None))


def _graph(frame: Any) -> Any:
    av = library()
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format.name, time_base=frame.time_base
    )
    graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
    graph.configure()
    return graph


def _pulled(graph: Any, frame: Any) -> Iterator[Any]:
    """Put a frame in, or None when there are no more, and yield what comes out."""
    if graph is None:
        return
    av = library()
    graph.vpush(frame)
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return
