"""What the routes work with: one of each, made when the studio starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from pinxit.jobs.jobs import Jobs
from pinxit.jobs.quick import Quick
from pinxit.jobs.store import Store
from pinxit.studio.gate import Gate
from pinxit.studio.hub import Hub
from pinxit.studio.settings import Studio
from pinxit.studio.turns import Turns
from pinxit.studio.watch import Metrics


@dataclass(frozen=True)
class Parts:
    """A studio's parts.

    Attributes:
        studio: how it was started.
        store: files and results.
        jobs: the queue.
        quick: worker processes for what is done at once.
        hub: where events come from.
        metrics: what is counted.
        looking: the door to looking into pictures: thumbnails, decoding.
        queueing: the door to the queue's database, which may be away.
        painting: the door to painting at once: previews, networks for the page.
        draw: draws a style or a sample by its name; what was drawn lately is at hand.
        turns: whose jobs wait.
        streams: open event streams of each client.
    """

    studio: Studio
    store: Store
    jobs: Jobs
    quick: Quick
    hub: Hub
    metrics: Metrics
    looking: Gate
    queueing: Gate
    painting: Gate
    draw: Callable[[str, int], bytes]
    turns: Turns
    streams: Counter[str] = field(default_factory=Counter)


async def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Here = Annotated[Parts, Depends(_parts)]
