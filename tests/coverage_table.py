"""`make coverage`: a line for each package, from the data that the tests have left in `.coverage`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from coverage import Coverage

# %: the least share of branches that the tests reach.
LEAST = 90.0
COUNTS = ("covered_lines", "num_statements", "covered_branches", "num_branches")


def main() -> int:
    """Print the table, and return 1 if the branches reached are below `LEAST`."""
    coverage = Coverage()
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        coverage.json_report(outfile=str(report))
        files = json.loads(report.read_text())["files"]
    packages: dict[str, list[int]] = defaultdict(lambda: [0] * len(COUNTS))
    for name, file in files.items():
        # The part below src/pinxit: a package, or the modules beside the packages.
        parts = Path(name).parts[Path(name).parts.index("pinxit") + 1 :]
        for package in (parts[0] if len(parts) > 1 else "*.py", "total"):
            counts = packages[package]
            counts[:] = [count + file["summary"][key] for count, key in zip(counts, COUNTS, strict=True)]
    print(f"{'package':12}{'lines':>8}{'branches':>10}{'both':>8}")  # noqa: T201
    for package, (lines, all_lines, branches, all_branches) in sorted(
        packages.items(), key=lambda item: (item[0] == "total", item[0])
    ):
        reached = share(branches, all_branches)
        both = share(lines + branches, all_lines + all_branches)
        print(f"{package:12}{share(lines, all_lines):7.1f}%{reached:9.1f}%{both:7.1f}%")  # noqa: T201
    return int(reached < LEAST)


def share(part: int, whole: int) -> float:
    """Return the percentage; of nothing, all."""
    return 100 * part / whole if whole else 100.0


if __name__ == "__main__":
    sys.exit(main())
