"""A user's home for each host program, with a studio of that user: the plug-ins find it as they do on any machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pinxit import image as pictures
from tests.clock import PATIENCE
from tests.screen import with_screen
from tests.studio.studio_process import GENEROUS_LIMITS, StudioProcess, run_studio


@dataclass
class User:
    """A user's home folder.

    Attributes:
        home: the folder.
        environment: of the user's programs.
        studio: the user's studio.
        photo: a photograph, 160 px wide.
    """

    home: Path
    environment: dict[str, str]
    studio: StudioProcess
    photo: Path

    def run(self, *command: object, screen: bool = False) -> str:
        """Run a program, with a screen of its own on request, and return what it printed."""
        screened = with_screen() if screen else []
        process = subprocess.Popen(
            [*screened, *map(str, command)],
            env=self.environment,
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            # Also what the program started: a Krita that is left would take the next one's files.
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"{command[0]} did not end: {process.communicate()[0]}") from None
        assert process.returncode == 0, printed
        return printed


@contextlib.contextmanager
def run_user(home: Path) -> Iterator[User]:
    """Make a user's home folder and run the user's studio."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_RUNTIME_DIR": str(home),
        "LC_ALL": "C.UTF-8",
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "QT_LOGGING_RULES": "*=false",
    }
    photo = home / "photo.png"
    pictures.write(pictures.fit(pictures.sample("cat"), 160), photo)
    data = home / ".local" / "share" / "pinxit"
    data.mkdir(parents=True)
    with run_studio(data / "studio", limits=GENEROUS_LIMITS, lean=True) as studio:
        yield User(home, environment, studio, photo)


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    with run_user(tmp_path_factory.mktemp("user")) as user:
        yield user


def requires(*programs: str) -> pytest.MarkDecorator:
    """Skip a test where one of these programs is missing."""
    missing = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(missing), reason=f"there is no {', '.join(missing)}: apt-get install it")
