"""What can be imported from `pinxit`: the same names for programs, for type checkers and for people."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ["pinxit", "pinxit.image"]


def imported_for_types(package: str) -> set[str]:
    """The names that a package imports under `if TYPE_CHECKING:`."""
    tree = ast.parse(Path(str(importlib.import_module(package).__file__)).read_text())
    blocks = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for block in blocks for node in block.body if isinstance(node, ast.ImportFrom)]
    return {name.name for node in imports for name in node.names}


@pytest.mark.parametrize("package", PACKAGES)
def test_all_is_exactly_what_can_be_imported(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(module.__all__) == module.__all__
    assert imported_for_types(package) == set(module.__all__) - {"__version__"}
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        module.no_such_name  # noqa: B018


def test_importing_the_library_is_light() -> None:
    heavy = "{'torch', 'numpy', 'pydantic', 'cv2', 'onnxruntime'}"
    script = f"import sys, pinxit; from pinxit import image; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
