"""A client of the studio for other programs: it needs Python 3.8 and its standard library, and nothing else of pinxit.

Programs with a Python of their own, such as Krita and Blender, carry a copy of this file. `open_studio` finds the studio that
runs on this machine, or starts one; `Studio.paint` uploads, orders, follows and returns the result:

    studio = open_studio()
    order = {"content": studio.upload("photo.png"), "styles": [{"name": "house:swirl"}], "preset": "instant"}
    painted = studio.paint(order, on_progress=print)
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

API = "/api/v1"
PORT = 8420
"""The port that `pinxit studio` listens on where it is free."""
OLDEST = (0, 2)
"""The oldest version of pinxit that this client can use."""
RUNNING_FILE = "studio.json"
"""The file in a studio's folder that says where it listens while it runs."""
INSTALLATION_FILE = "installation.json"
"""The file beside a copy of this file that says how pinxit is started; `pinxit plugin install` writes it."""

_ENDED = ("succeeded", "failed", "cancelled")
_POLL_SECONDS = 0.25
_REQUEST_SECONDS = 60.0
# s: a preview of a picture that the studio sees for the first time waits for its processes to load the network.
_PREVIEW_SECONDS = 180.0
# s: a studio that restarts goes on with its jobs, so a client waits for it.
_AWAY_SECONDS = 60.0
# s: the first start on a slow machine reads some hundred megabytes from the disk.
_START_SECONDS = 120.0
# Variables by which programs with their own Python and libraries would mislead another Python.
_MISLEADING = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "QT_PLUGIN_PATH", "DYLD_LIBRARY_PATH")
_AWAY = "The studio does not answer: start it by `pinxit studio`, then try again."


class StudioError(Exception):
    """What went wrong, in one sentence for the user."""


class StudioAwayError(StudioError):
    """No studio answers."""


class TokenError(StudioError):
    """The studio asks for its token."""


class CancelledError(StudioError):
    """The user cancelled the job."""


