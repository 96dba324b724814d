"""`make mutants`: change the code of a package, one piece at a time, and list the changes that no test notices.

    python -m tests.mutants objective                    # all of src/pinxit/objective, judged by tests/objective
    python -m tests.mutants image alpha wrap             # only alpha.py and wrap.py
    python -m tests.mutants objective gram --tests tests/objective/test_losses.py
    python -m tests.mutants image reader --ending 3 7    # a fifth of the changes: those whose number ends with 3 or 7

mutmut works in a copy, `build/mutants/PACKAGE`. A second run goes on where the first was stopped, unless the code or its tests
have changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = Path("src", "pinxit")
CONFIG = """
[tool.pytest.ini_options]
addopts = "--strict-markers --import-mode=importlib"
pythonpath = ["."]
markers = ["slow(reason): takes long"]

[tool.mutmut]
source_paths = ["src"]
only_mutate = {files}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-m", "not slow"]
track_dependencies = false
use_git_change_detection = false
timeout_constant = 4.0  # s, times 15: a busy machine is no reason to call a mutant endless
"""
# mutmut's exit codes: pytest's, and its own for timeouts and for mutants that no test reaches.
OUTCOMES = {0: "survived", 1: "killed", 3: "killed", 5: "untested", 33: "untested"} | dict.fromkeys(
    (24, -24, 36), "timeout"
)


def main() -> int:
    """Run mutmut, print the counts of each file and the changes that survived; return 1 if any did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", help="a folder of src/pinxit")
    parser.add_argument("modules", nargs="*", help="some of its modules instead of all")
    parser.add_argument("--tests", nargs="+", help="what judges instead of tests/PACKAGE")
    parser.add_argument("--jobs", type=int, default=1, help="how many mutants are tested at once")
    parser.add_argument(
        "--ending", nargs="+", default=[], metavar="DIGIT", help="only changes whose number ends so: a tenth"
    )
    options = parser.parse_args()
    files = [str(SOURCE / options.package / f"{name}.py") for name in options.modules or ["*"]]
    folder = ROOT / "build" / "mutants" / options.package
    _copy(
        folder, CONFIG.format(files=json.dumps(files), tests=json.dumps(options.tests or [f"tests/{options.package}"]))
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    mutmut = [sys.executable, "-m", "mutmut"]
    chosen = [f"*__mutmut_*{digit}" for digit in options.ending]
    done = subprocess.run([*mutmut, "run", "--max-children", str(options.jobs), *chosen], cwd=folder, env=environment)
    if done.returncode:
        return done.returncode
    survivors = _print_counts(folder)
    if survivors:
        how = f"cd {folder.relative_to(ROOT)} && {sys.executable} -m mutmut show NAME"
        print(f"To see a change: {how}", *survivors, sep="\n")  # noqa: T201
    return int(bool(survivors))


def _copy(folder: Path, config: str) -> None:
    """Copy the code and the tests, without the built page, and write the settings; forget what other tests have judged."""
    folder.mkdir(parents=True, exist_ok=True)
    # mutmut tests changed code again, but not what changed tests might now notice.
    judges = hashlib.sha256(config.encode())
    for file in sorted((ROOT / "tests").rglob("*.py")):
        judges.update(file.read_bytes())
    noted = folder / "judges"
    if not noted.exists() or noted.read_text() != judges.hexdigest():
        shutil.rmtree(folder / "mutants", ignore_errors=True)
    noted.write_text(judges.hexdigest())
    for name in ("src", "tests"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("page", "__pycache__"))
    (folder / "pyproject.toml").write_text(config)


def _print_counts(folder: Path) -> list[str]:
    """Print a line for each file, and return the names of the mutants that survived or that no test reaches."""
    survivors = []
    print(f"{'file':28}{'killed':>8}{'timeout':>9}{'survived':>10}{'untested':>10}")  # noqa: T201
    for path in sorted((folder / "mutants" / SOURCE).rglob("*.meta")):
        outcomes = {
            name: OUTCOMES.get(code, f"exit {code}")
            for name, code in json.loads(path.read_text())["exit_code_by_key"].items()
            if code is not None  # not chosen
        }
        if outcomes:
            counts = Counter(outcomes.values())
            name = path.name.removesuffix(".meta")
            print(  # noqa: T201
                f"{name:28}{counts['killed']:8}{counts['timeout']:9}{counts['survived']:10}{counts['untested']:10}"
            )
            survivors += [name for name, outcome in outcomes.items() if outcome not in ("killed", "timeout")]
    return survivors


if __name__ == "__main__":
    sys.exit(main())
