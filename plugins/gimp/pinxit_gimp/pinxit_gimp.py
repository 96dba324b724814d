#!/usr/bin/env python3
"""pinxit in GIMP 2.10: the procedure `pinxit-gimp-paint`, which the dialog in `pinxit_gimp.scm` calls.

GIMP 2.10 has lost its Python on most systems, but a plug-in is any program that speaks libgimp's protocol. This one runs in the
Python that pinxit is installed in, and calls libgimp itself.
"""

from __future__ import annotations

import ctypes
import sys
import tempfile
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_double, c_int, c_int32, c_void_p
from pathlib import Path

import guard
from client import StudioError, open_studio

PROCEDURE = b"pinxit-gimp-paint"
_INT32, _FLOAT, _STRING, _IMAGE, _LAYER, _DRAWABLE, _STATUS = 0, 3, 4, 13, 14, 16, 21  # GimpPDBArgType
_FAILED, _SUCCEEDED = 0, 3  # GimpPDBStatusType
_PLUGIN = 1  # GimpPDBProcType
_NONINTERACTIVE = 1  # GimpRunMode
_FROM_SELECTION = 4  # GimpAddMaskType


class _Definition(ctypes.Structure):
    """GimpParamDef."""

    _fields_ = (("type", c_int), ("name", c_char_p), ("description", c_char_p))


class _Value(ctypes.Union):
    """GimpParamData; its largest member is a colour of four doubles."""

    _fields_ = (("integer", c_int32), ("number", c_double), ("text", c_char_p), ("color", c_double * 4))


class _Parameter(ctypes.Structure):
    """GimpParam."""

    _fields_ = (("type", c_int), ("data", _Value))


_Run = CFUNCTYPE(None, c_char_p, c_int, POINTER(_Parameter), POINTER(c_int), POINTER(POINTER(_Parameter)))
_Call = CFUNCTYPE(None)


class _PlugIn(ctypes.Structure):
    """GimpPlugInInfo."""

    _fields_ = (("init", c_void_p), ("quit", c_void_p), ("query", _Call), ("run", _Run))


_PARAMETERS = (
    (_INT32, b"run-mode", b"Ignored: the dialog is a procedure of its own"),
    (_IMAGE, b"image", b"The image"),
    (_DRAWABLE, b"drawable", b"The layer"),
    (_STRING, b"style", b"house:NAME, or the path of a picture"),
    (_STRING, b"preset", b"instant, draft, standard or fine"),
    (_FLOAT, b"strength", b"Strength of the style, 0 to 1"),
    (_INT32, b"size", b"Longer side of the painting, px; it is enlarged to the layer's size"),
)
_RETURNED = ((_LAYER, b"layer", b"The painting"),)


class Gimp:
    """libgimp, with the results that are not integers declared."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libgimp-2.0.so.0")
        self._library.gimp_get_pdb_error.restype = c_char_p
        self._library.gimp_item_get_name.restype = c_char_p

    def __getattr__(self, name: str):
        """Return a function of libgimp."""
        return getattr(self._library, f"gimp_{name}")

    def check(self, succeeded: int) -> int:
        """Raise GIMP's own sentence where a call failed, which returns 0 or -1."""
        if succeeded in (0, -1):
            message = self.get_pdb_error().decode("utf-8", "replace").strip()
            raise StudioError(f"GIMP says: {message}")
        return succeeded


gimp = None


def definitions(entries):
    """Return an array of GimpParamDef."""
    return (_Definition * len(entries))(*(_Definition(*entry) for entry in entries))


@_Call
def query() -> None:
    """Tell GIMP about the procedure."""
    gimp.install_procedure(
        PROCEDURE,
        b"Paint a layer in the style of another picture",
        b"The painting becomes a new layer; what is not selected is masked. The studio of pinxit paints, on this machine.",
        b"The pinxit authors",
        b"The pinxit authors",
        b"2026",
        None,
        b"*",
        _PLUGIN,
        len(_PARAMETERS),
        len(_RETURNED),
        definitions(_PARAMETERS),
        definitions(_RETURNED),
    )


# GIMP reads what a run returned after `run` has ended.
_returned = (_Parameter * 2)()


@_Run
def run(name, count, parameters, returned_count, returned) -> None:
    """Paint, and return the layer, or a sentence on what went wrong."""
    _returned[0].type = _STATUS
    try:
        _, image, drawable = (parameters[index].data.integer for index in range(3))
        style, preset = (parameters[index].data.text.decode() for index in (3, 4))
        layer = paint(image, drawable, style, preset, parameters[5].data.number, parameters[6].data.integer)
        _returned[0].data.integer = _SUCCEEDED
        _returned[1].type, _returned[1].data.integer = _LAYER, layer
    except Exception as error:  # GIMP shows it
        message = str(error) if isinstance(error, StudioError) else f"It failed ({type(error).__name__}: {error})."
        _returned[0].data.integer = _FAILED
        _returned[1].type, _returned[1].data.text = _STRING, message.encode()
    returned_count[0] = 2
    returned[0] = ctypes.cast(_returned, POINTER(_Parameter))


