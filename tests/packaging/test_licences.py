"""The allow list of licences refuses what it should."""

from __future__ import annotations

import pytest

from tests.packaging.check_dependencies import Licences, of_page


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
