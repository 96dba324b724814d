"""Run the Dockerfile's steps without an engine, start what it starts, and ask it: `make container`.

python tests/packaging/check_container.py [--build-arg NAME=VALUE …]

Every stage is an overlay over this machine's own root, which stands for the base image: a Debian with a Python. What a
step writes goes to a temporary folder. So this checks that the steps succeed in their order, with their users, folders and
variables, that the studio starts, is healthy, asks for its token and paints as an account without rights, and that it
writes to the volume alone. It does not check the base image itself. It needs Linux, root and overlay mounts.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pathspec
from dockerfile_parse import DockerfileParser

ROOT = Path(__file__).parents[2]
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TOKEN = "a-token-of-the-check"  # noqa: S105 - of a studio that lives for seconds
INSIDE = "PINXIT_CHECK_INSIDE"
# Where pip takes packages from is the machine's affair, as an engine's proxy settings are.
FROM_MACHINE = re.compile(r"PIP_|UV_|npm_|NODE_EXTRA|SSL_|HTTPS?_PROXY", re.IGNORECASE)
ASK = """
import json, sys, urllib.error, urllib.request
def ask(path, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:8420" + path, headers=headers)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""
print(json.dumps([ask("/")[0], *ask("/", Authorization="Bearer " + sys.argv[1])]))
"""


@dataclass
class Stage:
    """A stage of the build.

    Attributes:
        root: where its files are.
        written: the folder that holds what its steps wrote.
        variables: of its steps and of what it starts.
        user: `uid:gid` of its steps.
        folder: the working directory within it.
        arguments: values of its ARG.
        last: the exec forms of HEALTHCHECK, ENTRYPOINT and CMD.
        volumes: the folders that are volumes.
    """

    root: Path
    written: Path
    variables: dict[str, str] = field(default_factory=lambda: {"PATH": SYSTEM_PATH})
    user: str = "0:0"
    folder: str = "/"
    arguments: dict[str, str] = field(default_factory=dict)
    last: dict[str, list[str]] = field(default_factory=dict)
    volumes: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process in it."""
        home = "/root" if self.user.startswith("0") else "/home/pinxit"
        outside = {name: value for name, value in os.environ.items() if FROM_MACHINE.match(name)}
        return {**outside, "HOME": home, **self.variables}

    def command(self, *command: str) -> list[str]:
        """Return a command as it is started in this root, by its user and in its folder."""
        there = ["env", "-C", self.folder, *command]
        return ["chroot", f"--userspec={self.user}", str(self.root), *there]


def mount(folder: Path) -> Stage:
    """Return a new stage, over the root of this machine, with its Python as `python`."""
    upper, work, root = (folder / name for name in ("upper", "work", "root"))
    for one in (upper, work, root):
        one.mkdir(parents=True)
    places = f"lowerdir=/,upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", places, str(root)], check=True)
    for name in ("proc", "dev"):
        subprocess.run(["mount", "--rbind", f"/{name}", str(root / name)], check=True)
    python = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    for parent in python.parents[:-1]:
        (root / parent.relative_to("/")).chmod(0o755)  # an account without rights reads it as well
    (root / "usr/local/bin").mkdir(parents=True, exist_ok=True)
    for name, line in {"python": f"exec {python}", "python3": f"exec {python}", "pip": f"exec {python} -m pip"}.items():
        script = root / "usr/local/bin" / name
        script.unlink(missing_ok=True)  # it may be a link of this machine's
        script.write_text(f'#!/bin/sh\n{line} "$@"\n')
        script.chmod(0o755)
    return Stage(root, upper)


def context() -> Path:
    """Return a folder with the files that an engine would be sent: those that .dockerignore leaves."""
    ignored = pathspec.PathSpec.from_lines("gitwildmatch", (ROOT / ".dockerignore").read_text().splitlines())
    # The machine's own folders, which are never part of a clone.
    skipped = {".git", ".venv", "node_modules", "out", "dist"}
    folder = Path(tempfile.mkdtemp(prefix="context-", dir=os.environ[INSIDE]))
    for parent, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in skipped]
        for name in names:
            path = Path(parent, name).relative_to(ROOT)
            if not ignored.match_file(path):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / path, folder / path)
    return folder