def paint(image: int, drawable: int, style: str, preset: str, strength: float, size: int) -> int:
    """Paint a layer and add the painting above it.

    Args:
        image: the image's id.
        drawable: the layer's id.
        style: `house:NAME`, or the path of a picture.
        preset: the preset's name.
        strength: of the style, 0 to 1.
        size: longer side of the painting, px.

    Returns:
        The new layer's id.
    """
    gimp.progress_init(b"Looking for the studio")
    width, height = gimp.drawable_width(drawable), gimp.drawable_height(drawable)
    selected = not gimp.selection_is_empty(image)
    studio = open_studio()
    size = min(size, max(width, height))
    studio.check_size(size, 1, preset)
    title = f"{gimp.item_get_name(drawable).decode()} in {Path(style).stem.partition(':')[2] or Path(style).stem}"
    with tempfile.TemporaryDirectory() as folder:
        layer_file, mask_file, painted_file = (Path(folder, f"{name}.png") for name in ("layer", "mask", "painted"))
        _save(image, drawable, layer_file)
        order = {
            "content": studio.upload(layer_file, f"{title}.png"),
            "styles": [studio.style(style)],
            "preset": preset,
            "strength": strength,
            "size": size,
        }
        if selected:
            _save(image, gimp.image_get_selection(image), mask_file)
            order["keep"] = studio.upload(_kept(mask_file, drawable, width, height), "kept.png")
        painted_file.write_bytes(guard.follow(studio, studio.put(order, title), _show))
        return _add(image, drawable, painted_file, title.encode(), selected)


def _show(fraction: float, sentence: str) -> None:
    gimp.progress_set_text(sentence.encode())
    gimp.progress_update(c_double(fraction))


def _save(image: int, drawable: int, path: Path) -> None:
    name = str(path).encode()
    gimp.check(gimp.file_save(_NONINTERACTIVE, image, drawable, name, name))


def _kept(mask_file: Path, drawable: int, width: int, height: int) -> bytes:
    """Return the mask of what stays as it is, white outside the selection, of a layer's size, as a PNG file."""
    import io

    import PIL.Image
    import PIL.ImageOps

    left, top = c_int(), c_int()
    gimp.drawable_offsets(drawable, ctypes.byref(left), ctypes.byref(top))
    with PIL.Image.open(mask_file) as mask:
        # Beyond the image nothing is selected, which `crop` fills with black.
        cut = mask.convert("L").crop((left.value, top.value, left.value + width, top.value + height))
    content = io.BytesIO()
    PIL.ImageOps.invert(cut).save(content, "PNG")
    return content.getvalue()


def _add(image: int, drawable: int, painted_file: Path, title: bytes, selected: bool) -> int:
    """Add a painting as a layer above the one that was painted, in its place and size, and return the new layer's id."""
    width, height = gimp.drawable_width(drawable), gimp.drawable_height(drawable)
    left, top = c_int(), c_int()
    gimp.drawable_offsets(drawable, ctypes.byref(left), ctypes.byref(top))
    gimp.image_undo_group_start(image)
    try:
        layer = gimp.check(gimp.file_load_layer(_NONINTERACTIVE, image, str(painted_file).encode()))
        parent, position = gimp.item_get_parent(drawable), gimp.image_get_item_position(image, drawable)
        gimp.check(gimp.image_insert_layer(image, layer, parent, max(position, 0)))
        gimp.item_set_name(layer, title)
        if (gimp.drawable_width(layer), gimp.drawable_height(layer)) != (width, height):
            gimp.check(gimp.layer_scale(layer, width, height, 0))
        gimp.layer_set_offsets(layer, left, top)
        if selected:
            gimp.layer_add_mask(layer, gimp.check(gimp.layer_create_mask(layer, _FROM_SELECTION)))
    finally:
        gimp.image_undo_group_end(image)
    return layer


def main() -> int:
    """Speak with GIMP, which started this program."""
    global gimp
    gimp = Gimp()
    plug_in = _PlugIn(None, None, query, run)
    arguments = (c_char_p * len(sys.argv))(*(argument.encode() for argument in sys.argv))
    return gimp.main(ctypes.byref(plug_in), len(sys.argv), arguments)


if __name__ == "__main__":
    sys.exit(main())
