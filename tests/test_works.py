"""A kind of work is an entry in one table; everything else of it is found by its name."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from pinxit.cli.main import COMMANDS
from pinxit.works import JOBS, PAGES, WORKS

WEB = Path(__file__).parent.parent / "studio" / "web" / "src"


@pytest.mark.parametrize("name", WORKS)
def test_every_work_has_its_command(name: str) -> None:
    module = importlib.import_module(f"pinxit.cli.{name}")
    assert COMMANDS[name] == WORKS[name].summary
    assert hasattr(module, "redo") == WORKS[name].recipe


@pytest.mark.parametrize("name", JOBS)
def test_every_job_has_a_spec_a_runner_and_a_page(name: str) -> None:
    spec = getattr(importlib.import_module(f"pinxit.jobs.specs.{name}"), f"{name.title()}Spec")
    assert spec.model_fields["work"].default == name
    runner = getattr(importlib.import_module(f"pinxit.jobs.runners.{name}"), f"{name.title()}Runner")
    assert callable(runner.paint)
    assert name in PAGES


def test_specs_and_runners_beside_them_are_all_listed() -> None:
    shared = {"__init__", "base", "registry", "inputs", "single_job", "multi_job"}
    for package in ("specs", "runners"):
        folder = Path(importlib.import_module(f"pinxit.jobs.{package}").__file__ or "").parent
        assert {file.stem for file in folder.glob("*.py")} - shared == set(JOBS), package


def test_the_page_has_a_name_for_every_work_in_both_languages() -> None:
    for language in ("en", "zh"):
        texts = "".join(file.read_text() for file in (WEB / "lib" / "i18n").glob(f"{language}*.ts"))
        named = set(re.findall(r'"work\.(\w+)"', texts))
        assert set(PAGES) <= named, language