class Build:
    """The steps of a Dockerfile, one method for each instruction; one that it does not know ends the check.

    Args:
        arguments: values of `--build-arg`.
    """

    def __init__(self, arguments: Mapping[str, str]) -> None:
        self._given = arguments
        self._before: dict[str, str] = {}
        self._stages: dict[str, Stage] = {}
        self._context = context()
        self._stage: Stage | None = None

    @property
    def stage(self) -> Stage:
        """The stage that is being built."""
        assert self._stage is not None, "a step stands before FROM"
        return self._stage

    def do(self, instruction: str, value: str) -> None:
        """Carry out one step."""
        print(f"{instruction} {' '.join(value.split())[:100]}", flush=True)
        getattr(self, f"do_{instruction.lower()}")(value)

    def do_comment(self, value: str) -> None:
        """Pass over a comment."""

    def do_arg(self, value: str) -> None:
        """Set an argument of the stage, or, before the first, of the FROM lines."""
        name, _, default = value.partition("=")
        arguments = self._before if self._stage is None else self.stage.arguments
        arguments[name] = self._given.get(name, default)

    def do_from(self, value: str) -> None:
        """Begin a stage."""
        image, *name = re.split(r"\s+AS\s+", string.Template(value).substitute(self._before), flags=re.IGNORECASE)
        assert re.fullmatch(r"python:3\.\d+-slim-bookworm", image), f"nothing here stands for {image}"
        self._stage = mount(Path(os.environ[INSIDE]) / f"stage{len(self._stages)}")
        self._stages[name[0] if name else "last"] = self._stage

    def do_copy(self, value: str) -> None:
        """Copy files of the context or of another stage."""
        *sources, target = value.split()
        root = self._context
        if sources[0].startswith("--from="):
            root = self._stages[sources.pop(0).removeprefix("--from=")].root
        into = self.stage.root / Path(self.stage.folder, target).relative_to("/")
        for source in sources:
            path = root / source.lstrip("/")
            if path.is_dir():
                shutil.copytree(path, into, dirs_exist_ok=True)
            else:
                goal = into / path.name if target.endswith("/") else into
                goal.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, goal)

    def do_run(self, value: str) -> None:
        """Run a line of shell."""
        environment = {**self.stage.environment, **self.stage.arguments}
        subprocess.run(self.stage.command("/bin/sh", "-c", value), env=environment, check=True)

    def do_env(self, value: str) -> None:
        """Set variables."""
        for pair in value.split():
            name, _, text = pair.partition("=")
            self.stage.variables[name] = string.Template(text).substitute(self.stage.variables)

    def do_user(self, value: str) -> None:
        """Change the user."""
        assert re.fullmatch(r"\d+:\d+", value), "the user is given by numbers"
        self.stage.user = value

    def do_workdir(self, value: str) -> None:
        """Change the working directory."""
        self.stage.folder = value
        (self.stage.root / value.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def do_volume(self, value: str) -> None:
        """Note a volume."""
        self.stage.volumes.append(value)

    def do_expose(self, value: str) -> None:
        """Check the port that compose.yaml publishes."""
        assert f'"127.0.0.1:{value}:{value}"' in (ROOT / "compose.yaml").read_text()

    def do_healthcheck(self, value: str) -> None:
        """Note the check."""
        self.stage.last["HEALTHCHECK"] = json.loads(value[value.index("CMD ") + 4 :])

    def do_entrypoint(self, value: str) -> None:
        """Note the program."""
        self.stage.last["ENTRYPOINT"] = json.loads(value)

    def do_cmd(self, value: str) -> None:
        """Note its arguments."""
        self.stage.last["CMD"] = json.loads(value)


def check_started(stage: Stage) -> None:
    """Start what the image starts, without a network but its own, and ask it."""
    assert not stage.user.startswith("0:"), "it runs without rights"
    # Inside a network of its own the port is free, and nothing can be fetched.
    alone = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && sleep 900"], stdout=subprocess.PIPE
    )
    assert alone.stdout is not None
    assert alone.stdout.readline() == b"up\n"

    def start(*command: str) -> list[str]:
        return ["nsenter", f"--net=/proc/{alone.pid}/ns/net", *stage.command(*command)]

    environment = {**stage.environment, "PINXIT_TOKEN": TOKEN}
    before = time.time()
    studio = subprocess.Popen(start(*stage.last["ENTRYPOINT"], *stage.last["CMD"]), env=environment)
    try:
        while subprocess.run(start(*stage.last["HEALTHCHECK"]), env=environment, capture_output=True).returncode != 0:
            assert studio.poll() is None, "the studio ended"
            assert time.time() - before < 90, "the studio is not healthy within its start period"
            time.sleep(1)
        print(f"healthy after {time.time() - before:.0f} s", flush=True)
        asked = subprocess.run(
            start("python", "-c", ASK, TOKEN), env=environment, capture_output=True, text=True, check=True
        )
        without, with_token, page = json.loads(asked.stdout)
        assert (without, with_token) == (401, 200)
        assert "<title>" in page
        paint = ["pinxit", "stylize", "sample:cat", "-s", "house:swirl", "--size", "64", "-p", "draft", "-o", "cat.png"]
        subprocess.run(start(*paint), env=environment, check=True)
        assert (stage.root / "data/cat.png").stat().st_uid == int(stage.user.partition(":")[0])
        studio.terminate()
        assert studio.wait(timeout=15) == 0, "SIGTERM ends it, as `docker stop` does"
    finally:
        studio.kill()
        alone.kill()
    elsewhere = [
        str(path)
        for path in stage.written.rglob("*")
        if path.is_file() and not path.is_symlink() and path.stat().st_ctime > before
        and not str(path.relative_to(stage.written)).startswith(("data/", "tmp/"))
    ]  # fmt: skip
    assert not elsewhere, f"it writes outside of its volume: {elsewhere[:5]}"


def main() -> None:
    """Check the Dockerfile, in a mount namespace that ends with this process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-arg", nargs="*", default=[], metavar="NAME=VALUE")
    given = dict(pair.split("=", 1) for pair in parser.parse_args().build_arg)
    if INSIDE not in os.environ:
        with tempfile.TemporaryDirectory(prefix="pinxit-container-") as folder:
            command = ["unshare", "--mount", sys.executable, *sys.argv]
            sys.exit(subprocess.run(command, env={**os.environ, INSIDE: folder}).returncode)
    build = Build(given)
    for step in DockerfileParser(fileobj=(ROOT / "Dockerfile").open("rb")).structure:
        build.do(step["instruction"], step["value"])
    check_started(build.stage)
    print("the container's steps are sound")


if __name__ == "__main__":
    main()