class Studio:
    """One running studio.

    Args:
        address: its address, as `http://127.0.0.1:8420`.
        token: what `pinxit studio` printed after `token=`, where it needs one.

    Raises:
        StudioError: when no studio answers there, when it asks for another token, or when it is too old or too new.
    """

    def __init__(self, address: str, token: str = "") -> None:
        self.address = address.rstrip("/")
        self._token = token
        # Proxies are for other machines; a studio on this one must not be asked for through them.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        about = self.get("/")
        if not isinstance(about, dict) or about.get("name") != "pinxit":
            raise StudioAwayError(f"{self.address} is not a pinxit studio: check the address.")
        self.version = str(about.get("version", ""))
        """The studio's version."""
        if about.get("api") != API:
            raise StudioError(
                f"The studio (pinxit {self.version}) is newer than this plug-in: run `pinxit plugin install` again."
            )
        if _numbers(self.version) < OLDEST:
            raise StudioError(
                f"The studio (pinxit {self.version}) is too old for this plug-in, which needs {'.'.join(map(str, OLDEST))}: "
                "pip install --upgrade pinxit, then start the studio again."
            )
        self.limits: dict[str, Any] = about["limits"]
        """The limits of its clients: `upload_bytes`, and `largest`, the longest side in px by engine."""
        self.presets: dict[str, dict[str, Any]] = {one["name"]: one["settings"] for one in about["presets"]}
        """All settings of each preset by its name."""

    def styles(self) -> list[dict[str, str]]:
        """Return the styles that need no upload, each with `name`, `title`, `sha256` and `kind`."""
        found: list[dict[str, str]] = self.get("/styles")
        return found

    def thumbnail(self, style: dict[str, str]) -> bytes:
        """Return a small picture of one of `styles`: a PNG file of a house style, a WebP file of a network."""
        kind = "&kind=png" if style["kind"] == "house" else ""
        return self.request("GET", style["thumbnail"][len(API) :] + kind)

    def style(self, name: str) -> dict[str, str]:
        """Return a style as an order names it: `house:NAME`, a network trained here by its name, or a file to upload."""
        if name.startswith(("house:", "sample:")):
            return {"name": name}
        for one in self.styles():
            if one["name"] == name:
                return {"name": name, "sha256": one["sha256"]}
        return self.upload(name)

    def upload(self, file: str | os.PathLike[str] | bytes, name: str = "") -> dict[str, str]:
        """Upload a file, and return it as an order names it.

        Args:
            file: its path, or its content.
            name: what to call it; the name of the path where it is empty.

        Raises:
            StudioError: when it cannot be read, is larger than the studio takes, or is nothing that pinxit can use.
        """
        if not isinstance(file, bytes):
            path = Path(file)
            name = name or path.name
            try:
                self._check_length(path.stat().st_size, name)
                file = path.read_bytes()
            except OSError as error:
                raise StudioError(f"{path} cannot be read ({error.strerror or error}).") from error
        name = name or "picture"
        self._check_length(len(file), name)
        answer = self.request("POST", "/files?" + urllib.parse.urlencode({"name": name}), file)
        return {"name": name, "sha256": json.loads(answer)["id"]}

    def check_size(self, width: int, height: int, preset: str = "instant") -> None:
        """Check that a preset may paint a picture in its full size.

        Args:
            width: of the picture, px.
            height: of the picture, px.
            preset: the preset's name.

        Raises:
            StudioError: when the picture is too large.
        """
        engine = self.presets[preset]["engine"]
        largest, side = int(self.limits["largest"][engine]), max(width, height)
        if side > largest:
            raise StudioError(
                f"The picture is too large: its longer side has {side} px, and the studio paints up to {largest} px with the "
                f"preset {preset}. Choose a smaller size."
            )

    def preview(self, order: dict[str, Any]) -> bytes:
        """Paint an order small by a network, at once and without a job, and return the picture as a PNG file."""
        return self.request("POST", "/preview?kind=png", {"work": "stylize", **order}, seconds=_PREVIEW_SECONDS)

    def put(self, order: dict[str, Any], title: str = "") -> str:
        """Put a job into the queue and return its id.

        Args:
            order: what to make; see the studio's HTTP API.
            title: what the gallery calls the result.
        """
        job = str(uuid.uuid4())
        # The id is chosen here, so that putting it again after a lost answer makes no second job.
        self.request("PUT", "/jobs/" + job, {"order": {"work": "stylize", **order}, "title": title})
        return job

    def job(self, job: str) -> dict[str, Any]:
        """Return a job's state: `state`, `progress`, `error` and more."""
        found: dict[str, Any] = self.get("/jobs/" + job)
        return found

    def cancel(self, job: str) -> None:
        """Cancel a job; one that has ended stays as it is."""
        with contextlib.suppress(StudioError):
            self.request("POST", f"/jobs/{job}/cancel")

    def follow(
        self,
        job: str,
        on_progress: Callable[[float, str], object] | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
    ) -> dict[str, Any]:
        """Wait for a job and return its result, whose `files` each have a `role`, an `id` and a `name`.

        A studio that is restarted meanwhile is waited for.

        Args:
            job: the job's id.
            on_progress: called with the part that is done, 0 to 1, and a sentence about it.
            is_cancelled: asked several times a second; the job is cancelled when it returns True.

        Raises:
            CancelledError: when the job was cancelled, here or in the studio.
            StudioError: when it failed, or the studio was away for a minute.
        """
        last_answer = time.monotonic()
        while True:
            if is_cancelled():
                self.cancel(job)
                raise CancelledError("The job was cancelled.")
            try:
                record = self.job(job)
                last_answer = time.monotonic()
            except StudioAwayError:
                if time.monotonic() - last_answer > _AWAY_SECONDS:
                    raise
                time.sleep(_POLL_SECONDS)
                continue
            state = record["state"]
            if state == "succeeded":
                result: dict[str, Any] = self.get("/results/" + job)
                return result
            if state == "cancelled":
                raise CancelledError("The job was cancelled.")
            if state == "failed":
                message = str((record.get("error") or {}).get("message") or "the studio's log says why")
                raise StudioError("The studio could not paint it: " + message)
            if on_progress is not None:
                on_progress(*_progress(record))
            time.sleep(_POLL_SECONDS)

    def fetch(self, file: str) -> bytes:
        """Return the content of a stored file by its id."""
        return self.request("GET", "/files/" + file)

    def paint(
        self,
        order: dict[str, Any],
        on_progress: Callable[[float, str], object] | None = None,
        is_cancelled: Callable[[], bool] = lambda: False,
        title: str = "",
    ) -> dict[str, bytes]:
        """Make an order and return the files of its result by their roles, as `picture`.

        Args:
            order: what to make.
            on_progress: see `follow`.
            is_cancelled: see `follow`.
            title: what the gallery calls the result.

        Raises:
            StudioError: see `follow`.
        """
        result = self.follow(self.put(order, title), on_progress, is_cancelled)
        return {one["role"]: self.fetch(one["id"]) for one in result["files"]}

    def get(self, path: str) -> Any:
        """Return the JSON data at a path of the API."""
        try:
            return json.loads(self.request("GET", path))
        except ValueError as error:
            raise StudioAwayError(f"{self.address} is not a pinxit studio: check the address.") from error

    def request(
        self,
        method: str,
        path: str,
        body: bytes | dict[str, Any] | None = None,
        seconds: float = _REQUEST_SECONDS,
    ) -> bytes:
        """Send a request and return the body of the response.

        Args:
            method: the method of HTTP.
            path: the path within the API.
            body: bytes, or JSON data.
            seconds: time limit for each part of the response, s.

        Raises:
            StudioError: when the studio does not answer, or refuses; the sentence is the studio's own.
        """
        headers = {"Accept": "*/*"}
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        data = None
        if isinstance(body, bytes):
            data, headers["Content-Type"] = body, "application/octet-stream"
        elif body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        elif method == "POST":
            data = b""
        address = self.address + API + path
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - the caller's studio
        try:
            with self._opener.open(request, timeout=seconds) as response:
                content: bytes = response.read()
                return content
        except urllib.error.HTTPError as error:
            raise _refusal(error) from error
        # A connection that ends in the middle is reported by exceptions of `http.client` and of sockets.
        except (OSError, http.client.HTTPException) as error:
            raise StudioAwayError(_AWAY) from error

    def _check_length(self, length: int, name: str) -> None:
        largest = int(self.limits["upload_bytes"])
        if length > largest:
            raise StudioError(
                f"{name} is too large: it has {length / 1e6:.1f} MB, and the studio takes files up to {largest / 1e6:.1f} MB."
            )


