#!/usr/bin/env python3
"""pinxit in GIMP 3: the filter Paint with pinxit, in GIMP's own Python."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("GimpUi", "3.0")

import guard
from client import INSTALLATION_FILE, StudioError, open_studio
from gi.repository import Gimp, GimpUi, Gio, GLib, GObject

PROCEDURE = "plug-in-pinxit-paint"
# The house styles, as they were when the plug-in was installed: GIMP asks for them when no studio runs.
STYLES = json.loads(Path(__file__).with_name(INSTALLATION_FILE).read_text(encoding="utf-8"))["styles"]
PRESETS = (("instant", "Instant, by a network"), ("draft", "Draft"), ("standard", "Standard"), ("fine", "Fine"))


class Pinxit(Gimp.PlugIn):
    """The plug-in: one procedure, whose dialog GIMP makes from the arguments."""

    def do_set_i18n(self, name):
        """Return that there are no translations."""
        return False

    def do_query_procedures(self):
        """Return the names of the procedures."""
        return [PROCEDURE]

    def do_create_procedure(self, name):
        """Describe the procedure to GIMP."""
        procedure = Gimp.ImageProcedure.new(self, name, Gimp.PDBProcType.PLUGIN, run, None)
        procedure.set_image_types("*")
        procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
        procedure.set_menu_label("Paint with _pinxit...")
        procedure.add_menu_path("<Image>/Filters/Artistic")
        procedure.set_documentation(
            "Paint the layer, or what is selected of it, in the style of another picture",
            "The painting becomes a new layer; what is not selected is masked. The studio of pinxit paints, on this machine.",
            name,
        )
        procedure.set_attribution("The pinxit authors", "The pinxit authors", "2026")
        both = GObject.ParamFlags.READWRITE
        styles, presets = Gimp.Choice.new(), Gimp.Choice.new()
        for number, style in enumerate(STYLES):
            styles.add(style, number, style.capitalize(), "")
        for number, (preset, title) in enumerate(PRESETS):
            presets.add(preset, number, title, "")
        procedure.add_choice_argument("style", "_Style", None, styles, STYLES[0], both)
        procedure.add_file_argument(
            "painting",
            "Or a _painting of your own",
            "A picture whose style is wanted",
            Gimp.FileChooserAction.OPEN,
            True,
            None,
            both,
        )
        procedure.add_choice_argument("quality", "_Quality", None, presets, "instant", both)
        procedure.add_double_argument("strength", "S_trength, %", "Of the style", 0, 100, 100, both)
        procedure.add_int_argument(
            "size",
            "_Longer side, px",
            "Of the painting, which is enlarged to the size of the layer",
            64,
            8192,
            2048,
            both,
        )
        return procedure


def run(procedure, run_mode, image, drawables, config, data):
    """Ask for the choices where a person waits, and paint the layer."""
    if len(drawables) != 1:
        return _failed(procedure, "Select one layer, which is to be painted.")
    if run_mode == Gimp.RunMode.INTERACTIVE:
        GimpUi.init("pinxit")
        dialog = GimpUi.ProcedureDialog.new(procedure, config, "Paint with pinxit")
        dialog.fill(None)
        chosen = dialog.run()
        dialog.destroy()
        if not chosen:
            return procedure.new_return_values(Gimp.PDBStatusType.CANCEL, GLib.Error())
    painting = config.get_property("painting")
    try:
        paint(
            image,
            drawables[0],
            f"house:{config.get_property('style')}" if painting is None else painting.get_path() or painting.get_uri(),
            config.get_property("quality"),
            config.get_property("strength") / 100,
            config.get_property("size"),
        )
    except StudioError as error:
        return _failed(procedure, str(error))
    except Exception as error:  # GIMP shows it
        return _failed(procedure, f"It failed ({type(error).__name__}: {error}).")
    Gimp.displays_flush()
    return procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, GLib.Error())


def paint(image, layer, style, preset, strength, size):
    """Paint a layer and add the painting above it.

    Args:
        image: the image.
        layer: the layer.
        style: `house:NAME`, or the path of a picture.
        preset: the preset's name.
        strength: of the style, 0 to 1.
        size: longer side of the painting, px.
    """
    Gimp.progress_init("Looking for the studio")
    selected = not Gimp.Selection.is_empty(image)
    studio = open_studio()
    size = min(size, max(layer.get_width(), layer.get_height()))
    studio.check_size(size, 1, preset)
    title = f"{layer.get_name()} in {style.partition(':')[2] if style.startswith('house:') else Path(style).stem}"
    with tempfile.TemporaryDirectory() as folder:
        layer_file, mask_file, painted_file = (Path(folder, f"{name}.png") for name in ("layer", "mask", "painted"))
        _save_layer(layer, layer_file)
        order = {
            "content": studio.upload(layer_file, f"{title}.png"),
            "styles": [studio.style(style)],
            "preset": preset,
            "strength": strength,
            "size": size,
        }
        if selected:
            _save_kept(image, layer, mask_file)
            order["keep"] = studio.upload(mask_file, "kept.png")
        painted_file.write_bytes(guard.follow(studio, studio.put(order, title), _show))
        _add(image, layer, painted_file, title, selected)


def _show(fraction, sentence):
    Gimp.progress_set_text(sentence)
    Gimp.progress_update(fraction)


def _save_layer(layer, path):
    """Write a layer alone, without its mask, as a PNG file of 8 bits."""
    alone = _new_image(layer, Gimp.ImageBaseType.RGB)
    copy = Gimp.Layer.new_from_drawable(layer, alone)
    alone.insert_layer(copy, None, 0)
    if copy.get_mask() is not None:
        copy.remove_mask(Gimp.MaskApplyMode.DISCARD)
    copy.set_offsets(0, 0)
    copy.set_visible(True)
    copy.set_opacity(100)
    copy.set_mode(Gimp.LayerMode.NORMAL)
    _export(alone, path)


def _save_kept(image, layer, path):
    """Write the mask of what stays as it is, white outside the selection, of a layer's size, as a PNG file."""
    mask = _new_image(layer, Gimp.ImageBaseType.GRAY)
    outside = Gimp.Layer.new(
        mask,
        "outside",
        mask.get_width(),
        mask.get_height(),
        Gimp.ImageType.GRAY_IMAGE,
        100,
        Gimp.LayerMode.NORMAL,
    )
    mask.insert_layer(outside, None, 0)
    # Beyond the image nothing is selected.
    outside.fill(Gimp.FillType.WHITE)
    selection = Gimp.Layer.new_from_drawable(image.get_selection(), mask)
    mask.insert_layer(selection, None, 0)
    selection.set_visible(True)
    selection.set_opacity(100)
    selection.invert(False)
    _, left, top = layer.get_offsets()
    selection.set_offsets(-left, -top)
    mask.flatten()
    _export(mask, path)


