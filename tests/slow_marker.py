"""The marker `slow`: what `make test` leaves to `make test-all`, each test with the reason why it cannot be fast."""

from __future__ import annotations

from collections.abc import Sequence

import pytest


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Refuse a marker without a reason."""
    for item in items:
        for mark in item.iter_markers("slow"):
            reason = mark.kwargs.get("reason")
            if mark.args or not isinstance(reason, str) or not reason.strip():
                raise pytest.UsageError(f"{item.nodeid}: say why it is slow, as in slow(reason='trains a network')")
