"""Paint a camera's frames as they come, and blend from one style to another while it runs.

The source is a camera's number, a clip or a folder of frames. Frames go to a window (Escape closes it), or with `-o` into an
`.mp4`. It needs `pip install "pinxit[live]"`.

    python examples/live_camera.py 0 house:swirl house:ink
    python examples/live_camera.py clip.mp4 house:swirl house:ink -o painted.mp4 --seconds-each 2
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import pinxit
from pinxit.video.live_input import live_frames
from pinxit.video.live_output import Recording, Window


def run(source: str, styles: tuple[str, str], *, output: Path | None, size: int, seconds_each: float) -> int:
    """Paint a source in two styles in turn, and return the number of frames."""
    painters = [pinxit.prepare_live([style], size=size) for style in styles]
    screen = Window("pinxit") if output is None else Recording(output, overwrite=True)
    count = 0
    try:
        for seconds, frame in live_frames(source, size, painters[0].grid, paced=output is None):
            # From 0 to 1 and back, a style every `seconds_each`; where a style's share is 0, it need not be painted.
            share = 0.5 - 0.5 * np.cos(np.pi * seconds / seconds_each)
            painted = sum(
                part * painter(frame).astype(np.float32)
                for part, painter in zip((1 - share, share), painters, strict=True)
                if part > 0
            )
            count += 1
            if not screen.add(seconds, np.asarray(painted).round().astype(np.uint8), f"{share:.0%} {styles[1]}"):
                break
    except KeyboardInterrupt:
        pass  # the usual way to stop a camera: the recording is kept
    finally:
        for painter in painters:
            painter.close()
        screen.close()
    return count


def main() -> None:
    """Read the command line and paint."""
    parser = argparse.ArgumentParser(description="Paint a camera, blending from one style to another.")
    parser.add_argument("source", help="a camera's number, a clip, or a folder of frames")
    parser.add_argument("styles", nargs=2)
    parser.add_argument("-o", "--output", type=Path, help="an .mp4 to record to; a window where left out")
    parser.add_argument("--size", type=int, default=480, help="longer side, px")
    parser.add_argument("--seconds-each", type=float, default=5.0, help="seconds from one style to the other")
    options = parser.parse_args()
    first, second = options.styles
    try:
        count = run(
            options.source,
            (first, second),
            output=options.output,
            size=options.size,
            seconds_each=options.seconds_each,
        )
    except pinxit.PinxitError as error:
        raise SystemExit(str(error)) from error
    print(f"{count} frames")


if __name__ == "__main__":
    main()
