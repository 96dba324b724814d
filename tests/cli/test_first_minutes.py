"""What a person meets first: the greeting, the offer of styles, pages that help, the shell's completion."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pinxit import styles
from pinxit.cli import how_to_pages
from pinxit.cli.help_pages import PAGES, help_page
from pinxit.cli.main import COMMANDS
from pinxit.encoder import weights
from pinxit.errors import PinxitError
from pinxit.version import __version__
from tests.command_line import pinxit


class TestGreeting:
    def test_names_three_commands(self, tmp_path: Path) -> None:
        shown = pinxit(folder=tmp_path).stdout
        examples = [line.split()[1] for line in shown.splitlines() if line.startswith("    pinxit ")]
        assert len(examples) == 3
        assert set(examples) <= set(COMMANDS)
        assert max(map(len, shown.splitlines())) < 80, "it fits a terminal"

    def test_its_first_command_paints(self, tmp_path: Path) -> None:
        shown = pinxit(folder=tmp_path).stdout
        first = next(line for line in shown.splitlines() if line.startswith("    pinxit "))
        pinxit(*first.split()[1:], "--size", "128", folder=tmp_path)
        assert (tmp_path / "cat.png").exists()

    def test_version(self, tmp_path: Path) -> None:
        assert pinxit("--version", folder=tmp_path).stdout == f"{__version__}\n"

    def test_a_wrong_name_is_answered_with_the_right_one(self, tmp_path: Path) -> None:
        assert "Did you mean 'stylize', 'styles'?" in pinxit("stylise", folder=tmp_path, check=2).stderr


class TestStyleOffer:
    def test_lists_every_style_and_how_to_see_them(self, tmp_path: Path) -> None:
        done = pinxit("stylize", "sample:cat", folder=tmp_path, check=2)
        assert all(f"house:{name}" in done.stderr for name in styles.names())
        assert "`pinxit stylize sample:cat --style house:swirl`" in done.stderr
        assert "`pinxit styles`" in done.stderr
        assert not done.stdout
        assert not list(tmp_path.iterdir())

    def test_not_where_a_region_has_a_style(self, tmp_path: Path) -> None:
        done = pinxit("stylize", "sample:cat", "--region", "no-such.png=house:swirl", folder=tmp_path, check=2)
        assert "no style is given" not in done.stderr


class TestHelpPages:
    def test_every_module_exists(self) -> None:
        missing = [name for name in PAGES if importlib.util.find_spec(name) is None]
        assert not missing

    def test_every_page_exists(self) -> None:
        assert set(PAGES.values()) <= set(how_to_pages.names())

    def test_the_page_of_an_error(self) -> None:
        with pytest.raises(PinxitError) as caught:
            weights.source("vgg99")
        assert help_page(caught.value) == "weights"

    def test_none_for_an_error_that_needs_none(self) -> None:
        from pinxit.image import read

        with pytest.raises(PinxitError) as caught:
            read(Path("no-such.jpg"))
        assert help_page(caught.value) is None

    def test_stands_behind_the_sentence(self, tmp_path: Path) -> None:
        line = "stylize sample:cat --style house:swirl --encoder vgg19 --size 64"
        done = pinxit(*line.split(), folder=tmp_path, check=2)
        assert done.stderr.endswith(" Help: `pinxit help weights`\n")


class TestHelp:
    def test_lists_a_page_for_each_command(self, tmp_path: Path) -> None:
        lines = pinxit("help", folder=tmp_path).stdout.splitlines()
        assert {*COMMANDS, "cluster", "living-textures"} <= {line.split()[0] for line in lines if line}
        assert "video             paint a film" in lines

    @pytest.mark.parametrize("name", how_to_pages.names())
    def test_a_page_names_no_file_of_the_documentation(self, name: str) -> None:
        page = how_to_pages.read(name)
        assert page.startswith("# ")
        assert not re.search(r"\]\((?!https?:)|!\[|\.\./", page)
        assert set(re.findall(r"`pinxit help ([a-z][a-z-]*)`", page)) <= set(how_to_pages.names())
        assert set(re.findall(r"`pinxit ([a-z]+) --help`", page)) <= set(COMMANDS)

    def test_links_become_commands(self, tmp_path: Path) -> None:
        page = pinxit("help", "studio", folder=tmp_path).stdout
        assert "See `pinxit help video`." in page
        assert "(`pinxit studio --help`)" in page
        assert "](https://" in pinxit("help", "mcp", folder=tmp_path).stdout, "addresses of others stay"

    def test_another_name(self, tmp_path: Path) -> None:
        done = pinxit("help", "../start", folder=tmp_path, check=2)
        assert done.stderr == "pinxit: there is no page '../start'; `pinxit help` lists them.\n"


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
class TestCompletion:
    @staticmethod
    def bash(script: str, home: Path) -> str:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "HOME": str(home), "PATH": path}
        done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def test_in_bash(self, tmp_path: Path) -> None:
        (tmp_path / ".bashrc").write_text("export BEFORE=kept\n")
        self.bash("pinxit --install-completion; true", tmp_path)
        files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
        assert files == [".bash_completions/pinxit.sh", ".bashrc"], "nothing else is written"
        assert (tmp_path / ".bashrc").read_text().startswith("export BEFORE=kept\n")
        script = (
            "source ~/.bashrc; COMP_WORDS=({words}); COMP_CWORD={last}; _pinxit_completion pinxit; "
            'printf "%s\\n" "${{COMPREPLY[@]}}"'
        )
        commands = self.bash(script.format(words="pinxit sty", last=1), tmp_path).split()
        assert commands == ["stylize", "styles"]
        options = self.bash(script.format(words="pinxit stylize --style-w", last=2), tmp_path).split()
        assert options == ["--style-weight"]
