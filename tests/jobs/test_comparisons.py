"""Which results are compared, what they differ in, and answers that survive whatever befalls their file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pinxit.jobs import answers as module
from pinxit.jobs.answers import Answer, Answers
from pinxit.jobs.comparisons import Count, comparison, comparisons, counts
from pinxit.jobs.errors import Conflict, NoRoom
from pinxit.jobs.results import Result, ResultFile
from pinxit.recipe.recipe import Settings

PHOTO = {"name": "photo.jpg", "sha256": "c" * 64, "bytes": 9}
STYLE = {"name": "style.jpg", "sha256": "d" * 64, "bytes": 9}


def painting(number: int, chosen: dict[str, Any] | None = None, **facts: Any) -> Result:
    """A finished painting, its recipe as the queue writes it; what stands in `chosen` may be an input, too."""
    chosen = chosen or {}
    settings = {name: value for name, value in chosen.items() if name in Settings.model_fields}
    defaults = Settings.choose(settings).model_dump(mode="json", exclude_none=True)
    recipe = {"content": PHOTO, "styles": [{**STYLE, "share": 1.0}], **defaults, **chosen}
    part = ResultFile(role="picture", id=f"{number:064x}", name="p.png", media="image/png", bytes=1)
    base = {"id": f"r{number}", "work": "stylize", "files": (part,), "styles": ("style.jpg",), "recipe": recipe}
    return Result.model_validate({**base, **facts})


def answer(a: str, b: str, choice: str = "a", **differed: tuple[str, str]) -> Answer:
    return Answer.model_validate(
        {"time": "2026-11-29T12:00:00+00:00", "shown": (a, b), "sha256": ("1" * 64, "2" * 64), "answer": choice,
         "differed": differed}
    )  # fmt: skip


def test_the_same_photograph_and_style_by_other_settings() -> None:
    (one,) = comparisons([painting(1), painting(2, {"style_weight": 20})])
    assert one.pair == {"r1", "r2"}
    assert one.differed == {"style_weight": ("16", "20") if one.a.id == "r1" else ("20", "16")}


def test_a_preset_stands_for_all_that_follows_from_it() -> None:
    (one,) = comparisons([painting(1, {"preset": "draft"}), painting(2, {"preset": "instant"})])
    assert set(one.differed) == {"preset"}
    (one,) = comparisons([painting(1, {"preset": "draft", "style_weight": 20}), painting(2)])
    assert set(one.differed) == {"preset", "style_weight"}


def test_an_objective_stands_for_all_that_follows_from_it() -> None:
    (one,) = comparisons([painting(1, {"objective": "gram"}), painting(2)])
    assert set(one.differed) == {"objective"}


def test_what_an_earlier_version_painted_is_of_its_objective() -> None:
    old = painting(1, {"objective": "gram", "faces": "style"})
    assert old.recipe is not None
    del old.recipe["objective"], old.recipe["faces"]
    (one,) = comparisons([old, painting(2)])
    assert one.differed.keys() == {"objective", "faces"}
    assert set(one.differed["objective"]) == {"gram", "neighbors"}


@pytest.mark.parametrize(
    "other",
    [
        painting(2),
        painting(2, {"memory": 2.0, "device": "cpu"}),
        painting(2, {"style_weight": 20, "content": {**PHOTO, "sha256": "e" * 64}}),
        painting(2, {"style_weight": 20, "styles": [{**STYLE, "share": 1.0}, {**PHOTO, "share": 1.0}]}),
        painting(2, {"style_weight": 20, "keep": STYLE}),
        painting(2, {"style_weight": 20, "finer": STYLE}),
        painting(2, {"style_weight": 20}, draft=True),
        painting(2, {"style_weight": 20}, work="panorama"),
        painting(2, {"style_weight": 20}, files=()),
        painting(2, {"style_weight": 20}, files=painting(1).files),
        painting(2, {"style_weight": 20}, styles=("taught.pinxit",)),
        painting(2, recipe=None),
    ],
    ids=[
        "settings",
        "machine",
        "photograph",
        "styles",
        "keep",
        "finer",
        "draft",
        "work",
        "no picture",
        "picture",
        "net",
        "live",
    ],
)
def test_what_does_not_belong_together_is_not_compared(other: Result) -> None:
    assert comparisons([painting(1), other]) == []
    with pytest.raises(Conflict, match="these two cannot be compared"):
        comparison(painting(1), other)


def test_a_file_is_known_by_its_content_whatever_it_was_called() -> None:
    assert comparisons([painting(1), painting(2, {"style_weight": 20, "content": {**PHOTO, "name": "again.jpg"}})])


def test_who_is_shown_first_is_chance_and_stays_so() -> None:
    results = [painting(number, {"style_weight": 1 + number}) for number in range(12)]
    found = comparisons(results)
    assert len(found) == 66
    assert found == comparisons(results[::-1])
    earlier = sum(int(one.a.id[1:]) < int(one.b.id[1:]) for one in found)
    assert 20 <= earlier <= 46
    assert [one.pair for one in found] != sorted([one.pair for one in found], key=sorted)


def test_of_many_alike_only_some_are_compared() -> None:
    assert len(comparisons([painting(number, {"seed": number}) for number in range(60)])) == 24 * 23 // 2


def test_counts_are_by_what_differed() -> None:
    answers = [
        answer("r1", "r2", "a", preset=("standard", "draft")),
        answer("r3", "r4", "b", preset=("draft", "standard"), seed=("0", "1")),
        answer("r5", "r6", "same", preset=("draft", "standard")),
        answer("r7", "r8", "b", preset=("standard", "draft")),
    ]
    assert counts(answers) == [
        Count("preset", ("draft", "standard"), (1, 2), 1),
        Count("seed", ("0", "1"), (0, 1), 0),
    ]


def test_answers_are_there_again_and_the_later_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    answers = Answers(path)
    assert not path.exists()
    first, other = answer("r1", "r2", "a", seed=("0", "1")), answer("r3", "r4", "same", seed=("0", "1"))
    later = answer("r2", "r1", "a", seed=("1", "0"))
    for one in (first, other, later):
        answers.put(one)
    assert path.read_bytes().count(b"\n") == 3
    for same in (answers, Answers(path)):
        assert same.get(frozenset({"r1", "r2"})) == later
        assert same.all() == [later, other]


@pytest.mark.parametrize("broken", [b'{"time": "2026', b"\xff\x00\n", b"[" * 100_000, b"x" * 200_000 + b"\n"])
def test_what_was_broken_off_or_is_no_answer_costs_no_other(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "answers.jsonl"
    first, other = answer("r1", "r2", seed=("0", "1")), answer("r3", "r4", seed=("0", "1"))
    Answers(path).put(first)
    with path.open("ab") as file:
        file.write(broken)
    answers = Answers(path)
    assert answers.all() == [first]
    answers.put(other)
    assert Answers(path).all() == [first, other]


def test_a_program_that_answers_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ANSWERS", 2)
    answers = Answers(tmp_path / "answers.jsonl")
    answers.put(answer("r1", "r2", "a"))
    answers.put(answer("r1", "r2", "b"))
    with pytest.raises(NoRoom, match=r"answers\.jsonl"):
        answers.put(answer("r1", "r2", "a"))
