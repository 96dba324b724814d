"""Make the picture in docs/how-to/avatar.md: one person in four styles, on four backgrounds.

python docs/make_avatar.py
"""

from __future__ import annotations

from pathlib import Path

import PIL.Image

from pinxit import image as pictures
from pinxit import prepare_avatar

IMAGES = Path(__file__).parent / "images"
SIDE = 240  # px
STYLES = {"swirl": "#ffffff", "ink": "#f2c14e", "watercolour": "#20242c", "woodcut": "#00b140"}


def main() -> None:
    """Paint the avatars and lay them side by side."""
    whole = PIL.Image.new("RGB", (len(STYLES) * SIDE, SIDE))
    for number, (style, ground) in enumerate(STYLES.items()):
        job = prepare_avatar("sample:astronaut", f"house:{style}", SIDE)
        *_, last = job.paint()
        avatar = pictures.to_pil(job.result(last)[0])
        cell = PIL.Image.new("RGB", (SIDE, SIDE), ground)
        cell.paste(avatar, mask=avatar.getchannel("A"))
        whole.paste(cell, (number * SIDE, 0))
    whole.save(IMAGES / "avatar.jpg", quality=85)
    print(IMAGES / "avatar.jpg")


if __name__ == "__main__":
    main()
