"""Paint every picture of the documentation, from samples and house styles alone: `make docs`.

python docs/make_pictures.py [NAME …]     some of: styles, hero, presets, dials, controls, losses, networks, train, panorama,
                                          sprites, living, textures, patterns, wear, grade, theme, video, keyframes
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from pinxit import image as pictures
from pinxit import styles
from pinxit.design import garment as design
from pinxit.grading import prepare_grade
from pinxit.image import Picture
from pinxit.image.contact_sheet import contact_sheet
from pinxit.image.wrap import WRAPS
from pinxit.job import Job
from pinxit.living.automaton import picture_of, seed_state
from pinxit.living.clips import write_loop
from pinxit.living.loop import loop_frames
from pinxit.living.recipe import LoopRecipe
from pinxit.living.work import prepare_living
from pinxit.preparation import StyleImage, prepare
from pinxit.recipe.recipe import Input
from pinxit.surface import projection
from pinxit.surface.colorway import read_palette
from pinxit.surface.maps import MAPS, map_of
from pinxit.surface.panorama import prepare_panorama
from pinxit.surface.pattern import WRAP_OF, prepare_pattern, product
from pinxit.surface.sphere import FACES
from pinxit.surface.sprites import prepare_sprites, read_sprite
from pinxit.surface.texture import prepare_texture
from pinxit.training import save_network, train
from pinxit.video.prepare import prepare_video as film

IMAGES = Path(__file__).parent / "images"
SIDE = 320  # px: longer side of a painting
CELL = 300  # px: side of a cell on a sheet


def paint(content: str, style: str | Sequence[str | StyleImage], **options: Any) -> Picture:
    """Return a result of 320 px on its longer side."""
    job = prepare(content, style, **{"size": SIDE, **options})
    for progress in job.paint():
        print(f"\r{content} {style} {progress.facts}   ", end="", flush=True)
    print()
    return progress.picture()


def save(picture: Picture, name: str, quality: int = 88) -> None:
    """Write a picture as a JPEG small enough for a repository."""
    pictures.write(picture, IMAGES / f"{name}.jpg", overwrite=True, quality=quality)


def square(picture: Picture, side: int = CELL) -> Picture:
    """Return the central square of a picture."""
    image = pictures.to_pil(picture)
    least = min(image.size)
    left, top = (image.width - least) // 2, (image.height - least) // 2
    cut = image.crop((left, top, left + least, top + least)).resize((side, side), PIL.Image.Resampling.LANCZOS)
    return pictures.from_pil(cut)


def with_inset(picture: Picture, style: str) -> Picture:
    """Return a result with its style in the corner."""
    image = pictures.to_pil(square(picture))
    inset = pictures.to_pil(styles.draw(style, SIDE)).resize((CELL // 4, CELL // 4), PIL.Image.Resampling.LANCZOS)
    frame = PIL.Image.new("RGB", (inset.width + 4, inset.height + 4), "white")
    frame.paste(inset, (2, 2))
    image.paste(frame, (CELL - frame.width - 6, CELL - frame.height - 6))
    return pictures.from_pil(image)


def make_styles() -> None:
    """Make the sheet of house styles."""
    save(styles.sheet(240), "styles")


def make_hero() -> None:
    """Make the README's first picture: photographs and their results."""
    pairs = [
        ("astronaut", "swirl"),
        ("cat", "glass"),
        ("coffee", "impasto"),
        ("rocket", "waves"),
        ("motorcycle", "woodcut"),
    ]
    cells = [(content, square(pictures.sample(content))) for content, _ in pairs]
    cells += [(style, with_inset(paint(f"sample:{content}", f"house:{style}"), style)) for content, style in pairs]
    save(contact_sheet(cells, CELL), "hero")


def make_presets() -> None:
    """Make the results of each preset for the same pair."""
    cells = [("content", square(pictures.sample("astronaut"))), ("style", styles.draw("facets", CELL))]
    for name, options in (
        ("draft", {"preset": "draft", "size": 256}),
        ("standard", {"preset": "standard"}),
        ("gatys, from content", {"preset": "gatys", "init": "content"}),
    ):
        cells.append((name, square(paint("sample:astronaut", "house:facets", **{"size": SIDE, **options}))))
    save(contact_sheet(cells, CELL), "presets")


def make_dials() -> None:
    """Make pictures at several strengths and style scales."""
    dials = [("strength", 0.3), ("strength", 0.6), ("strength", 1), ("style_scale", 0.5), ("style_scale", 2)]
    cells = [
        (
            f"{name.replace('_', '-')} {value}",
            square(paint("sample:cat", "house:swirl", size=SIDE, **{name: value})),
        )
        for name, value in dials
    ]
    save(contact_sheet(cells, CELL), "dials")


