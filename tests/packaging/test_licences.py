"""The allow list of licences refuses what it should, and a weakness is only missing where someone looked."""

from __future__ import annotations

import pytest

from tests.packaging.check_dependencies import Licences, of_page, weaknesses_in


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("BSD License", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("Apache-2.0 AND (MIT)", True),
        ("Apache-2.0 WITH LLVM-exception AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("Apache Software License; BSD License", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-only AND MIT", False),
        ("MIT License; GNU General Public License v2 (GPLv2)", False),
        ("UNKNOWN", False),
    ],
)
def test_what_a_package_may_be_under(licence: str, allowed: bool) -> None:
    assert Licences().allows("some-package", licence) is allowed


def test_an_exception_holds_for_its_package_and_licence_alone() -> None:
    licences = Licences()
    assert licences.allows("pyvirtualcam", "GNU General Public License v2 (GPLv2)")
    assert not licences.allows("pyvirtualcam", "AGPL-3.0-only")
    assert licences.allows("OpenEXR", "UNKNOWN"), "its releases write its name in both ways"
    assert licences.allows("openexr", "UNKNOWN")
    assert not licences.allows("another", "GNU General Public License v2 (GPLv2)")


def test_the_page_contains_nothing_else() -> None:
    found = of_page()
    assert "svelte" in found
    assert not Licences().refused(found)


def test_what_could_not_be_asked_about_is_not_safe() -> None:
    """As pip-audit 2.9 reports."""
    weakness = {"id": "PYSEC-2021-66", "fix_versions": ["2.11.3"], "aliases": ["CVE-2020-28493"], "description": "…"}
    report = {
        "dependencies": [
            {"name": "jinja2", "version": "2.11.2", "vulns": [weakness]},
            {"name": "numpy", "version": "2.3.0", "vulns": []},
            {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited: torch"},
        ],
        "fixes": [],
    }
    assert weaknesses_in(report) == (["jinja2 2.11.2: PYSEC-2021-66, mended in 2.11.3"], ["torch"])
