"""The connection to a Ray cluster."""

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

RAY_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",  # a head node reports even that statistics are off
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # a worker sets CUDA_VISIBLE_DEVICES itself, as Ray asks for
    "RAY_DEDUP_LOGS_SKIP_REGEX": "^",  # pinxit reports the fate of workers; Ray would print it among the results
}

CONNECT_TIMEOUT = (
    10.0  # s: a machine must accept a connection within this; Ray would try for most of a minute, silently
)


@contextlib.contextmanager
def connected(address: str) -> Iterator[None]:
    """Connect to a cluster as a driver; whatever the driver started there ends with the context.

    Args:
        address: `auto` for the cluster that this machine belongs to, `HOST:6379`, or `ray://HOST:10001`.

    Raises:
        PinxitError: when Ray is not installed, or no cluster answers.
    """
    os.environ.update({name: value for name, value in RAY_ENVIRONMENT.items() if name not in os.environ})
    try:
        import ray
    except ImportError as error:
        raise PinxitError('a cluster needs Ray: pip install "pinxit[cluster]".') from error
    if ray.is_initialized():
        yield
        return
    try:
        with _preserve_sigterm(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # whatever matters is raised as an error, too
            _check_listening(address)
            ray.init(address, log_to_driver=False, logging_level=logging.CRITICAL)
    except (ConnectionError, ValueError, RuntimeError, OSError, OverflowError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).strip().split("\n")[0].rstrip(".")
        raise PinxitError(
            f"no Ray cluster answers at {address} ({reason}): `ray start --head` starts one, "
            "docs/how-to/cluster.md explains how."
        ) from error
    try:
        yield
    finally:
        with _preserve_sigterm():
            ray.shutdown()


def _check_listening(address: str) -> None:
    """Check that a process listens at an address with a port.

    Raises:
        OSError, OverflowError, ValueError: when none listens, or the port is not valid.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon:
        return
    if not port.isdecimal():
        raise ValueError(f"{port!r} is no port")
    socket.create_connection((host.strip("[]"), int(port)), CONNECT_TIMEOUT).close()


@contextlib.contextmanager
def _preserve_sigterm() -> Iterator[None]:
    """Restore the handler of SIGTERM, which Ray replaces."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