def make_controls() -> None:
    """Make small pictures of regions, masks, colours, starts, mixtures and a network's strength; the masks are drawn here."""
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
    save(contact_sheet([(name, square(cell)) for name, cell in cells], CELL), "controls")


def make_losses() -> None:
    """Make the loss curves as `--plot` draws them."""
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
    """Make a panorama with its date line in the middle, and views up, down and back, painted as a sphere and flat."""
    file = Path("out/dome.png")
    subprocess.run(
        [sys.executable, "benchmarks/support/synthetic_panorama.py", str(file), "--size", "1024"], check=True
    )
    options: dict[str, Any] = {"size": 1024, "iterations": (40, 20, 8)}
    sphere = follow(prepare_panorama(file, "house:swirl", **options))
    # Half the style scale, because the flat picture has twice the size.
    flat = follow(prepare(file, "house:swirl", style_scale=0.5, **options))
    rolled = Picture(np.roll(sphere.pixels, 512, axis=2))
    views = []
    for name, painted in (("pinxit panorama", sphere), ("pinxit stylize", flat)):
        look = projection.panorama(painted, 1024)
        for where, face in (("up", "py"), ("down", "ny"), ("back", "nz")):
            views.append((f"{name}, {where}", Picture(projection.as_view(look, FACES[face], CELL, 100))))
    below = pictures.to_pil(contact_sheet(views, CELL, 3))
    above = pictures.to_pil(pictures.fit(rolled, below.width))
    whole = PIL.Image.new("RGB", (below.width, above.height + below.height), "white")
    whole.paste(above, (0, 0))
    whole.paste(below, (0, above.height))
    save(pictures.fit(pictures.from_pil(whole), 800), "panorama", quality=70)


def make_sprites() -> None:
    """Make a set of icons, drawn here, over white, black and magenta, painted by optimiser and network."""
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
    """Return heart, star, gem, moon, leaf and flask, 112 px, with soft outlines."""
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
    """Paint and print the progress."""
    for progress in job.paint():
        print(f"\r{progress.facts}   ", end="", flush=True)
    print()
    return progress.picture()


def make_networks() -> None:
    """Make photographs painted by both networks and the optimiser."""
    cells = []
    for content, style in (("coffee", "house:impasto"), ("astronaut", "house:swirl"), ("cat", "house:woodcut")):
        ways: dict[str, dict[str, Any]] = {
            "live": {"preset": "instant", "network": "live", "size": 640},
            "fine": {"preset": "instant", "size": 640},
            "the optimiser": {"size": 384},
        }
        cells.append((style, square(styles.draw(style.removeprefix("house:"), 512), 240)))
        cells += [(name, square(paint(f"sample:{content}", style, **options), 240)) for name, options in ways.items()]
    save(contact_sheet(cells, 240, columns=4), "networks", quality=65)


def make_train() -> None:
    """Make photographs painted by the network for any style, and by one that is trained for this style."""
    file = Path("out/impasto.pinxit")
    file.parent.mkdir(exist_ok=True)
    for progress in train(["house:impasto"]):
        print(f"\r{progress.facts}   ", end="", flush=True)
    print()
    save_network(progress, file, overwrite=True)
    style = square(styles.draw("impasto", 512), 240)
    cells = []
    for content in ("coffee", "astronaut", "cat"):
        cells += [("house:impasto", style), ("photograph", square(pictures.sample(content), 240))]
        for name, way in (("instant", "house:impasto"), ("trained", str(file))):
            painted = paint(f"sample:{content}", way, preset="instant", size=640)
            cells.append((name, square(painted, 240)))
    save(contact_sheet(cells, 240, columns=4), "train", quality=65)


def tiled(picture: Picture, times: int) -> Picture:
    """Return 2×2 copies of a picture."""
    return Picture(np.tile(picture.pixels, (1, times, times)))


def make_textures() -> None:
    """Make styles and their textures, laid 2×2."""
    names = ("swirl", "marbling")
    cells = []
    for name in names:
        work = prepare_texture([f"house:{name}"], 256, 256, tile=True, iterations=(60, 15))
        *_, last = work.paint()
        texture, _ = work.result(last)
        if name == "swirl":
            lit = [("texture", texture), *((kind, map_of(texture, kind, WRAPS["both"])) for kind in MAPS)]
            save(contact_sheet([(kind, tiled(one, 2)) for kind, one in lit], CELL, columns=4), "maps", 75)
        cells += [(f"house:{name}", styles.draw(name, CELL)), ("laid 2 by 2", tiled(texture, 2))]
    save(contact_sheet(cells, CELL, columns=4), "textures", 45)


