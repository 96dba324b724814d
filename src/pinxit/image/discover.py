"""Pictures found by files, folders and patterns, and the files that are left out, with reasons."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from pinxit.errors import PinxitError
from pinxit.files.paths import expand_home, identity, split_layer
from pinxit.image.camera_raw import ENDINGS

# Usual endings of pictures: such a file is taken, and reading it reports what is wrong with it. Any other file in a folder is
# taken if its first bytes are a picture's. A file that is named explicitly may have any name.
_ENDINGS = frozenset(
    (
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".avif", ".heic", ".heif", ".hif", ".gif", ".bmp",
        ".ppm", ".pgm", ".tga", ".ora", ".psd", ".psb", ".jxl", ".exr", ".svg", *ENDINGS,
    )
)  # fmt: skip
# First bytes of the kinds that pinxit reads; TGA has no such mark. RIFF and ftyp are followed by the kind.
_BEGINNINGS = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"P5", b"P6", b"8BPS", b"\xff\x0a",
    b"\0\0\0\x0cJXL ", b"v/1\x01", b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"IIU\0",
)  # fmt: skip
_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"crx ")
HEAD = 32
"""Bytes at the start of a file that suffice to recognise a picture."""
EMPTY, NO_PICTURE, OTHER_KIND = "empty", "no picture", "not a regular file"
LINKED_FOLDER, UNREADABLE, RESULT = "a link to a folder", "cannot be read", "a result of pinxit"


@dataclass(frozen=True)
class Found:
    """The contents of a folder.

    Attributes:
        folder: the folder's path.
        pictures: its pictures, sorted by name.
        left_out: files that are left out, by reason, without hidden ones.
    """

    folder: Path
    pictures: list[Path]
    left_out: dict[str, list[Path]] = field(default_factory=dict)

    def without(self, unwanted: Iterable[Path], reason: str) -> Found:
        """Return a copy that leaves out some of the pictures for a reason."""
        gone = set(unwanted)
        if not gone:
            return self
        kept = [path for path in self.pictures if path not in gone]
        before = self.left_out.get(reason, [])
        return Found(self.folder, kept, {**self.left_out, reason: [*before, *sorted(gone)]})


def expand(sources: Iterable[str]) -> list[Path]:
    """List files as they are, the pictures directly in a folder, and the files that match a pattern (`**` includes folders).

    Returns:
        The paths in the order of the sources, those of a folder or pattern sorted by name, each file once.

    Raises:
        PinxitError: when nothing is given, or a folder or a pattern holds no picture.
    """
    found: dict[str, Path] = {}
    for source in sources:
        for path in _expand(source):
            found.setdefault(os.path.abspath(path), path)  # noqa: PTH100
    if not found:
        raise PinxitError("no picture is given: name a file, a folder or a pattern.")
    return list(found.values())


def is_picture(name: str) -> bool:
    """Whether a file has a picture's ending and is not hidden."""
    path = PurePath(name)
    return path.suffix.lower() in _ENDINGS and not path.name.startswith(".")


def begins_as_picture(head: bytes) -> bool:
    """Whether a file's first bytes, `HEAD` of them or all, are those of a kind that pinxit reads."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":
        return head[8:12] in _BRANDS
    if head[:2] in (b"P5", b"P6"):
        return head[2:3].isspace()
    if head[:2] == b"BM":
        return head[6:10] == bytes(4)  # reserved bytes; a text may also begin with BM
    return head.startswith(_BEGINNINGS)


def tree(folder: Path) -> list[Path]:
    """List the pictures in a folder and all folders within it, sorted by name, without hidden ones.

    Raises:
        PinxitError: when there is no such folder, or no picture in it.
    """
    return survey(folder).pictures


def survey(folder: Path, *, deep: bool = True) -> Found:
    """List the pictures in a folder, and the other files in it.

    Args:
        folder: the folder.
        deep: whether to include all folders within it.

    Raises:
        PinxitError: when there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise PinxitError(f"{folder} is not a folder: give one with pictures in it.")
    pictures: list[Path] = []
    left_out: dict[str, list[Path]] = {}
    for path, reason in sorted(_looked_through(folder, deep)):
        (left_out.setdefault(reason, []) if reason else pictures).append(path)
    if not pictures:
        seen = "; ".join(f"{len(paths)} {reason}" for reason, paths in left_out.items())
        raise PinxitError(f"there is no picture in {folder}{f' ({seen})' if seen else ''}: give another folder.")
    return Found(folder, pictures, left_out)


def results_in(pictures: Iterable[Path]) -> list[Path]:
    """Return those pictures that pinxit made, which have a recipe inside."""
    from pinxit.image.metadata import read_recipe

    found = []
    for path in pictures:
        try:
            if read_recipe(path) is not None:
                found.append(path)
        except PinxitError:
            pass  # reading it as a picture reports the error
    return found


def one_of(pictures: Iterable[Path], files: Iterable[Path | None]) -> list[Path]:
    """Return those pictures that are among some files, also under other names."""
    wanted = {identity(file) for file in files if file is not None}
    return [path for path in pictures if identity(path) in wanted]


def _looked_through(folder: Path, deep: bool) -> Iterator[tuple[Path, str]]:
    """Yield each file that is not hidden and the reason why it is left out, empty where it is not."""
    failed: list[Path] = []

    def fails(error: OSError) -> None:
        failed.append(Path(error.filename))

    for parent, folders, names in os.walk(folder, onerror=fails):
        # A name that begins with a dot is hidden: macOS leaves `._photo.jpg` beside every photo.jpg, which is not a picture.
        folders[:] = [name for name in folders if deep and not name.startswith(".")]
        for name in folders:
            if os.path.islink(os.path.join(parent, name)):  # noqa: PTH114, PTH118
                yield Path(parent, name), LINKED_FOLDER
        for name in names:
            if not name.startswith("."):
                yield Path(parent, name), reason_against(Path(parent, name))
    for path in failed:
        yield path, UNREADABLE


def reason_against(path: Path) -> str:
    """Return why a file is not taken for a picture; empty where it is."""
    if is_picture(path.name):
        return ""
    try:
        if not path.is_file():
            return OTHER_KIND
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return UNREADABLE
    return "" if begins_as_picture(head) else NO_PICTURE if head else EMPTY


def _expand(source: str) -> list[Path]:
    path = expand_home(source)
    if split_layer(source)[1] is not None:
        return [path]
    try:
        if path.is_dir():
            return survey(path, deep=False).pictures
        if path.exists() or not glob.has_magic(source):
            return [path]
        matches = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207
        pictures = [match for match in matches if match.is_file()]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{path} cannot be searched ({reason}): give another folder.") from error
    if not pictures:
        raise PinxitError(f"nothing matches {source}: check the pattern.")
    return pictures
