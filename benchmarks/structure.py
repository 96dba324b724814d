"""Measure the structure of the source: what one run passes through, ambiguous names, long files, long functions.

    python benchmarks/structure.py                    # the working tree
    python benchmarks/structure.py --at ef78495       # an earlier commit
    python benchmarks/structure.py --names --files    # every ambiguous name, every file that a run enters

A run "passes through" a function when it calls it; calls made while a module is imported do not count. The optimiser run is
`pinxit.prepare(...)` and `job.paint()` at 64 px. The studio job is one `PUT /api/v1/jobs/…` to a running `pinxit studio`, from
the request until the result is in the gallery, in the server and in the worker process that was ready for it. Both are real
runs, traced by a `sitecustomize` module.
"""

from __future__ import annotations

import argparse
import ast
import json
import mmap
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUN = """
import pinxit
job = pinxit.prepare("sample:cat", "sample:coffee", size=64, coarsest=64, iterations=2, match_by="vgg", device="cpu")
*_, progress = job.paint()
job.result(progress)
"""
ORDER = {
    "work": "stylize",
    "content": {"name": "sample:cat"},
    "styles": [{"name": "sample:coffee"}],
    "size": 64,
    "coarsest": 64,
    "iterations": [2],
    "match_by": "vgg",
}
JOB = "00000000-0000-4000-8000-000000000001"
WARM_UP = 15  # seconds until the warm worker process is ready
TIMEOUT = 300  # seconds until a run counts as stuck

# Write "file:line" of each function of the package when it is first called, while the shared byte is 1.
TRACER = """
import inspect, mmap, os, sys, threading
here = os.environ["STRUCTURE_LOG"]
source = os.environ["STRUCTURE_SOURCE"]
with open(here + "/recording", "r+b") as file:
    recording = mmap.mmap(file.fileno(), 1)
late = os.environ.get("STRUCTURE_EARLY") and recording[0]
log = open(f"{here}/{os.getpid()}.log", "a", buffering=1)
seen = set()
def importing(frame):
    while frame:
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") != "__main__":
            return True
        frame = frame.f_back
    return False
def trace(frame, event, argument):
    code = frame.f_code
    if code in seen or not code.co_filename.startswith(source):
        return
    if recording[0] and code.co_flags & inspect.CO_OPTIMIZED and not importing(frame.f_back):
        seen.add(code)
        log.write(f"{code.co_filename}:{code.co_firstlineno}\\n")
if not late:
    threading.settrace(trace)
    sys.settrace(trace)
"""


class Tracer:
    """The environment of a traced run, and the functions that it called.

    Args:
        source: the folder that contains the package.
        folder: an empty folder for the run's files.
    """

    def __init__(self, source: Path, folder: Path) -> None:
        self.source, self.folder = source, folder
        (folder / "sitecustomize.py").write_text(TRACER)
        (folder / "recording").write_bytes(b"\0")
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(folder), str(source))),
            "STRUCTURE_LOG": str(folder),
            "STRUCTURE_SOURCE": str(source / "pinxit") + os.sep,
        }

    def record(self, on: bool) -> None:
        """Start or stop recording in every process of the run."""
        with (self.folder / "recording").open("r+b") as file, mmap.mmap(file.fileno(), 1) as flag:
            flag[0] = on

    def calls(self) -> dict[Path, set[int]]:
        """Return the first lines of the functions that were called, by file."""
        called: dict[Path, set[int]] = defaultdict(set)
        for log in self.folder.glob("*.log"):
            for line in log.read_text().splitlines():
                file, _, number = line.rpartition(":")
                called[Path(file)].add(int(number))
        return called


def trace_optimizer(source: Path, folder: Path) -> dict[Path, set[int]]:
    """Paint with the optimiser and return the functions that were called, by file."""
    tracer = Tracer(source, folder)
    tracer.record(True)
    subprocess.run([sys.executable, "-c", RUN], env=tracer.environment, check=True, timeout=TIMEOUT)
    return tracer.calls()


