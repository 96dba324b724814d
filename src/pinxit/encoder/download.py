"""Fetch one file from a fixed address: resumable, checked, and either whole or absent."""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from pinxit.digest import file_sha256
from pinxit.errors import PinxitError

Report = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes in all (0 where the server does not say)."""

_BLOCK = 1 << 20


def download(url: str, target: Path, sha256: str, report: Report | None = None, timeout: float = 30.0) -> Path:
    """Fetch `url` into `target`; what an earlier call left unfinished beside it (`*.part`) is continued.

    Args:
        sha256: what the file's SHA-256 must be, or how it must begin.
        timeout: seconds without an answer after which to give up.

    Raises:
        PinxitError: when the server cannot be reached or breaks off, or the file is not the expected one.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        _fetch(url, part, report, timeout)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise PinxitError(
            f"cannot fetch {url} ({reason}): run the command again to continue where it stopped, "
            "or fetch the file elsewhere and give it by --encoder-weights."
        ) from error
    found = file_sha256(part)
    if not found.startswith(sha256):
        part.unlink()
        raise PinxitError(
            f"{url} gave a file with SHA-256 {found[:16]}… instead of {sha256[:16]}…: it was thrown away."
        )
    part.replace(target)
    return target


def _own(path: str, flags: int) -> int:
    """Open a file whose name is known beforehand, for it is continued: never what a link there leads to."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _fetch(url: str, part: Path, report: Report | None, timeout: float) -> None:
    there = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={there}-"} if there else {})  # noqa: S310
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)  # noqa: S310 - the address is a constant of this package
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # all of it is there already: the checksum decides
        raise
    with answer:
        if there and answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            there = 0  # the server starts from the beginning
        length = int(answer.headers.get("Content-Length") or 0)
        total = there + length if length else 0
        with open(part, "ab" if there else "wb", opener=_own) as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                there += len(block)
                if report:
                    report(there, total)
    if total and there < total:
        raise http.client.IncompleteRead(b"", total - there)
