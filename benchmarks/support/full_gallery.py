"""A studio's home folder filled with thousands of small results."""

from __future__ import annotations

import datetime
import io
import tempfile
import uuid
from itertools import islice, product
from pathlib import Path

import numpy as np
import PIL.Image

import pinxit
from pinxit import image as pictures
from pinxit import styles
from pinxit.jobs.files import Files
from pinxit.jobs.results import Result, ResultFile, write

SIDE = 256  # px
_BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def fill(home: Path, count: int) -> None:
    """Write results into a home folder that does not exist yet.

    Every sample is painted in every house style by the network, and each painting is mixed with its photograph in as many
    shares as it takes: `count` different pictures, in minutes rather than hours.

    Args:
        home: the folder; nothing is done where it exists.
        count: how many results.
    """
    if home.exists():
        return
    pairs = list(product(pictures.sample_names(), styles.names()))
    shares = -(-count // len(pairs))
    files = Files(home / "files")
    (home / "results").mkdir()
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        for sample, style in pairs:
            painting = Path(folder) / f"{sample}-{style}.png"
            pinxit.stylize(
                f"sample:{sample}", f"house:{style}", output=painting, preset="instant", network="live", size=SIDE
            )
            painted = PIL.Image.open(painting).convert("RGB")
            photograph = PIL.Image.fromarray(_pixels(sample)).resize(painted.size)
            for share in islice(np.linspace(1, 0.3, shares), count - number):
                _add(
                    home, files, sample, style, PIL.Image.blend(photograph, painted, float(share)), float(share), number
                )
                number += 1


def _pixels(sample: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    png = pictures.to_bytes(pictures.sample(sample), kind="PNG")
    return np.asarray(PIL.Image.open(io.BytesIO(png)).convert("RGB"))


def _add(
    home: Path, files: Files, sample: str, style: str, picture: PIL.Image.Image, strength: float, number: int
) -> None:
    """Store a picture and its result, made `number` minutes after the first."""
    name = f"{sample}-{style}.png"
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    width, height = picture.size
    with files.new() as incoming:
        incoming.write(stream.getvalue())
        stored, _ = incoming.commit(name, {"kind": "picture", "media": "image/png", "width": width, "height": height})
    write(
        home / "results",
        Result(
            id=uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex,
            work="stylize",
            title=f"{sample}-{style}",
            made=(_BEGIN + datetime.timedelta(minutes=number)).isoformat(),
            styles=(f"house:{style}",),
            seconds=1.0,
            bytes=stored.bytes,
            cover=stored.id,
            files=(ResultFile.of(stored, "picture"),),
            recipe={
                "content": {"name": f"sample:{sample}", "sha256": "", "bytes": 0},
                "styles": [{"name": f"house:{style}", "sha256": "", "bytes": 0, "share": 1.0}],
                "preset": "instant",
                "engine": "network",
                "network": "live",
                "size": SIDE,
                "strength": round(strength, 3),
            },
        ),
    )
