"""From what came of the work to a result in the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pinxit.jobs import results
from pinxit.jobs.files import Files
from pinxit.jobs.orders import VideoOrder, fingerprint, read_order
from pinxit.jobs.results import Part, Result
from pinxit.picture.recipe import Input

if TYPE_CHECKING:
    from pinxit.jobs.work import Delivery, Made
    from pinxit.jobs.worker import Task


def deliver(task: Task, delivery: Delivery, *, seconds: float, draft: bool, kept: bool) -> Result:
    """Move the files into the store and write the result, which is the moment when there is one.

    Args:
        task: the job.
        delivery: what came of it.
        seconds: what it took.
        draft: whether it is but the best so far.
        kept: whether a person wants it kept.
    """
    files = Files(task.home / "files")
    parts = [_part(files, made) for made in delivery.files]
    pictures = [part for part in parts if part.media.startswith("image/") and part.role != "original"]
    order = read_order(task.order)
    if isinstance(order, VideoOrder):
        clip = files.get(order.clip.sha256)
        facts = clip.model_dump(include={"id", "name", "media", "bytes", "width", "height"})
        parts.append(Part(role="original", **facts))
    inputs = list(
        dict.fromkeys(Input(**entry.model_dump(include={"name", "sha256", "bytes"})) for _, entry in order.inputs())
    )
    result = Result(
        id=task.id,
        job=task.id,
        order_sha256=fingerprint(order),
        work=order.work,
        title=task.title,
        made=results.now(),
        draft=draft,
        kept=kept,
        styles=tuple(style.name for style in order.styles),
        seconds=round(seconds, 2),
        bytes=sum(part.bytes for part in parts if part.role not in ("cover", "original")),
        cover=pictures[0].id if pictures else None,
        files=tuple(part for part in parts if part.role != "cover"),
        recipe=_plain(delivery.recipe),
        inputs=tuple(inputs),
        notes=tuple(delivery.notes),
    )
    results.write(task.home / "results", result)
    return result


def _part(files: Files, made: Made) -> Part:
    facts: dict[str, Any] = {"kind": made.kind, "media": made.media, "width": made.width, "height": made.height}
    file, _ = files.add(made.path, made.name, facts)
    return Part(
        role=made.role,
        id=file.id,
        name=made.name,
        media=made.media,
        bytes=file.bytes,
        width=made.width,
        height=made.height,
    )


def _plain(recipe: dict[str, Any]) -> dict[str, Any]:
    """Without what was not chosen, which says nothing."""
    return {name: value for name, value in recipe.items() if value is not None}
