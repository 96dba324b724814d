"""A studio's configuration, and the limits that hold for every client."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pinxit.jobs.service import MOST_QUEUED
from pinxit.jobs.store import QUOTA
from pinxit.jobs.worker_process import RayPlacement
from pinxit.studio.webhooks import Webhook

API = "/api/v1"
MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """The limits of a client; `GET /api/v1` shows the ones that a client needs to know.

    Attributes:
        upload_bytes: largest file.
        body_bytes: largest body of any other request.
        grace_seconds: time for a request's head, and for its body whatever the body's length.
        bytes_per_second: slowest rate at which a body may arrive after that.
        requests, requests_burst: requests a second from one client, and how many at once after a pause.
        heavy, heavy_burst: the same for requests that cost decoding or painting.
        waiting: heavy requests that may wait for a worker; further ones are refused.
        streams: open event streams of one client.
        queued: jobs that may wait.
        queued_by_client: jobs of one client that may wait.
    """

    upload_bytes: int = 1024 * MB
    body_bytes: int = 1 * MB
    grace_seconds: float = 20.0
    bytes_per_second: float = 32 * 1024.0
    requests: float = 60.0
    requests_burst: int = 600
    heavy: float = 5.0
    heavy_burst: int = 60
    waiting: int = 64
    streams: int = 16
    queued: int = MOST_QUEUED
    queued_by_client: int = MOST_QUEUED // 2


@dataclass(frozen=True)
class StudioConfig:
    """Where and how a studio runs.

    Attributes:
        home: the folder that holds all its data.
        host: the address that it listens on.
        port: the port that it listens on; 0 takes a free one.
        token: what clients must present; generated at the start where it is empty.
        names: public names under which a proxy with TLS serves it, each with its port where that is not 443.
        trusts_account: whether programs of the account that runs it need no token; determined at the start.
        database: the queue's database as `postgresql://…`; empty for a file in `home`.
        jobs: jobs that run at once; None for as many as suit the machine.
        placement: the Ray cluster that paints; None for this machine.
        quota: bytes that `home` may take.
        webhooks: addresses on this machine to notify of jobs that end.
        log_json: whether to log every request as a line of JSON on standard error.
        limits: the limits of its clients.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 8420
    token: str = ""
    names: tuple[str, ...] = ()
    trusts_account: bool = False
    database: str = ""
    jobs: int | None = None
    placement: RayPlacement | None = None
    quota: int = QUOTA
    webhooks: tuple[Webhook, ...] = ()
    log_json: bool = False
    limits: Limits = field(default_factory=Limits)