def trace_studio(source: Path, folder: Path) -> dict[Path, set[int]]:
    """Give a job to a studio and return the functions that were called until its result was there, by file."""
    tracer = Tracer(source, folder)
    tracer.environment["STRUCTURE_EARLY"] = "1"  # leave out the worker that is started for the next job
    command = [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--port", "0", "--home", str(folder / "home")]
    with subprocess.Popen(command, env=tracer.environment, stdout=subprocess.PIPE, text=True) as studio:
        try:
            assert studio.stdout is not None  # noqa: S101 - it is a pipe
            address = studio.stdout.readline().split()[-1].rstrip("/")
            time.sleep(WARM_UP)
            tracer.record(True)
            body = json.dumps({"order": ORDER}).encode()
            request(f"{address}/api/v1/jobs/{JOB}", body)
            deadline = time.monotonic() + TIMEOUT
            while (state := request(f"{address}/api/v1/jobs/{JOB}")["state"]) != "succeeded":
                if state in ("failed", "cancelled") or time.monotonic() > deadline:
                    raise SystemExit(f"the studio's job is {state}.")
                time.sleep(0.2)
            request(f"{address}/api/v1/results/{JOB}")
            tracer.record(False)
        finally:
            studio.terminate()
    return tracer.calls()


def request(address: str, body: bytes | None = None) -> dict[str, str]:
    """Return the answer to `GET`, or to `PUT` with a JSON body."""
    asked = urllib.request.Request(  # noqa: S310 - the studio that this script started
        address, body, {"Content-Type": "application/json"}, method="GET" if body is None else "PUT"
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
        parsed: dict[str, str] = json.loads(answer.read())
        return parsed


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions and methods of a module, nested ones included."""
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function's body, without its signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def first_line(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the line at which a function begins for the interpreter: that of its first decorator."""
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])


def ambiguous(trees: dict[str, ast.Module], kinds: tuple[type[ast.stmt], ...]) -> dict[str, list[str]]:
    """Return the public names that several modules define at their top level, with these modules."""
    modules: dict[str, dict[str, None]] = defaultdict(dict)
    for module, tree in trees.items():
        for node in tree.body:
            if isinstance(node, kinds) and not node.name.startswith("_"):  # type: ignore[attr-defined]
                modules[node.name][module] = None  # type: ignore[attr-defined]
    found = {name: list(where) for name, where in modules.items() if len(where) > 1}
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def print_run(title: str, called: dict[Path, set[int]], trees: dict[Path, ast.Module]) -> None:
    """Print how many files, functions and lines a run passed through."""
    count = lines = 0
    for file, starts in called.items():
        entered = [function for function in functions(trees[file]) if first_line(function) in starts]
        count += len(entered)
        lines += sum(length(function) for function in entered)
    whole = sum(len(file.read_text().splitlines()) for file in called)
    print(f"{title}: {len(called)} files ({whole} lines), {count} functions ({lines} lines)")


def print_names(title: str, names: dict[str, list[str]], show: bool) -> None:
    """Print how many names are ambiguous, and which."""
    print(f"{title} defined in more than one module: {len(names)}")
    chosen: Sequence[tuple[str, list[str]]] = list(names.items())[: None if show else 8]
    for name, modules in chosen:
        print(f"    {name} {len(modules)}: {', '.join(modules)}")


def report(source: Path, folder: Path, options: argparse.Namespace) -> None:
    """Print all measurements of one source tree."""
    files = sorted((source / "pinxit").rglob("*.py"))
    trees = {file: ast.parse(file.read_text()) for file in files}
    modules = {str(file.relative_to(source / "pinxit")): tree for file, tree in trees.items()}
    print_names("public classes", ambiguous(modules, (ast.ClassDef,)), options.names)
    print_names("public functions", ambiguous(modules, (ast.FunctionDef, ast.AsyncFunctionDef)), options.names)
    sizes = sorted(((len(file.read_text().splitlines()), name) for file, name in zip(files, modules, strict=True)))
    print("longest files:", ", ".join(f"{name} {size}" for size, name in reversed(sizes[-10:])))
    lengths = [length(function) for tree in trees.values() for function in functions(tree)]
    ninetieth = statistics.quantiles(lengths, n=10)[-1]
    print(f"{len(files)} files, {len(lengths)} functions: median {statistics.median(lengths):.0f}, 90th percentile "
          f"{ninetieth:.0f} lines")  # fmt: skip
    if options.static:
        return
    for title, trace in (("one optimiser run", trace_optimizer), ("one studio job", trace_studio)):
        own = folder / trace.__name__
        own.mkdir()
        called = trace(source, own)
        print_run(title, called, trees)
        served = {file: lines for file, lines in called.items() if {"studio", "jobs"} & set(file.parts)}
        if served:
            print_run("    of these in studio/ and jobs/", served, trees)
        if options.files:
            print("\n".join(f"    {file.relative_to(source)}" for file in sorted(called)))


def main() -> None:
    """Measure a tree and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", metavar="COMMIT", help="measure this commit instead of the working tree")
    parser.add_argument("--names", action="store_true", help="list every ambiguous name")
    parser.add_argument("--files", action="store_true", help="list every file that a run enters")
    parser.add_argument("--static", action="store_true", help="run nothing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pinxit-structure-") as name:
        folder = Path(name)
        source = ROOT / "src"
        if options.at:
            archive = folder / "source.tar"
            subprocess.run(["git", "archive", "-o", archive, options.at, "src"], cwd=ROOT, check=True)  # noqa: S607
            with tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")
            source = folder / "src"
        report(source, folder, options)


if __name__ == "__main__":
    main()
