"""A script that runs within GIMP 3: it calls the plug-in, and notes what came of it."""

import json
import os
import traceback
from pathlib import Path

from gi.repository import Gimp, Gio

HOME = Path(os.environ["HOME"])
NOTES = {"error": None}


def paint(image, layer, **choices):
    """Call the plug-in, and return the sentence with which it fails."""
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-pinxit-paint")
    config = procedure.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    config.set_property("image", image)
    config.set_core_object_array("drawables", [layer])
    for name, value in {"style": "ink", "quality": "instant", "size": 160, **choices}.items():
        config.set_property(name, value)
    result = procedure.run(config)
    return "" if result.index(0) == Gimp.PDBStatusType.SUCCESS else str(result.index(1))


def pixels(drawable):
    """Return the size and the mean of a drawable's values in each half, 0 to 1."""
    width, height = drawable.get_width(), drawable.get_height()
    halves = [
        drawable.histogram(Gimp.HistogramChannel.VALUE, 0, 1)[1] / 255
        for start in (0, width // 2)
        if drawable.get_image().select_rectangle(Gimp.ChannelOps.REPLACE, start, 0, width // 2, height)
    ]
    Gimp.Selection.none(drawable.get_image())
    return [width, height, *(round(mean, 3) for mean in halves)]


def drive():
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(str(HOME / "photo.png")))
    layer = image.get_layers()[0]
    NOTES["whole"] = paint(image, layer)
    painted = image.get_layers()[0]
    NOTES["layers"] = [one.get_name() for one in image.get_layers()]
    NOTES["photo"], NOTES["painted"] = pixels(layer), pixels(painted)

    # A layer beside the corner of the image, small, grey and half transparent to those who look.
    layer.set_offsets(40, -10)
    layer.set_opacity(50)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 0, 80, 400)
    NOTES["half"] = paint(image, layer, size=96)
    half = image.get_layers()[1]
    NOTES["half place"] = [half.get_width(), half.get_height(), *half.get_offsets()[1:]]
    Gimp.Selection.none(image)
    image.remove_layer(painted)
    layer.set_offsets(0, 0)
    half.set_offsets(0, 0)
    NOTES["mask"] = pixels(half.get_mask())

    (HOME / "words.txt").write_text("no picture")
    NOTES["no picture"] = paint(image, layer, painting=Gio.File.new_for_path(str(HOME / "words.txt")))
    layer.scale(9000, 16, False)
    NOTES["too large"] = paint(image, layer, size=8192, quality="fine")
    grey = Gimp.Image.new_with_precision(64, 48, Gimp.ImageBaseType.GRAY, Gimp.Precision.FLOAT_LINEAR)
    only = Gimp.Layer.new(grey, "only", 64, 48, Gimp.ImageType.GRAYA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    grey.insert_layer(only, None, 0)
    only.fill(Gimp.FillType.WHITE)
    NOTES["grey"] = paint(grey, only, size=64)
    NOTES["grey layers"] = len(grey.get_layers())


try:
    drive()
except BaseException:
    NOTES["error"] = traceback.format_exc()
(HOME / "notes.json").write_text(json.dumps(NOTES))
