"""Make every picture that the documentation shows, from samples and house styles alone: `make docs`.

python docs/make_pictures.py [NAME …]     some of: styles, hero, presets, dials, controls, losses, networks, panorama, sprites,
                                          textures, patterns, wear, theme, video
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from pinxit import picture as pictures
from pinxit import styles
from pinxit.design import wear as design
from pinxit.design.colorway import read_palette
from pinxit.design.pattern import WRAP_OF, prepare_pattern, product
from pinxit.job import Job, StyleImage, prepare
from pinxit.picture import Picture
from pinxit.picture.wrap import WRAPS
from pinxit.styles.contact import sheet
from pinxit.surface import looking
from pinxit.surface.maps import MAPS, map_of
from pinxit.surface.panorama import prepare_panorama
from pinxit.surface.sphere import FACES
from pinxit.surface.sprites import prepare_sprites, read_sprite
from pinxit.surface.texture import prepare_texture
from pinxit.video.making import prepare as film

IMAGES = Path(__file__).parent / "images"
SIDE = 320  # of a painting
CELL = 300  # of its place on a sheet


def paint(content: str, style: str | Sequence[str | StyleImage], **options: Any) -> Picture:
    """A result of 320 px on its longer side."""
    job = prepare(content, style, **{"size": SIDE, **options})
    for progress in job.paint():
        print(f"\r{content} {style} {progress.facts}   ", end="", flush=True)
    print()
    return progress.picture()


def save(picture: Picture, name: str, quality: int = 88) -> None:
    """Write it as a JPEG small enough for a repository."""
    pictures.write(picture, IMAGES / f"{name}.jpg", overwrite=True, quality=quality)


def square(picture: Picture, side: int = CELL) -> Picture:
    """The middle of a picture, as a square."""
    image = pictures.to_pil(picture)
    least = min(image.size)
    left, top = (image.width - least) // 2, (image.height - least) // 2
    cut = image.crop((left, top, left + least, top + least)).resize((side, side), PIL.Image.Resampling.LANCZOS)
    return pictures.from_pil(cut)


def with_inset(picture: Picture, style: str) -> Picture:
    """A result with its style in the corner."""
    image = pictures.to_pil(square(picture))
    inset = pictures.to_pil(styles.draw(style, SIDE)).resize((CELL // 4, CELL // 4), PIL.Image.Resampling.LANCZOS)
    frame = PIL.Image.new("RGB", (inset.width + 4, inset.height + 4), "white")
    frame.paste(inset, (2, 2))
    image.paste(frame, (CELL - frame.width - 6, CELL - frame.height - 6))
    return pictures.from_pil(image)


def make_styles() -> None:
    """The sheet of house styles."""
    save(styles.sheet(240), "styles")


def make_hero() -> None:
    """Photographs, and what became of them."""
    pairs = [
        ("astronaut", "swirl"),
        ("cat", "glass"),
        ("coffee", "impasto"),
        ("rocket", "waves"),
        ("motorcycle", "woodcut"),
    ]
    cells = [(content, square(pictures.sample(content))) for content, _ in pairs]
    cells += [(style, with_inset(paint(f"sample:{content}", f"house:{style}"), style)) for content, style in pairs]
    save(sheet(cells, CELL), "hero")


def make_presets() -> None:
    """What each preset makes of the same pair; the paper's at fewer iterations than its 500, for the sake of time."""
    cells = [("content", square(pictures.sample("astronaut"))), ("style", styles.draw("facets", CELL))]
    for preset in ("draft", "standard", "gatys"):
        options: dict[str, Any] = {"preset": preset}
        if preset == "draft":
            options["size"] = 256
        if preset == "gatys":
            options["iterations"] = 300
        cells.append((preset, square(paint("sample:astronaut", "house:facets", **options))))
    save(sheet(cells, CELL), "presets")


def make_dials() -> None:
    """What style weight and style scale do, in drafts."""
    dials = [("style_weight", 2), ("style_weight", 10), ("style_weight", 50), ("style_scale", 0.5), ("style_scale", 2)]
    cells = [
        (
            f"{name.replace('_', '-')} {value}",
            square(paint("sample:cat", "house:swirl", preset="draft", size=256, **{name: value})),
        )
        for name, value in dials
    ]
    save(sheet(cells, CELL), "dials")


