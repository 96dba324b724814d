"""Which pictures a person means by files, folders and patterns, and what is left out of them and why."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from pinxit.errors import PinxitError
from pinxit.picture.paths import at_home, identity

# What a picture to be painted is usually called: such a file is taken, and what is wrong with it is said by its reader. A
# file of any other name in a folder is taken when it begins as pictures do; one named outright may be called anything.
_ENDINGS = frozenset(
    (
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".avif", ".heic", ".heif", ".hif", ".gif", ".bmp",
        ".ppm", ".pgm", ".tga",
    )
)  # fmt: skip
# How the kinds that pinxit reads begin; TGA has no such mark. Behind RIFF and ftyp stands which kind of these it is.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"P5", b"P6")
_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
HEAD = 32
"""How many bytes of a file tell whether it begins as a picture, at least."""
EMPTY, NO_PICTURE, OTHER_KIND = "empty", "no picture", "no ordinary file"
LINKED_FOLDER, UNREADABLE, RESULT = "a link to a folder", "cannot be read", "a result of pinxit"


@dataclass(frozen=True)
class Found:
    """What is in a folder.

    Attributes:
        folder: as it was given.
        pictures: sorted by name.
        left_out: what is no picture or is not wanted, by the reason; hidden files are none of it.
    """

    folder: Path
    pictures: list[Path]
    left_out: dict[str, list[Path]] = field(default_factory=dict)

    def without(self, unwanted: Iterable[Path], reason: str) -> Found:
        """The same with some of its pictures left out for a reason."""
        gone = set(unwanted)
        if not gone:
            return self
        kept = [path for path in self.pictures if path not in gone]
        before = self.left_out.get(reason, [])
        return Found(self.folder, kept, {**self.left_out, reason: [*before, *sorted(gone)]})


def expand(sources: Iterable[str]) -> list[Path]:
    """Files as they are, the pictures directly in a folder, the files that match a pattern (`**` goes into folders).

    Returns:
        In the order given, what a folder or a pattern holds sorted by name, each file once.

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
    """Whether a file is called as pictures are, and is not hidden."""
    path = PurePath(name)
    return path.suffix.lower() in _ENDINGS and not path.name.startswith(".")


def begins_as_picture(head: bytes) -> bool:
    """Whether a file's first bytes (HEAD of them, or all) are those of a kind that pinxit reads."""
    if head[:4] == b"RIFF":
        return head[8:12] == b"WEBP"
    if head[4:8] == b"ftyp":
        return head[8:12] in _BRANDS
    if head[:2] in (b"P5", b"P6"):
        return head[2:3].isspace()
    if head[:2] == b"BM":
        return head[6:10] == bytes(4)  # reserved; a text may begin like this
    return head.startswith(_BEGINNINGS)


def tree(folder: Path) -> list[Path]:
    """The pictures in a folder and in all folders within it, sorted by name, hidden ones left out.

    Raises:
        PinxitError: when there is no such folder, or no picture in it.
    """
    return survey(folder).pictures


def survey(folder: Path, *, deep: bool = True) -> Found:
    """The pictures in a folder, and what else is in it.

    Args:
        folder: where.
        deep: also in all folders within it.

    Raises:
        PinxitError: when there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise PinxitError(f"{folder} is no folder: give one with pictures in it.")
    pictures: list[Path] = []
    left_out: dict[str, list[Path]] = {}
    for path, reason in sorted(_looked_through(folder, deep)):
        (left_out.setdefault(reason, []) if reason else pictures).append(path)
    if not pictures:
        seen = "; ".join(f"{len(paths)} {reason}" for reason, paths in left_out.items())
        raise PinxitError(f"there is no picture in {folder}{f' ({seen})' if seen else ''}: give another folder.")
    return Found(folder, pictures, left_out)


def results_in(pictures: Iterable[Path]) -> list[Path]:
    """Those that pinxit made: they have a recipe inside."""
    from pinxit.picture.metadata import read_recipe

    found = []
    for path in pictures:
        try:
            if read_recipe(path) is not None:
                found.append(path)
        except PinxitError:
            pass  # which whoever reads it as a picture will say
    return found


def one_of(pictures: Iterable[Path], files: Iterable[Path | None]) -> list[Path]:
    """The pictures that are one of some files, by whatever name."""
    wanted = {identity(file) for file in files if file is not None}
    return [path for path in pictures if identity(path) in wanted]


def _looked_through(folder: Path, deep: bool) -> Iterator[tuple[Path, str]]:
    """Each file that is not hidden, and why it is left out, nothing where it is not."""
    failed: list[Path] = []

    def fails(error: OSError) -> None:
        failed.append(Path(error.filename))

    for parent, folders, names in os.walk(folder, onerror=fails):
        # What begins with a dot is hidden: a Mac leaves `._photo.jpg` beside every photo.jpg, and it is no picture.
        folders[:] = [name for name in folders if deep and not name.startswith(".")]
        for name in folders:
            if os.path.islink(os.path.join(parent, name)):  # noqa: PTH114, PTH118
                yield Path(parent, name), LINKED_FOLDER
        for name in names:
            if not name.startswith("."):
                yield Path(parent, name), _reason_against(Path(parent, name))
    for path in failed:
        yield path, UNREADABLE


def _reason_against(path: Path) -> str:
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
    path = at_home(source)
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
