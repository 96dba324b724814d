"""pinxit in Blender: paint pictures and render results in a style, and make tileable materials from a painting."""

import queue
import tempfile
import threading
from pathlib import Path

import bpy

from . import materials
from .client import CancelledError, StudioError, open_studio

bl_info = {
    "name": "pinxit",
    "description": "Paint renders in a style, and make tileable materials from a painting",
    "author": "The pinxit authors",
    "version": (0, 2, 0),
    "blender": (2, 93, 0),
    "location": "Image editor: sidebar, pinxit; Properties: material, pinxit",
    "category": "Material",
}

# Blender's enumerations need their strings to stay alive.
_HOUSE = (
    *(
        "swirl",
        "glass",
        "mosaic",
        "woodcut",
        "pointillism",
        "ink",
        "watercolour",
        "halftone",
        "waves",
        "facets",
        "impasto",
    ),
    *("crayon", "marbling", "weave", "pencil", "goldleaf", "cutout", "batik"),
)
_STYLES = [(f"house:{name}", name.capitalize(), "") for name in _HOUSE]
_STYLES.append(("file", "A painting of your own", "The file below"))
_PRESETS = [
    ("instant", "Instant", "By a network"),
    ("draft", "Draft", ""),
    ("standard", "Standard", ""),
    ("fine", "Fine", ""),
]
_TICK = 0.2  # s: between looks at the studio's progress


class PinxitSettings(bpy.types.PropertyGroup):
    """What the panels ask for."""

    style: bpy.props.EnumProperty(name="Style", items=_STYLES, default="house:swirl")
    file: bpy.props.StringProperty(name="Painting", subtype="FILE_PATH", description="A picture whose style is wanted")
    preset: bpy.props.EnumProperty(name="Quality", items=_PRESETS, default="instant")
    strength: bpy.props.FloatProperty(name="Strength", default=1.0, min=0.0, max=1.0, subtype="FACTOR")
    side: bpy.props.IntProperty(
        name="Side", description="Of the texture", default=1024, min=64, max=4096, subtype="PIXEL"
    )
    tile: bpy.props.BoolProperty(name="Seamless", default=True, description="The texture repeats without a seam")
    progress: bpy.props.FloatProperty(name="Progress", min=0.0, max=1.0, subtype="FACTOR", options={"SKIP_SAVE"})
    message: bpy.props.StringProperty(options={"SKIP_SAVE"})
    busy: bpy.props.BoolProperty(options={"SKIP_SAVE"})
    cancelled: bpy.props.BoolProperty(options={"SKIP_SAVE"})