def make_controls() -> None:
    """Regions, masks, colours, starts, mixtures and a network's strength, each in a small picture; the masks are drawn here."""
    rows, columns = np.mgrid[0:512, 0:512].astype(np.float32) / 512
    face = np.clip(1.5 - 12 * np.maximum(np.hypot((columns - 0.43) * 1.1, rows - 0.21) - 0.14, 0), 0, 1)
    slope = np.clip((columns - 0.5) * 8 + 0.5, 0, 1)
    draft: dict[str, Any] = {"preset": "draft", "size": 256}
    two: list[str | StyleImage] = ["house:swirl", StyleImage("house:woodcut", region=slope)]
    cells = [
        ("two regions", paint("sample:astronaut", two, **draft)),
        ("keep a face", paint("sample:astronaut", "house:mosaic", keep=face, **draft)),
        ("color style", paint("sample:coffee", "house:swirl", **draft)),
        ("color keep", paint("sample:coffee", "house:swirl", color="keep", **draft)),
        ("color match", paint("sample:coffee", "house:swirl", color="match", **draft)),
        ("two styles, 1 to 1", paint("sample:astronaut", ["house:swirl", "house:woodcut"], **draft)),
        ("style mask: its sky", paint("sample:coffee", [StyleImage("house:swirl", mask=1 - slope.T)], **draft)),
        ("init noise", paint("sample:cat", "house:glass", init="noise", **draft)),
        ("init style", paint("sample:cat", "house:glass", init="style", **draft)),
        ("network, strength 0.5", paint("sample:cat", "house:glass", engine="network", strength=0.5)),
    ]
    save(sheet([(name, square(cell)) for name, cell in cells], CELL), "controls")


def make_losses() -> None:
    """The loss curves as `--plot` draws them."""
    command = [
        sys.executable,
        "-m",
        "pinxit",
        "stylize",
        "sample:cat",
        "-s",
        "house:swirl",
        "-p",
        "draft",
        "--overwrite",
    ]
    subprocess.run([*command, "-o", "out/losses-example.png", "--plot", str(IMAGES / "losses.png")], check=True)


def make_panorama() -> None:
    """A panorama with its date line in the middle, and views up, down and back: painted as a sphere, and as a flat picture."""
    file = Path("out/dome.png")
    subprocess.run([sys.executable, "benchmarks/dome.py", str(file), "--size", "1024"], check=True)
    options: dict[str, Any] = {"size": 1024, "iterations": (40, 20, 8)}
    sphere = follow(prepare_panorama(file, "house:swirl", **options))
    # Half the strokes' scale, for a flat picture of twice the size.
    flat = follow(prepare(file, "house:swirl", style_scale=0.5, **options))
    rolled = Picture(np.roll(sphere.pixels, 512, axis=2))
    views = []
    for name, painted in (("pinxit panorama", sphere), ("pinxit stylize", flat)):
        look = looking.panorama(painted, 1024)
        for where, face in (("up", "py"), ("down", "ny"), ("back", "nz")):
            views.append((f"{name}, {where}", Picture(looking.as_view(look, FACES[face], CELL, 100))))
    below = pictures.to_pil(sheet(views, CELL, 3))
    above = pictures.to_pil(pictures.fit(rolled, below.width))
    whole = PIL.Image.new("RGB", (below.width, above.height + below.height), "white")
    whole.paste(above, (0, 0))
    whole.paste(below, (0, above.height))
    save(pictures.fit(pictures.from_pil(whole), 800), "panorama", quality=70)