def _new_image(layer, kind):
    return Gimp.Image.new_with_precision(layer.get_width(), layer.get_height(), kind, Gimp.Precision.U8_NON_LINEAR)


def _export(image, path):
    """Write an image as a PNG file, and forget it."""
    written = Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, Gio.File.new_for_path(str(path)), None)
    image.delete()
    if not written:
        raise StudioError("GIMP cannot write the layer as a PNG file.")


def _add(image, layer, painted_file, title, selected):
    """Add a painting as a layer above the one that was painted, in its place and size."""
    image.undo_group_start()
    try:
        file = Gio.File.new_for_path(str(painted_file))
        painted = Gimp.file_load_layer(Gimp.RunMode.NONINTERACTIVE, image, file)
        image.insert_layer(painted, layer.get_parent(), image.get_item_position(layer))
        painted.set_name(title)
        if (painted.get_width(), painted.get_height()) != (layer.get_width(), layer.get_height()):
            painted.scale(layer.get_width(), layer.get_height(), False)
        _, left, top = layer.get_offsets()
        painted.set_offsets(left, top)
        if selected:
            painted.add_mask(painted.create_mask(Gimp.AddMaskType.SELECTION))
    finally:
        image.undo_group_end()


def _failed(procedure, sentence):
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, GLib.Error(sentence))


Gimp.main(Pinxit.__gtype__, sys.argv)
