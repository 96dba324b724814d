"""Have Lighthouse judge the studio's pages: performance and accessibility, 0 to 100; fail below 95.

The claim of docs/lab/studio-page.md. Lighthouse comes from npm and drives Chromium; the studio is a real one with results in
its gallery. The best of some runs counts, since Lighthouse measures times on a machine that may be busy.

    make lighthouse
    python benchmarks/lighthouse.py [--runs 3] [--home /tmp/pinxit-lighthouse] [--pages paint gallery …]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from support.full_gallery import fill
from support.machine_info import describe_load
from support.running_studio import studio

_VERSION = "13.5.0"
_PAGES = ("paint", "gallery", "jobs", "textures", "garments", "taste")
_RESULTS = 60
_LEAST = 95
_CATEGORIES = ("performance", "accessibility")


def main() -> None:
    """Judge the pages and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--home", type=Path, default=Path("/tmp/pinxit-lighthouse"))  # noqa: S108 - a cache
    parser.add_argument("--pages", nargs="+", default=_PAGES)
    arguments = parser.parse_args()
    if shutil.which("npx") is None:
        raise SystemExit("Lighthouse needs Node: make page installs it, then make lighthouse finds it.")
    fill(arguments.home, _RESULTS)
    print(f"{describe_load()}; Lighthouse {_VERSION}")
    failed = []
    with studio(arguments.home) as address:
        for page in arguments.pages:
            scores, problems = _judge(f"{address}/{page}", arguments.runs)
            print(page + ": " + ", ".join(f"{name} {score}" for name, score in scores.items()), flush=True)
            if min(scores.values()) < _LEAST:
                failed.append(page)
                print("\n".join(f"    {problem}" for problem in problems))
    if failed:
        raise SystemExit(f"below {_LEAST}: {', '.join(failed)}.")


def _judge(address: str, runs: int) -> tuple[dict[str, int], list[str]]:
    """Return the best score of each category, and what the last report complains about."""
    best = dict.fromkeys(_CATEGORIES, 0)
    problems: list[str] = []
    for _ in range(runs):
        report = _report(address)
        for name in _CATEGORIES:
            best[name] = max(best[name], round(100 * (report["categories"][name]["score"] or 0)))
        problems = _complaints(report)
        if min(best.values()) >= _LEAST:
            break
    return best, problems


def _report(address: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        command = [
            *("npx", "--yes", f"lighthouse@{_VERSION}", address, "--quiet", "--preset=desktop"),
            *("--no-enable-error-reporting", f"--only-categories={','.join(_CATEGORIES)}"),
            *("--output=json", f"--output-path={path}", "--chrome-flags=--headless=new --no-sandbox"),
        ]
        chromium = shutil.which("chromium") or shutil.which("google-chrome") or ""
        subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium})
        report: dict[str, Any] = json.loads(path.read_text())
        return report


def _complaints(report: dict[str, Any]) -> list[str]:
    """Return the audits that cost points, with their values."""
    weights = {one["id"]: one["weight"] for name in _CATEGORIES for one in report["categories"][name]["auditRefs"]}
    audits = [one for one in report["audits"].values() if weights.get(one["id"]) and (one["score"] or 0) < 1]
    return [f"{one['id']}: {one.get('displayValue') or one['title']}" for one in audits if one["score"] is not None]


if __name__ == "__main__":
    main()
