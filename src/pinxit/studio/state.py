"""The application's state: one of each object that the routes share, made when the studio starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from pinxit.jobs.files import File
from pinxit.jobs.saved_presets import SavedPresets
from pinxit.jobs.service import JobService
from pinxit.jobs.shelf import Shelf
from pinxit.jobs.store import Store
from pinxit.jobs.task_pool import TaskPool
from pinxit.jobs.taste_store import TasteStore
from pinxit.studio.client_quota import ClientQuota
from pinxit.studio.concurrency import ConcurrencyLimiter
from pinxit.studio.config import StudioConfig
from pinxit.studio.metrics import Metrics


@dataclass(frozen=True)
class AppState:
    """A running studio: everything that its routes work with.

    Attributes:
        config: how it was started.
        store: files and results.
        jobs: the queue.
        task_pool: worker processes for short tasks, which requests wait for.
        metrics: counts for Prometheus.
        decode_limiter: limits tasks that decode pictures: uploads, thumbnails.
        queue_limiter: limits calls of the queue's database, which may be slow or away.
        paint_limiter: limits tasks that paint while a request waits: previews, networks for the page.
        draw: draws a house style or a sample by its name and size in px, and caches the pictures drawn last.
        taste: the person's taste, and the statistics of pictures that were measured.
        shelf: the person's own styles, favourites and tags.
        presets: the presets that were saved.
        client_quota: the waiting jobs of each client.
        open_streams: number of open event streams of each client.
    """

    config: StudioConfig
    store: Store
    jobs: JobService
    task_pool: TaskPool
    metrics: Metrics
    decode_limiter: ConcurrencyLimiter
    queue_limiter: ConcurrencyLimiter
    paint_limiter: ConcurrencyLimiter
    draw: Callable[[str, int], bytes]
    taste: TasteStore
    shelf: Shelf
    presets: SavedPresets
    client_quota: ClientQuota
    open_streams: Counter[str] = field(default_factory=Counter)

    def store_made(self, name: str, content: bytes) -> File:
        """Store a file that the studio itself made for a request; room is made for it.

        Args:
            name: what it is called.
            content: its bytes.
        """
        self.store.make_room(len(content))
        with self.store.files.new() as incoming:
            incoming.write(content)
            incoming.flush()
            file, _ = incoming.commit(name, self.task_pool.inspect(incoming.path))
        return file


async def _state_of(request: Request) -> AppState:
    state: AppState = request.app.state.studio
    return state


AppStateDep = Annotated[AppState, Depends(_state_of)]
