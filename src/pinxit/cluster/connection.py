"""To a Ray cluster and back."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import warnings
from collections.abc import Iterator

from pinxit.errors import PinxitError

SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",  # a head reports even that statistics are off
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # what a painter may see of a GPU it says itself, as Ray asks for
    "RAY_DEDUP_LOGS_SKIP_REGEX": "^",  # what happens to painters is told by pinxit; Ray would print it among the results
}

PATIENCE = 10.0
"""Seconds for a machine to take a call; Ray itself would try for most of a minute, silently."""


@contextlib.contextmanager
def connected(address: str) -> Iterator[None]:
    """Be a driver of a cluster; what was started there ends when this ends, however it ends.

    Args:
        address: `auto` for the one that this machine belongs to, `HOST:6379`, or `ray://HOST:10001`.

    Raises:
        PinxitError: when Ray is not installed, or no cluster answers.
    """
    os.environ.update({name: value for name, value in SETTINGS.items() if name not in os.environ})
    try:
        import ray
    except ImportError as error:
        raise PinxitError('a cluster needs Ray: pip install "pinxit[cluster]".') from error
    if ray.is_initialized():
        yield
        return
    try:
        with _own_signals(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters is an error too
            _knock(address)
            ray.init(address, log_to_driver=False, logging_level=logging.CRITICAL)
    except (ConnectionError, ValueError, RuntimeError, OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).strip().split("\n")[0].rstrip(".")
        raise PinxitError(
            f"no Ray cluster answers at {address} ({reason}): `ray start --head` starts one, docs/cluster.md tells how."
        ) from error
    try:
        yield
    finally:
        with _own_signals():
            ray.shutdown()


def _knock(address: str) -> None:
    """Whether anything listens at an address with a port.

    Raises:
        OSError, OverflowError, ValueError: when nothing does, or nothing can.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon:
        return
    if not port.isdecimal():
        raise ValueError(f"{port!r} is no port")
    socket.create_connection((host.strip("[]"), int(port)), PATIENCE).close()


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Ray takes SIGTERM for itself; whoever called has it back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