def make_patterns() -> None:
    """Make every repeat, laid 3×3, and colourways of one."""
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
            save(contact_sheet(colored, CELL, columns=4), "colourways", 40)
    save(contact_sheet(cells, CELL, columns=4), "repeats", 40)


def make_wear() -> None:
    """Make the astronaut's suit in patterns and in a style; its mask is the orange area."""
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
        fitting = design.prepare_garment(photograph, suit, **options)
        (one,) = fitting.designs()
        job, painted = fitting.job(one, 0), None
        if job is not None:
            *_, last = job.paint()
            painted = last.picture()
        cells.append((name, fitting.wear(one, painted)))
    save(contact_sheet([(name, square(cell, 236)) for name, cell in cells], 236, columns=5), "wear")


def make_grade() -> None:
    """Make photographs in the colours of others and of a house style, and one of them at half strength."""
    rows = [("sample:coffee", "sample:rocket"), ("sample:astronaut", "house:goldleaf"), ("sample:cat", "sample:coffee")]
    cells: list[tuple[str, Picture]] = []
    for content, style in rows:
        photo, look = (
            styles.draw(name[6:], SIDE) if name.startswith("house:") else pictures.sample(name[7:])
            for name in (content, style)
        )
        cells += [(content, square(photo)), (f"colours of {style}", square(look))]
        for label, strength in (("--strength 0.5", 0.5), ("graded", 1.0)):
            cells.append((label, square(prepare_grade(photo, [style], strength=strength).result())))
    save(contact_sheet(cells, CELL, columns=4), "grade", quality=80)


def make_theme() -> None:
    """Make a theme's page in light and in dark, as Chromium shows it."""
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
    """Make a row of pixels over time, and a film that fades from one style to another."""
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
    save(contact_sheet(cells, 200), "video-fade")


def make_keyframes() -> None:
    """Make five frames of a film between two keyframes that are painted in different styles."""
    photo = pictures.sample("coffee")
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "clip", Path(folder) / "film"
        for number in range(25):
            left = 4 * number
            part = replace(photo, pixels=np.ascontiguousarray(photo.pixels[:, :360, left : left + 480]))
            pictures.write(pictures.fit(part, SIDE), source / f"{number + 1}.png")
        keys = {}
        for number, style in ((1, "house:impasto"), (25, "house:woodcut")):
            keys[number] = Path(folder) / f"key_{number}.png"
            pictures.write(paint(str(source / f"{number}.png"), style, engine="network"), keys[number])
        for _ in film(source, key=keys).paint(target):
            pass
        files = sorted(target.glob("*.png"))
        names = {1: "key 1", 25: "key 25"}
        cells = [
            (names.get(number, f"{number}"), square(pictures.read(files[number - 1]), 236))
            for number in (1, 7, 13, 19, 25)
        ]
    save(contact_sheet(cells, 236, columns=5), "video-keyframes")


def make_living() -> None:
    """Train a living texture; make a sheet of it at several steps, and a loop."""
    work = prepare_living("house:waves")
    for progress in work.teach():
        print(f"\rliving {progress.facts}   ", end="", flush=True)
    print()
    automaton = progress.automaton()
    state, before = seed_state(96, 96), 0
    cells = [("house:waves", square(work.painting, 384))]
    for steps in (64, 256, 1024, 4096):
        state = automaton.run(state, steps - before)
        cells.append((f"{steps:,} steps", picture_of(np.kron(state, np.ones((4, 4, 1), np.float32)))))
        before = steps
    save(contact_sheet(cells, 384), "living", quality=80)
    recipe = LoopRecipe(automaton=Input(name="waves.pinxit"), size=96, seconds=2, rate=20, speed=2)
    frames = (np.repeat(np.repeat(frame, 4, 0), 4, 1) for frame in loop_frames(automaton, recipe))
    write_loop(frames, IMAGES / "living.webp", recipe, overwrite=True)


MAKERS: dict[str, Callable[[], None]] = {
    "styles": make_styles,
    "hero": make_hero,
    "presets": make_presets,
    "dials": make_dials,
    "controls": make_controls,
    "losses": make_losses,
    "networks": make_networks,
    "train": make_train,
    "panorama": make_panorama,
    "sprites": make_sprites,
    "living": make_living,
    "textures": make_textures,
    "patterns": make_patterns,
    "wear": make_wear,
    "grade": make_grade,
    "theme": make_theme,
    "video": make_video,
    "keyframes": make_keyframes,
}

if __name__ == "__main__":
    for chosen in sys.argv[1:] or MAKERS:
        MAKERS[chosen]()