def make_sprites() -> None:
    """A set of icons, drawn here, over white, black and magenta, and what optimiser and network make of it."""
    folder = Path("out/icons")
    folder.mkdir(parents=True, exist_ok=True)
    for name, icon in icons().items():
        icon.save(folder / f"{name}.png")
    rows = [list(icons().values())]
    ways: dict[str, dict[str, Any]] = {"crayon": {"iterations": 30}, "mosaic": {"engine": "network"}}
    for style, options in ways.items():
        read = [read_sprite(folder / f"{name}.png") for name in icons()]
        job = prepare_sprites(read, f"house:{style}", **{"size": 112, **options})
        for progress in job.paint():
            print(f"\rsprites {style} {progress.facts}   ", end="", flush=True)
        print()
        rows.append([pictures.to_pil(job.of(sprite).result(progress)[0]) for sprite in read])
    side = 144
    grounds = [(255, 255, 255), (16, 16, 16), (255, 0, 255)]
    whole = PIL.Image.new("RGB", (side * len(rows[0]), side * len(rows)))
    for row, icons_of in enumerate(rows):
        for column, icon in enumerate(icons_of):
            cell = PIL.Image.new("RGBA", (side, side), grounds[column * len(grounds) // len(icons_of)])
            cell.alpha_composite(icon.convert("RGBA"), ((side - icon.width) // 2, (side - icon.height) // 2))
            whole.paste(cell.convert("RGB"), (column * side, row * side))
    save(pictures.from_pil(whole), "sprites", quality=80)


def icons() -> dict[str, PIL.Image.Image]:
    """Heart, star, gem, moon, leaf and flask, 112 px, with soft outlines."""
    side, fine = 112, 8
    rows, columns = np.mgrid[0 : side * fine, 0 : side * fine] / (side * fine) * 2.4 - 1.2
    angle, far = np.arctan2(-rows, columns), np.hypot(rows, columns)
    heart = (columns**2 + (-rows + 0.1) ** 2 - 0.75) ** 3 + 1.1 * columns**2 * (rows - 0.1) ** 3 < 0
    star = far < 0.72 + 0.3 * np.cos(5 * (angle - np.pi / 2))
    gem = np.abs(columns) + np.abs(rows + 0.1) * 0.8 < 0.95
    moon = (far < 0.95) & (np.hypot(rows + 0.15, columns - 0.4) > 0.75)
    leaf = (np.hypot(columns - 0.5, rows - 0.5) < 1.2) & (np.hypot(columns + 0.5, rows + 0.5) < 1.2)
    flask = (np.hypot(columns, rows - 0.3) < 0.7) | ((np.abs(columns) < 0.22) & (rows > -1) & (rows < 0))
    shapes = {
        "heart": (heart, (208, 48, 64)),
        "star": (star, (240, 190, 50)),
        "gem": (gem, (60, 150, 200)),
        "moon": (moon, (236, 226, 170)),
        "leaf": (leaf, (80, 150, 70)),
        "flask": (flask, (140, 90, 180)),
    }
    drawn = {}
    for name, (shape, color) in shapes.items():
        light = (
            0.75 + 0.35 * np.clip(-rows - 0.4 * columns, -1, 1) + 0.25 * (np.hypot(rows + 0.35, columns + 0.3) < 0.2)
        )
        vein = np.where((np.abs(rows - columns) < 0.04) & (name == "leaf"), 0.7, 1.0)
        pixels = np.clip(np.array(color) * (light * vein)[..., None], 0, 255)
        large = np.concatenate([pixels, 255.0 * shape[..., None]], -1).astype(np.uint8)
        drawn[name] = PIL.Image.fromarray(large).resize((side, side), PIL.Image.Resampling.BOX)
    return drawn


def follow(job: Job) -> Picture:
    """Paint, and say how far it is."""
    for progress in job.paint():
        print(f"\r{progress.facts}   ", end="", flush=True)
    print()
    return progress.picture()


def make_networks() -> None:
    """Photographs and styles through both networks and the optimiser."""
    cells = []
    for content, style in (("coffee", "house:impasto"), ("astronaut", "house:swirl"), ("cat", "house:woodcut")):
        ways: dict[str, dict[str, Any]] = {
            "live": {"preset": "instant", "network": "live", "size": 640},
            "fine": {"preset": "instant", "size": 640},
            "the optimiser": {"size": 384},
        }
        cells.append((style, square(styles.draw(style.removeprefix("house:"), 512), 240)))
        cells += [(name, square(paint(f"sample:{content}", style, **options), 240)) for name, options in ways.items()]
    save(sheet(cells, 240, columns=4), "networks", quality=65)


def tiled(picture: Picture, times: int) -> Picture:
    """The picture beside and below itself."""
    return Picture(np.tile(picture.pixels, (1, times, times)))


def make_textures() -> None:
    """Styles, and their textures laid 2×2."""
    names = ("swirl", "marbling")
    cells = []
    for name in names:
        work = prepare_texture([f"house:{name}"], 256, 256, tile=True, iterations=(60, 15))
        *_, last = work.paint()
        texture, _ = work.result(last)
        if name == "swirl":
            lit = [("texture", texture), *((kind, map_of(texture, kind, WRAPS["both"])) for kind in MAPS)]
            save(sheet([(kind, tiled(one, 2)) for kind, one in lit], CELL, columns=4), "maps", 75)
        cells += [(f"house:{name}", styles.draw(name, CELL)), ("laid 2 by 2", tiled(texture, 2))]
    save(sheet(cells, CELL, columns=4), "textures", 45)


def make_patterns() -> None:
    """Every repeat, laid 3×3, and colourways of one."""
    cells = []
    for repeat in WRAP_OF:
        work = prepare_pattern(["house:batik"], 192, 192, repeat=repeat, coarsest=96, iterations=(40, 12))
        *_, last = work.paint()
        cell, recipe = work.result(last)
        laid = recipe.model_copy(update={"sheet": True})
        cells.append((repeat, product(cell, laid)))
        if repeat == "half-drop":
            ways: dict[str, tuple[str, ...]] = {
                "its own": (),
                "#14213d,#fca311,#e5e5e5": (),
                "house:swirl": (),
                "house:cutout": (),
            }
            ways |= {name: read_palette(name) for name in list(ways)[1:]}
            colored = [
                (name, product(cell, laid.model_copy(update={"palette": colors}))) for name, colors in ways.items()
            ]
            save(sheet(colored, CELL, columns=4), "colourways", 40)
    save(sheet(cells, CELL, columns=4), "repeats", 40)


def make_wear() -> None:
    """The astronaut's suit in patterns and in a style; its mask is what is orange."""
    from skimage.color import rgb2hsv
    from skimage.morphology import closing, opening, remove_small_objects

    photograph = pictures.sample("astronaut")
    hue, saturation, value = np.moveaxis(rgb2hsv(np.moveaxis(photograph.pixels, 0, 2)), 2, 0)
    rows, columns = np.mgrid[0 : photograph.height, 0 : photograph.width]
    orange = (hue < 0.1) & (saturation > 0.4) & (value > 0.15) & (rows > 185) & (columns > 10 + (512 - rows) * 0.17)
    found = closing(opening(orange, np.ones((5, 5))), np.ones((13, 13)))
    suit = remove_small_objects(found, max_size=900).astype(np.float32)
    designs: list[tuple[str, dict[str, Any]]] = [
        ("weave, scale 0.22", {"patterns": ["house:weave"], "scale": 0.22}),
        ("batik, angle 30", {"patterns": ["house:batik"], "angle": 30}),
        ("waves, hue 210", {"patterns": ["house:waves"], "scale": 0.4, "hue": 210}),
        ("style swirl", {"styles": ["house:swirl"], "settings": {"preset": "draft", "size": 320}}),
    ]
    cells = [("photograph", photograph)]
    for name, options in designs:
        fitting = design.prepare(photograph, suit, **options)
        (one,) = fitting.designs()
        job, painted = fitting.job(one, 0), None
        if job is not None:
            *_, last = job.paint()
            painted = last.picture()
        cells.append((name, fitting.wear(one, painted)))
    save(sheet([(name, square(cell, 236)) for name, cell in cells], 236, columns=5), "wear")


def make_theme() -> None:
    """A theme's page in light and in dark, as Chromium shows it."""
    command = [sys.executable, "-m", "pinxit", "theme", "house:swirl", "-o", "out/theme-example", "--overwrite"]
    subprocess.run(command, check=True)
    shots = []
    for mode in ("light", "dark"):
        shot = Path(f"out/theme-{mode}.png").absolute()
        page = Path("out/theme-example/index.html").absolute().as_uri()
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"]
        window = [f"--screenshot={shot}", "--window-size=1200,1640", f"{page}#{mode}"]
        subprocess.run([*browser, *quiet, *window], check=True, capture_output=True)
        shots.append(pictures.read(shot).pixels)
    save(pictures.fit(Picture(np.concatenate(shots, axis=2)), 960), "theme")


def make_video() -> None:
    """A row of pixels over time, and a film that goes over from one style to another."""
    benchmark = Path(__file__).parent.parent / "benchmarks" / "video.py"
    subprocess.run([sys.executable, benchmark, "--slices", IMAGES / "video-slices.jpg"], check=True)
    photo = pictures.fit(pictures.sample("cat"), SIDE)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "clip", Path(folder) / "film"
        for number in range(9):
            pictures.write(photo, source / f"{number}.png")
        styles_ = [("house:swirl", 0.0), ("house:woodcut", 2.0)]
        for _ in film(source, styles_, rate=4).paint(target):
            pass
        files = sorted(target.glob("*.png"))
        cells = [(f"{number / 4:g} s", square(pictures.read(files[number]), 200)) for number in (0, 2, 4, 6, 8)]
    save(sheet(cells, 200), "video-fade")


MAKERS: dict[str, Callable[[], None]] = {
    "styles": make_styles,
    "hero": make_hero,
    "presets": make_presets,
    "dials": make_dials,
    "controls": make_controls,
    "losses": make_losses,
    "networks": make_networks,
    "panorama": make_panorama,
    "sprites": make_sprites,
    "textures": make_textures,
    "patterns": make_patterns,
    "wear": make_wear,
    "theme": make_theme,
    "video": make_video,
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or MAKERS:
        MAKERS[chosen]()
