"""The memory that decoding needs, against the memory that is free."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from pinxit.errors import PinxitError
from pinxit.image import room

GIB = 2**30


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with 8 GiB free, no limit on the process, and control groups whose files a test writes into this folder."""
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=8 * GIB))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    monkeypatch.setattr(room, "Path", lambda _: tmp_path)
    return tmp_path


def most(**depth: bool) -> int:
    """The width of the widest picture, 1,000 px high, that fits."""
    fits, fails = 0, 2**24
    while fails - fits > 1:
        middle = (fits + fails) // 2
        try:
            room.check_room(middle, 1000, **depth)
            fits = middle
        except PinxitError:
            fails = middle
    return fits


@pytest.mark.usefixtures("machine")
class TestCheckRoom:
    def test_bytes_of_a_pixel(self) -> None:
        assert most(clear=False, deep=False) == 8 * GIB // 24_000
        assert most(clear=True, deep=False) == 8 * GIB // 44_000
        assert most(clear=False, deep=True) == most(clear=True, deep=True) == 8 * GIB // 60_000

    def test_the_sentence(self) -> None:
        with pytest.raises(PinxitError) as caught:
            room.check_room(20_000, 30_000, clear=False, deep=False)
        assert str(caught.value) == (
            "has 20000×30000 px, which need 13.4 GB of memory, and 8.0 GB are free: make it smaller first."
        )


class TestWhatIsFree:
    @pytest.mark.parametrize(
        ("limit", "used", "fits"),
        [
            (f"{5 * GIB}\n", f"{2 * GIB}\n", 3),
            (f"{90 * GIB}\n", "0\n", 8),
            (f"{GIB}\n", f"{2 * GIB}\n", 0),
            ("max\n", "0\n", 8),
        ],
    )
    def test_a_control_group(self, machine: Path, limit: str, used: str, fits: int) -> None:
        (machine / "memory.max").write_text(limit)
        (machine / "memory.current").write_text(used)
        assert most(clear=False, deep=False) == fits * GIB // 24_000

    @pytest.mark.usefixtures("machine")
    @pytest.mark.parametrize(("limit", "fits"), [(6, 4), (90, 8), (1, 0)])
    def test_a_limit_of_the_process(self, monkeypatch: pytest.MonkeyPatch, limit: int, fits: int) -> None:
        import resource

        monkeypatch.setattr(resource, "getrlimit", lambda _: (limit * GIB, resource.RLIM_INFINITY))
        memory = SimpleNamespace(memory_info=lambda: SimpleNamespace(vms=2 * GIB))
        monkeypatch.setattr(psutil, "Process", lambda: memory)
        assert most(clear=False, deep=False) == fits * GIB // 24_000