def open_studio(home: str | None = None, command: Sequence[str] | None = None) -> Studio:
    """Return the studio that runs on this machine, or start one and return it when it answers.

    Args:
        home: the studio's folder; the user's own where left out.
        command: how pinxit is started; as it was installed where left out.

    Raises:
        StudioError: when it cannot be started, or is too old or too new.
    """
    try:
        return find_studio(home)
    except StudioAwayError:
        return _start(home, list(command or pinxit_command()))


def find_studio(home: str | None = None) -> Studio:
    """Return the studio that runs on this machine.

    Args:
        home: the studio's folder; the user's own where left out.

    Raises:
        StudioAwayError: when none runs.
        StudioError: when it is too old or too new, or was started with `--token` and `PINXIT_TOKEN` does not give its token.
    """
    token = os.environ.get("PINXIT_TOKEN", "")
    try:
        running = json.loads((Path(home or default_home()) / RUNNING_FILE).read_text(encoding="utf-8"))
        return Studio(str(running["address"]), str(running["token"]) or token)
    except (OSError, ValueError, LookupError, TypeError, StudioAwayError):
        # There is no such file before 0.2.0; after a power failure it may be an old one.
        if home is not None:
            raise StudioAwayError(_AWAY) from None
    try:
        return Studio(f"http://127.0.0.1:{PORT}", token)
    except TokenError:
        # On this port another account's studio may listen, which is none of ours.
        raise StudioAwayError(_AWAY) from None


