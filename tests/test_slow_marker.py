"""Which tests `make test` leaves out, and that the rest still covers every package and every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from pinxit.cli.main import COMMANDS
from tests import slow_marker
from tests.cli import test_every_command

TESTS = Path(__file__).parent
SOURCE = TESTS.parent / "src" / "pinxit"


@pytest.mark.parametrize("marker", [pytest.mark.slow, pytest.mark.slow(reason=""), pytest.mark.slow("trains")])
def test_a_marker_without_a_reason_is_refused(request: pytest.FixtureRequest, marker: pytest.MarkDecorator) -> None:
    request.node.add_marker(marker)
    with pytest.raises(pytest.UsageError, match="say why it is slow"):
        slow_marker.pytest_collection_modifyitems([request.node])


def test_a_marker_with_a_reason_is_accepted(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.slow(reason="trains a network"))
    slow_marker.pytest_collection_modifyitems([request.node])
    assert request.config.pluginmanager.has_plugin("tests.slow_marker"), "it is asked about every test"


def test_every_package_has_fast_tests(request: pytest.FixtureRequest) -> None:
    items = request.session.items
    collected = {path for item in items for path in item.path.relative_to(TESTS).parents}
    packages = {path.parent.relative_to(SOURCE) for path in SOURCE.rglob("__init__.py")} - {Path()}
    tested = {path for path in packages if any((TESTS / path).glob("test_*.py"))}
    if not tested <= collected:
        pytest.skip("only some of the tests were collected")
    fast = {
        path
        for item in items
        if item.get_closest_marker("slow") is None
        for path in item.path.relative_to(TESTS).parents
    }
    assert tested <= fast


def test_every_command_is_among_the_fast_tests() -> None:
    assert set(test_every_command.LINES) | {"studio", "mcp"} == set(COMMANDS)
