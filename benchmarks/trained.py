"""Claim: a network that is trained for one style paints nearer to it than the network for any style.

Photographs that are in no training are painted at 512 px by `-p instant`, with the style image and with the network that was
trained for it, and judged as in strokes.py. Networks are named after their style images. `--judged` only summarises the record.

    pinxit train PAINTINGS/munch_the_scream_1893.jpg -o out/trained/munch_the_scream_1893.pinxit --photographs FOLDER
    python benchmarks/trained.py --content FOLDER --style PAINTINGS [--networks out/trained]
    python benchmarks/trained.py --judged
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import mean

from pinxit import image as pictures
from pinxit.encoder import dino_weights
from pinxit.encoder.dino import Dino
from pinxit.metrics.patches import PatchJudge
from pinxit.preparation import prepare
from strokes import SIZE, load, run

PHOTOGRAPHS = (
    "portrait_woman_afro",
    "golden_gate",
    "animal_cat_chelsea",
    "landscape_mountain_lake",
    "product_coffee_cup",
    "street_traffic",
)
RECORD = Path(__file__).with_name("trained.json")
Record = dict[str, dict[str, dict[str, float]]]
"""The judge's distances by pair, contender and name."""


def main() -> None:
    """Paint and judge what is missing, then compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", type=Path, default=Path("out/trained"))
    run(parser, RECORD, judge_all, table)


def judge_all(options: argparse.Namespace, record: Record) -> None:
    """Paint and judge what is missing in the record."""
    dino = Dino(dino_weights.load())
    for network in sorted(options.networks.glob("*.pinxit")):
        style = load(options.style, network.stem)
        for name in PHOTOGRAPHS:
            pair = f"{name} {network.stem}"
            if pair in record:
                continue
            content = load(options.content, name)
            judge = PatchJudge(dino, content, [style])
            found = {}
            for contender, way in (("instant", style), ("trained", str(network))):
                *_, last = prepare(content, way, size=SIZE, preset="instant", device="cpu").paint()
                pictures.write(last.picture(), options.networks / f"{pair} {contender}.png", overwrite=True)
                seen = judge(last.picture())
                found[contender] = {key: round(getattr(seen, key), 4) for key in ("local_style", "structure")}
            record[pair] = found
            options.record.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
            print(pair, found, flush=True)


def table(record: Record) -> str:
    """Return a line for each style: means of both contenders, and in how many pairs the trained network is nearer."""
    lines = ["style: local style, structure by instant → trained; pairs that are nearer to the style, the structure"]
    for style in [*sorted({pair.split()[1] for pair in record}), ""]:
        of = [found for pair, found in record.items() if pair.endswith(style)]
        parts, nearer = [], []
        for key in ("local_style", "structure"):
            instant, trained = ([found[name][key] for found in of] for name in ("instant", "trained"))
            parts.append(f"{mean(instant):.3f} → {mean(trained):.3f}")
            nearer.append(str(sum(one > other for one, other in zip(instant, trained, strict=True))))
        lines.append(f"{style or 'all'}: {', '.join(parts)}; {', '.join(nearer)} of {len(of)}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