def default_home() -> Path:
    """Return the folder of the user's studio, as `pinxit studio` chooses it."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "pinxit" / "pinxit" / "studio"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "pinxit" / "studio"
    data = os.environ.get("XDG_DATA_HOME", "").strip()
    return (Path(data) if data else Path.home() / ".local" / "share") / "pinxit" / "studio"


def pinxit_command() -> list[str]:
    """Return the words that start pinxit.

    Raises:
        StudioError: when it is not to be found.
    """
    try:
        text = Path(__file__).with_name(INSTALLATION_FILE).read_text(encoding="utf-8")
        command = [str(word) for word in json.loads(text)["command"]]
        if command and shutil.which(command[0]):
            return command
    except (OSError, ValueError, LookupError, TypeError):
        pass  # this file was not installed by `pinxit plugin install`
    found = shutil.which("pinxit")
    if found is None:
        raise StudioError(
            "No studio runs and pinxit is not found on this machine: pip install 'pinxit[studio]', then start `pinxit studio`."
        )
    return [found]


def _start(home: str | None, command: list[str]) -> Studio:
    """Start a studio that outlives this program, and return it when it answers."""
    arguments = ["studio", "--no-browser", "--port", str(_free_port())]
    if home is not None:
        arguments += ["--home", home]
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(  # noqa: S603 - pinxit itself
                command + arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=environment,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise StudioError(f"{command[0]} cannot be started ({error.strerror or error}).") from error
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            ended = process.poll() is not None
            with contextlib.suppress(StudioAwayError):
                return find_studio(home)
            if ended:
                log.seek(0)
                sentence = _last_sentence(log.read())
                # Another program started it at the same time, and that one will answer.
                if "another studio is at work" not in sentence:
                    raise StudioError(f"The studio did not start: {sentence}")
            time.sleep(_POLL_SECONDS)
    raise StudioAwayError("The studio was started but does not answer: run `pinxit studio` in a terminal to see why.")


def _last_sentence(log: bytes) -> str:
    """Return the last line that a program wrote, without the program's name."""
    lines = log.decode("utf-8", "replace").strip().splitlines()
    line = lines[-1].strip() if lines else "it gave no reason."
    return line[len("pinxit: ") :] if line.startswith("pinxit: ") else line


def _free_port() -> int:
    """Return the studio's own port where it is free; 0, for any other, where it is not."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        try:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the studio itself does
            probe.bind(("127.0.0.1", PORT))
        except OSError:
            return 0
    return PORT


def _refusal(error: urllib.error.HTTPError) -> StudioError:
    """Return the studio's own sentence about a request that it refused."""
    if error.code == 401:
        return TokenError("The studio asks for its token: set PINXIT_TOKEN to the one that `pinxit studio` printed.")
    try:
        message = str(json.loads(error.read())["error"]["message"])
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
        # Not an answer of a studio.
        return (
            StudioAwayError(_AWAY)
            if error.code in (404, 502, 504)
            else StudioError(f"The studio answered {error.code}.")
        )
    return StudioError(message[:1].upper() + message[1:])


def _progress(record: dict[str, Any]) -> tuple[float, str]:
    """Return the part of a job that is done, 0 to 1, and a sentence about it."""
    if record["state"] in ("queued", "paused"):
        waiting = record.get("position")
        return 0.0, f"Waiting for {waiting} other jobs" if waiting else "Waiting"
    progress = record.get("progress") or {}
    seconds = progress.get("seconds_left")
    left = "" if seconds is None else f", {max(1, round(seconds))} s left"
    return float(progress.get("fraction") or 0.0), "Painting" + left


def _numbers(version: str) -> tuple[int, ...]:
    """`0.2.0.dev0` → `(0, 2, 0)`."""
    numbers: list[int] = []
    for part in version.split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers)
