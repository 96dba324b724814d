"""Make frames of a person who moves in front of a room, from two photographs, to look at films of faces and hair.

    python benchmarks/person.py portrait.jpg room.jpg FOLDER [--frames 12]

The person is cut out of the upper square of the portrait, and moves 9 px a frame to the right, growing and turning a little.
The camera moves 2 px a frame over the room.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from pinxit import image as pictures
from pinxit.image import Picture
from pinxit.matting.person import PersonMatte
from pinxit.video.optical_flow import Bytes, pixels_of

HEIGHT, WIDTH = 360, 640
SIDE = 382  # px: of the square with the person in the first frame


def main() -> None:
    """Write the frames."""
    parser = argparse.ArgumentParser()
    parser.add_argument("portrait", type=Path)
    parser.add_argument("room", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--frames", type=int, default=12)
    options = parser.parse_args()
    portrait, room = (pictures.to_array(pictures.read(path), np.uint8) for path in (options.portrait, options.room))
    side = min(portrait.shape[:2])
    portrait = np.ascontiguousarray(portrait[:side, :side])
    matte = PersonMatte()(portrait)
    matte = cv2.ximgproc.guidedFilter(portrait.astype(np.float32) / np.float32(255), matte, 12, 1e-4).clip(0, 1)
    scale = 1.2 * max(WIDTH / room.shape[1], HEIGHT / room.shape[0])
    room = cv2.resize(room, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for number in range(options.frames):
        frame = frame_of(number, portrait, matte, np.asarray(room, np.uint8))
        pictures.write(Picture(pixels_of(frame)), options.folder / f"frame_{number + 1:04}.png")


def frame_of(number: int, portrait: Bytes, matte: np.ndarray, room: Bytes) -> Bytes:
    """Return a frame.

    Args:
        number: from 0.
        portrait: `(S, S, 3)`.
        matte: where the person is, `(S, S)`, range [0, 1].
        room: `(H, W, 3)`.
    """
    camera = np.array([[1.0, 0, -20 - 2.2 * number], [0, 1, -40 - 0.4 * number]])
    back = cv2.warpAffine(room, camera, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    zoom = SIDE / len(portrait)
    place = cv2.getRotationMatrix2D(
        (len(portrait) / 2,) * 2, np.degrees(0.06 - 0.012 * number), zoom * (1 + 0.006 * number)
    )
    middle = (SIDE - len(portrait)) / 2
    place[:, 2] += np.array([110 + 9 * number + middle, middle])
    person = cv2.warpAffine(portrait, place, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    share = cv2.warpAffine(matte, place, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)[..., None]
    return np.asarray((share * person + (1 - share) * back + np.float32(0.5)).clip(0, 255), np.uint8)


if __name__ == "__main__":
    main()
