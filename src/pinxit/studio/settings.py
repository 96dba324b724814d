"""What one studio is told at its start, and the limits that it holds everybody to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pinxit.jobs.jobs import MOST_QUEUED
from pinxit.jobs.painter import Seat
from pinxit.jobs.store import QUOTA

API = "/api/v1"
MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one client may ask for; all of it is told by `GET /api/v1`.

    Attributes:
        upload_bytes: of one file.
        body_bytes: of any other request's body.
        grace_seconds: how long a request's head may take, and its body whatever its length.
        slowest: bytes a second that a body must come with after that.
        requests, requests_burst: a second, from one client.
        heavy, heavy_burst: likewise of those that cost decoding or painting.
        waiting: heavy requests that may wait for a worker before others are turned away.
        streams: event streams of one client.
        queued, queued_by_one: jobs that may wait, and of one client.
    """

    upload_bytes: int = 1024 * MB
    body_bytes: int = 1 * MB
    grace_seconds: float = 20.0
    slowest: float = 32 * 1024.0
    requests: float = 60.0
    requests_burst: int = 600
    heavy: float = 5.0
    heavy_burst: int = 60
    waiting: int = 64
    streams: int = 16
    queued: int = MOST_QUEUED
    queued_by_one: int = MOST_QUEUED // 2


@dataclass(frozen=True)
class Studio:
    """Where and how a studio runs.

    Attributes:
        home: the folder that holds all it knows.
        host: the address it listens on.
        port: likewise; 0 takes a free one.
        token: what whoever comes must show; made up at the start where it is empty.
        names: public names under which a proxy with TLS answers for it, each with its port where that is not 443.
        trusts_account: whether programs of the account that runs it come in without the token; found out at the start.
        database: of the queue, as `postgresql://…`; empty for a file in `home`.
        painters: jobs that paint at once; as many as suit the machine where left out.
        seat: where jobs are painted, if not on this machine.
        quota: bytes that `home` may take.
        log_json: whether each request is told on standard error.
        limits: see there.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 8420
    token: str = ""
    names: tuple[str, ...] = ()
    trusts_account: bool = False
    database: str = ""
    painters: int | None = None
    seat: Seat | None = None
    quota: int = QUOTA
    log_json: bool = False
    limits: Limits = field(default_factory=Limits)