class _StudioOperator:
    """What the operators share: the studio works in a thread, and Blender stays usable; in the background it waits."""

    bl_options = {"REGISTER"}

    @classmethod
    def poll(cls, context):
        """Return whether the studio is not busy for this scene already."""
        return not context.scene.pinxit.busy

    def execute(self, context):
        """Paint, and wait for it; scripts and Blender without a window call this."""
        try:
            order = self.prepare(context)
            files = self.work(order, lambda fraction, sentence: None, lambda: False)
            self.finish(context, files)
        except StudioError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}

    def invoke(self, context, event):
        """Paint while Blender goes on; Esc cancels."""
        try:
            order = self.prepare(context)
        except StudioError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self._news = queue.Queue()
        self._asked = threading.Event()

        def run():
            try:
                files = self.work(order, lambda *news: self._news.put(("progress", news)), self._asked.is_set)
                self._news.put(("finished", files))
            except StudioError as error:
                self._news.put(("failed", error))

        settings = context.scene.pinxit
        settings.busy, settings.cancelled, settings.progress, settings.message = (
            True,
            False,
            0.0,
            "Looking for the studio",
        )
        threading.Thread(target=run, daemon=True).start()
        self._timer = context.window_manager.event_timer_add(_TICK, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        """Show the progress, and take the result when it is there."""
        settings = context.scene.pinxit
        if event.type == "ESC" or settings.cancelled:
            self._asked.set()
            settings.message = "Cancelling"
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        for area in context.screen.areas:
            area.tag_redraw()
        while not self._news.empty():
            kind, news = self._news.get()
            if kind == "progress":
                settings.progress, settings.message = news
                continue
            context.window_manager.event_timer_remove(self._timer)
            settings.busy, settings.message = False, ""
            if kind == "failed":
                self.report({"INFO" if isinstance(news, CancelledError) else "ERROR"}, str(news))
                return {"CANCELLED"}
            try:
                self.finish(context, news)
            except StudioError as error:
                self.report({"ERROR"}, str(error))
                return {"CANCELLED"}
            return {"FINISHED"}
        return {"PASS_THROUGH"}


class PINXIT_OT_stylize(_StudioOperator, bpy.types.Operator):
    """Paint the picture that the image editor shows, or the render result, as a new picture"""

    bl_idname = "pinxit.stylize"
    bl_label = "Paint the Picture"

    image: bpy.props.StringProperty(name="Picture", description="The picture's name; the render result where empty")

    def prepare(self, context):
        """Save the picture, and return what the studio needs."""
        image = bpy.data.images.get(self.image or "Render Result")
        shown = getattr(context.space_data, "image", None) if context.space_data is not None else None
        if not self.image and shown is not None:
            image = shown
        if image is None or (image.type != "RENDER_RESULT" and not image.has_data):
            raise StudioError("There is no picture yet: render one, or open one in the image editor.")
        content = _as_png(image, context.scene)
        return content, _style(context.scene.pinxit), _values(context.scene.pinxit), image.name

    def work(self, order, on_progress, is_cancelled):
        """Paint it; this runs in a thread and touches nothing of Blender's."""
        (content, side), style, values, self._title = order
        studio = open_studio()
        studio.check_size(side, 1, values["preset"])
        order = {**values, "size": side, "content": studio.upload(content, f"{self._title}.png")}
        order["styles"] = [studio.style(style)]
        return studio.paint(order, on_progress, is_cancelled, f"{self._title} from Blender")

    def finish(self, context, files):
        """Show the painting as a new picture, which is stored in the Blender file."""
        image = materials.packed_image(f"{self._title} painted", files["picture"])
        if context.space_data is not None and context.space_data.type == "IMAGE_EDITOR":
            context.space_data.image = image
        self.report({"INFO"}, f"Painted: {image.name}")


class PINXIT_OT_material(_StudioOperator, bpy.types.Operator):
    """Make a material from the style: a texture with normal, height and roughness maps"""

    bl_idname = "pinxit.material"
    bl_label = "Make a Material"

    def prepare(self, context):
        """Return what the studio needs."""
        settings = context.scene.pinxit
        values = {**_values(settings), "width": settings.side, "height": settings.side, "tile": settings.tile}
        # Textures have no photograph, and the network no texture.
        del values["strength"]
        if values["preset"] == "instant":
            values["preset"] = "draft"
        return _style(settings), values

    def work(self, order, on_progress, is_cancelled):
        """Make the texture; this runs in a thread and touches nothing of Blender's."""
        style, values = order
        self._title = Path(style).stem if not style.startswith("house:") else style.partition(":")[2]
        studio = open_studio()
        order = {"work": "texture", **values, "maps": True, "styles": [studio.style(style)]}
        return studio.paint(order, on_progress, is_cancelled, f"{self._title} from Blender")

    def finish(self, context, files):
        """Give the active object the new material."""
        material = materials.make(f"pinxit {self._title}", files)
        active = context.object
        if active is not None and hasattr(active.data, "materials"):
            if active.data.materials:
                active.data.materials[active.active_material_index] = material
            else:
                active.data.materials.append(material)
        self.report({"INFO"}, f"Made: {material.name}")


class PINXIT_OT_cancel(bpy.types.Operator):
    """Cancel what the studio paints for this scene"""

    bl_idname = "pinxit.cancel"
    bl_label = "Cancel"

    def execute(self, context):
        """Ask the operator that waits to cancel."""
        context.scene.pinxit.cancelled = True
        return {"FINISHED"}


class _Panel:
    bl_label = "pinxit"

    def draw(self, context):
        """Show the choices, and the progress while the studio works."""
        settings, layout = context.scene.pinxit, self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(settings, "style")
        if settings.style == "file":
            layout.prop(settings, "file")
        layout.prop(settings, "preset")
        self.draw_more(settings, layout)
        # In the button's place, because Blender keeps a button under the pointer grey until the pointer has left it.
        if not settings.busy:
            layout.operator(self.operator, icon=self.icon)
            return
        _draw_progress(settings, layout)
        layout.operator("pinxit.cancel", icon="X")


class PINXIT_PT_image(_Panel, bpy.types.Panel):
    """The panel of the image editor."""

    bl_space_type = "IMAGE_EDITOR"
    bl_region_type = "UI"
    bl_category = "pinxit"
    operator, icon = "pinxit.stylize", "BRUSH_DATA"

    def draw_more(self, settings, layout):
        """Show what only pictures have."""
        layout.prop(settings, "strength")


class PINXIT_PT_material(_Panel, bpy.types.Panel):
    """The panel among a material's properties."""

    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "material"
    operator, icon = "pinxit.material", "MATERIAL"

    def draw_more(self, settings, layout):
        """Show what only textures have."""
        layout.prop(settings, "side")
        layout.prop(settings, "tile")


def _draw_progress(settings, layout):
    """Show how far the studio is; nobody can move it."""
    if hasattr(layout, "progress"):  # since Blender 4.0
        layout.progress(factor=settings.progress, text=settings.message)
        return
    column = layout.column()
    column.enabled = False
    column.prop(settings, "progress", slider=True)
    column.label(text=settings.message)


def _values(settings):
    """Return the settings that the studio's orders share."""
    return {"preset": settings.preset, "strength": settings.strength}


def _style(settings):
    """Return the chosen style: `house:NAME`, or the path of a file."""
    if settings.style != "file":
        return settings.style
    path = bpy.path.abspath(settings.file)
    if not settings.file or not Path(path).is_file():
        raise StudioError("Choose the painting's file first.")
    return path


def _as_png(image, scene):
    """Return a picture as it is seen, as a PNG file, and its longer side in px."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "picture.png")
        chosen = scene.render.image_settings
        before = chosen.file_format, chosen.color_mode, chosen.color_depth
        chosen.file_format, chosen.color_mode, chosen.color_depth = "PNG", "RGBA", "8"
        try:
            # With the scene's view transform, as on the screen.
            image.save_render(str(path), scene=scene)
        except RuntimeError as error:
            raise StudioError("There is no picture yet: render one, or open one in the image editor.") from error
        finally:
            chosen.file_format, chosen.color_mode, chosen.color_depth = before
        content = path.read_bytes()
    # The header of a PNG file holds its size; a render result does not know its own.
    width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    return content, max(width, height)


_CLASSES = (
    PinxitSettings,
    PINXIT_OT_stylize,
    PINXIT_OT_material,
    PINXIT_OT_cancel,
    PINXIT_PT_image,
    PINXIT_PT_material,
)


def register():
    """Add the operators, the panels and the scene's settings."""
    for one in _CLASSES:
        bpy.utils.register_class(one)
    bpy.types.Scene.pinxit = bpy.props.PointerProperty(type=PinxitSettings)


def unregister():
    """Take them away again."""
    del bpy.types.Scene.pinxit
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
