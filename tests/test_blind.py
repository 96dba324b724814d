"""benchmarks/blind.py: sheets that do not tell who is who, and counts that can be made again from the record."""

from __future__ import annotations

import json
import runpy
import subprocess
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from tests.command_line import in_process

PROGRAM = Path(__file__).parents[1] / "benchmarks" / "blind.py"
COLORS = {"new": (200, 30, 30), "old 10": (30, 30, 200)}
STEMS = [("a cat", "waves"), ("boat", "waves"), ("boat", "ink"), ("a cat", "ink")]


def blind(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder, within this process: its imports take longer than its work."""
    return in_process(
        lambda: runpy.run_path(str(PROGRAM), run_name="__main__"), [str(PROGRAM), *map(str, arguments)], folder
    )


def paint(path: Path, color: tuple[int, int, int], size: tuple[int, int] = (96, 64)) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    PIL.Image.new("RGB", size, color).save(path)


def lay_out(folder: Path, *more: object) -> subprocess.CompletedProcess[str]:
    of = ["--contender", "new=new", "old 10=all", "--content", "content", "--style", "style", "--sheets", "sheets"]
    return blind(folder, *of, "--key", "key.json", *more)


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two contenders' results in both ways of calling them; of one pair only one contender's."""
    folder = tmp_path_factory.mktemp("blind")
    for content, style in STEMS:
        paint(folder / "content" / f"{content}.png", (30, 200, 30))
        paint(folder / "style" / f"{style}.png", (200, 200, 30), (64, 96))
        paint(folder / "new" / f"{content} {style}.png", COLORS["new"])
        if (content, style) != ("boat", "ink"):
            paint(folder / "all" / f"{content} {style} old 10.png", COLORS["old 10"])
        paint(folder / "all" / f"{content} {style} third 10.png", (0, 0, 0))
    done = lay_out(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_sheet_shows_what_the_key_says(laid: Path) -> None:
    key = json.loads((laid / "key.json").read_text())
    assert sorted(key["pairs"]) == ["a cat ink", "a cat waves", "boat waves"]
    for pair, entry in key["pairs"].items():
        with PIL.Image.open(laid / "sheets" / f"{pair}.png") as image:
            sheet, told_apart = np.asarray(image), image.info
        assert not told_apart
        assert sheet.shape[1] == 2 * 700 + 3 * 20
        left, right = sheet[:, 370], sheet[:, 1090]
        assert tuple(left[100]) == (30, 200, 30)
        assert tuple(right[500]) == (200, 200, 30)
        assert tuple(left[-250]) == COLORS[entry["shown"]["A"]]
        assert tuple(right[-250]) == COLORS[entry["shown"]["B"]]


def test_the_order_is_by_the_seed_and_not_always_the_same(laid: Path, tmp_path: Path) -> None:
    before = (laid / "key.json").read_bytes()
    assert lay_out(laid).returncode == 0
    assert (laid / "key.json").read_bytes() == before
    orders = {tuple(entry["shown"]["A"] for entry in json.loads(before)["pairs"].values())}
    for seed in (1, 2):
        key = tmp_path / f"{seed}.json"
        done = lay_out(laid, "--seed", seed, "--key", key, "--sheets", tmp_path / "sheets")
        assert done.returncode == 0, done.stderr
        orders.add(tuple(entry["shown"]["A"] for entry in json.loads(key.read_text())["pairs"].values()))
    assert len(orders) > 1
    other = lay_out(laid, "--seed", 99)
    assert other.returncode == 1
    assert "belongs to other sheets" in other.stderr


def test_pairs_that_are_painted_later_join_the_sheets(laid: Path, tmp_path: Path) -> None:
    where = ["--key", tmp_path / "key.json", "--sheets", tmp_path / "sheets"]
    assert lay_out(laid, *where).returncode == 0
    before = json.loads((tmp_path / "key.json").read_text())["pairs"]
    late = laid / "all" / "boat ink old 10.png"
    paint(late, COLORS["old 10"])
    done = lay_out(laid, *where)
    late.unlink()
    assert done.returncode == 0, done.stderr
    after = json.loads((tmp_path / "key.json").read_text())["pairs"]
    assert after.keys() - before.keys() == {"boat ink"}
    assert {pair: after[pair] for pair in before} == before
    # A picture that was painted anew is another one.
    anew = laid / "new" / "boat waves.png"
    content = anew.read_bytes()
    paint(anew, (1, 2, 3))
    refused = lay_out(laid, *where)
    anew.write_bytes(content)
    assert refused.returncode == 1
    assert "belongs to other sheets" in refused.stderr


def letter(laid: Path, pair: str, contender: str) -> str:
    shown: dict[str, str] = json.loads((laid / "key.json").read_text())["pairs"][pair]["shown"]
    return next(one for one, name in shown.items() if name == contender)


def answer(laid: Path, record: Path, text: str) -> subprocess.CompletedProcess[str]:
    answers = record.with_name("answers.txt")
    answers.write_text(text)
    return blind(laid, "--answer", answers, "--key", "key.json", "--record", record)


def test_answers_are_counted_and_the_counts_made_again(laid: Path, tmp_path: Path) -> None:
    from scipy.stats import binomtest

    record = tmp_path / "record.json"
    new, old = letter(laid, "a cat ink", "new"), letter(laid, "boat waves", "old 10")
    first = answer(laid, record, f"a cat ink: {new} same\nboat waves: {old}\n")
    assert first.returncode == 0, first.stderr
    assert f"| new | 1 | 1 | 0 | 50% | old 10 | {binomtest(1, 2).pvalue:.2g} |" in first.stdout
    assert "Which would you hang? | new | 0 | 0 | 1 | 0% | old 10 | 1 |" in first.stdout
    # Another judge's file, as JSON, comes beside it.
    more = answer(laid, record, json.dumps({"a cat waves": letter(laid, "a cat waves", "new")}))
    assert "| new | 2 | 1 | 0 | 67% | old 10 | 1 |" in more.stdout
    again = blind(tmp_path, "--counts", record)
    assert again.stdout == more.stdout
    # What was answered stays so.
    changed = answer(laid, record, "boat waves: same")
    assert changed.returncode == 1
    assert "another answer for 'boat waves'" in changed.stderr
    assert blind(tmp_path, "--counts", record).stdout == more.stdout


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("boat ink: A", "'boat ink' is on no sheet"),
        ("boat waves: C", "say A, B or same"),
        ("boat waves: A B A", "say A, B or same"),
        ("boat waves:", "say A, B or same"),
        ("boat waves: A\nboat waves: B", "answered twice"),
        ('{"boat waves": 3}', "is not such a file"),
        ("{", "is not such a file"),
    ],
)
def test_a_wrong_answer_is_told_in_a_sentence(laid: Path, tmp_path: Path, text: str, sentence: str) -> None:
    done = answer(laid, tmp_path / "record.json", text)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "record.json").exists()


def test_of_three_contenders_two_are_chosen_by_name(laid: Path, tmp_path: Path) -> None:
    three = ["--contender", "new=new", "old 10=all", "third 10=all", "--content", "content", "--style", "style"]
    where = ["--sheets", tmp_path / "sheets", "--key", tmp_path / "key.json"]
    refused = blind(laid, *three, *where)
    assert refused.returncode == 1
    assert "choose two of new, old 10, third 10 by --between" in refused.stderr
    done = blind(laid, *three, *where, "--between", "third 10", "new")
    assert done.returncode == 0, done.stderr
    key = json.loads((tmp_path / "key.json").read_text())
    assert key["contenders"] == ["third 10", "new"]
    assert len(key["pairs"]) == 4
