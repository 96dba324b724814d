"""List what pinxit depends on: bills of materials, licences against an allow list, known weaknesses: `make audit`.

python -m tests.packaging.check_dependencies [--weaknesses] [--keep FOLDER]

The Python side is an installation of pinxit with all extras, and nothing else, in a temporary environment; the page's side is
its lock file. `--weaknesses` asks PyPI and npm, which not every network reaches.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from tests.packaging.check_packages import BIN, CONSTRAINTS, ROOT, packages, run, step

WEB = ROOT / "studio" / "web"
ALLOWED = Path(__file__).parent / "licences.toml"


class Licences:
    """The licences that dependencies may have.

    Args:
        path: the allow list.
    """

    def __init__(self, path: Path = ALLOWED) -> None:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        self._allowed = frozenset(table["allowed"])
        self._names: dict[str, str] = table["names"]
        self._packages: dict[str, dict[str, str]] = {_plain(name): entry for name, entry in table["packages"].items()}

    def allows(self, package: str, licence: str) -> bool:
        """Return whether a package may be under what it says is its licence.

        Args:
            package: its name.
            licence: an SPDX expression, or the names of several licences, separated by semicolons.
        """
        own = self._packages.get(_plain(package))
        if own is not None:
            return own["licence"] == self._names.get(licence, licence)
        if ";" in licence:
            return all(self._allows_one(part) for part in licence.split(";"))
        if licence in self._names:
            return self._allows_one(licence)
        alternatives = re.split(r"\s+OR\s+", licence)
        return any(all(self._allows_one(part) for part in re.split(r"\s+AND\s+", one)) for one in alternatives)

    def _allows_one(self, licence: str) -> bool:
        name = self._names.get(licence.strip(), licence.strip(" ()"))
        return name in self._allowed

    def refused(self, found: dict[str, str]) -> list[str]:
        """Return a line for each package whose licence is not allowed, of `name: licence`."""
        return [f"{name}: {licence}" for name, licence in sorted(found.items()) if not self.allows(name, licence)]


def _plain(package: str) -> str:
    """Return a package's name as indexes compare it (PEP 503): releases of one package differ in how they write it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def of_python(python: Path) -> dict[str, str]:
    """Return the licence of each package in an environment, by its interpreter."""
    listed = json.loads(run(BIN / "pip-licenses", "--python", python, "--from", "mixed", "--format", "json"))
    return {entry["Name"]: entry["License"] for entry in listed}


def of_page() -> dict[str, str]:
    """Return the licence of each package in the page's lock file."""
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    return {
        name.rpartition("node_modules/")[2]: entry.get("license", "UNKNOWN")
        for name, entry in lock["packages"].items()
        if name
    }


def check_weaknesses(python: Path, folder: Path) -> None:
    """Ask PyPI for the known weaknesses of all packages in an environment.

    Args:
        python: the environment's interpreter.
        folder: where the list of packages and pip-audit's report may be written.

    Raises:
        SystemExit: when there are some, or when PyPI does not know a package, or does not answer.
    """
    listed = json.loads(run(BIN / "uv", "pip", "list", "--quiet", "--format", "json", "--python", python))
    asked, report = folder / "requirements.txt", folder / "weaknesses.json"
    # PyPI knows a build for one kind of machine (2.13.0+cpu) as its version alone.
    asked.write_text(
        "".join(f"{one['name']}=={one['version'].partition('+')[0]}\n" for one in listed if one["name"] != "pinxit")
    )
    audit = (BIN / "pip-audit", "-r", asked, "--no-deps", "--disable-pip", "--progress-spinner", "off")
    done = subprocess.run([*map(str, audit), "--format", "json", "-o", str(report)], capture_output=True, text=True)
    if not report.exists():
        sys.exit(f"pip-audit failed:\n{done.stderr[-3000:]}")
    weak, unknown = weaknesses_in(json.loads(report.read_text(encoding="utf-8")))
    if weak:
        sys.exit("known weaknesses:\n" + "\n".join(weak))
    if unknown:
        sys.exit(
            f"{len(unknown)} of {len(listed)} packages were not checked, because PyPI did not answer: {', '.join(unknown)}"
        )


def weaknesses_in(report: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return a line for each weakness in a report of pip-audit, and the packages that it could not ask about.

    Without an answer, pip-audit skips a package and succeeds.
    """
    weak = []
    unknown = []
    for package in report["dependencies"]:
        if "skip_reason" in package:
            unknown.append(package["name"])
        for weakness in package.get("vulns", []):
            mended = ", ".join(weakness["fix_versions"]) or "no version"
            weak.append(f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}")
    return weak, unknown


def main() -> None:
    """Check the dependencies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weaknesses", action="store_true", help="also ask for known weaknesses")
    parser.add_argument("--keep", type=Path, default=ROOT / "dist", help="the folder for the bills of materials")
    chosen = parser.parse_args()
    chosen.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pinxit-") as name:
        environment = Path(name) / "environment"
        python = environment / "bin" / "python"
        with step("an environment with all extras"):
            run(BIN / "uv", "venv", "--quiet", "--python", sys.executable, environment)
            place = (BIN / "uv", "pip", "install", "--quiet", "--python", python, "-c", CONSTRAINTS)
            run(*place, f"pinxit[all] @ {ROOT.as_uri()}", variables=packages())
        with step("bills of materials"):
            materials = ("--pyproject", ROOT / "pyproject.toml", "--of", "JSON")
            run(BIN / "cyclonedx-py", "environment", python, *materials, "-o", chosen.keep / "sbom-python.cdx.json")
            bill = run(
                "npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--loglevel=error", folder=WEB
            )
            (chosen.keep / "sbom-page.cdx.json").write_text(bill, encoding="utf-8")
        licences = Licences()
        for what, found in (("Python packages", of_python(python)), ("packages of the page", of_page())):
            refused = licences.refused(found)
            if refused:
                sys.exit(f"not in {ALLOWED.name}:\n" + "\n".join(refused))
            print(f"the licences of {len(found)} {what} are allowed")
        if chosen.weaknesses:
            with step("known weaknesses"):
                check_weaknesses(python, Path(name))
                run("npm", "audit", "--audit-level=high", folder=WEB)


if __name__ == "__main__":
    main()
