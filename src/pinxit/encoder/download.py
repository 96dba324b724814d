"""Download one file from a fixed address: resumable, checked, and complete or absent."""

from __future__ import annotations

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from pinxit.errors import PinxitError
from pinxit.files.hashing import file_sha256

Report = Callable[[int, int], None]
"""Called with the bytes received so far and the total (0 if the server does not say)."""

_BLOCK = 1 << 20


def download(
    url: str,
    target: Path,
    sha256: str,
    report: Report | None = None,
    timeout: float = 30.0,
    instead: str = "download the file elsewhere and give it by --encoder-weights",
) -> Path:
    """Download `url` to `target`, resuming what an earlier call left unfinished beside it (`*.part`).

    Args:
        url: the address.
        target: the file to write.
        sha256: the file's SHA-256, or its first digits.
        report: called as bytes arrive; see `Report`.
        timeout: time without an answer after which to give up, s.
        instead: what else a person can do, for the error message when the server cannot be reached.

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
            f"cannot download {url} ({reason}): run the command again to continue where it stopped, or {instead}."
        ) from error
    found = file_sha256(part)
    if not found.startswith(sha256):
        part.unlink()
        raise PinxitError(f"{url} gave a file with SHA-256 {found[:16]}… instead of {sha256[:16]}…: it was deleted.")
    part.replace(target)
    return target


def _open_without_links(path: str, flags: int) -> int:
    """Open a file without following a link: its name is predictable, and what it held before is continued."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _fetch(url: str, part: Path, report: Report | None, timeout: float) -> None:
    there = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={there}-"} if there else {})  # noqa: S310
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)  # noqa: S310 - the address is a constant of this package
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # the file is already complete; the checksum decides
        raise
    with answer:
        if there and answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            there = 0  # the server sends the file from the beginning
        length = int(answer.headers.get("Content-Length") or 0)
        total = there + length if length else 0
        with open(part, "ab" if there else "wb", opener=_open_without_links) as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                there += len(block)
                if report:
                    report(there, total)
    if total and there < total:
        raise http.client.IncompleteRead(b"", total - there)
