"""A script that runs within Blender's window: it clicks the panels' buttons as a person does, and notes what it sees.

Blender has no means to ask where a button is. So the buttons are found by their colour, which the theme gives to operators.
"""

import array
import json
import os
import time
import traceback
from pathlib import Path

import bpy

HOME = Path(os.environ["HOME"])
NOTES = {"error": None}
PATIENCE = 120  # s: for each step
TICK = 0.1  # s: between looks
MARK = (1.0, 0.0, 1.0)
WIDE = 0.5  # of the region
INTO = 6  # px: from the lower edge of a button
DRAWN = {"image": 0, "material": 0}


def window():
    return bpy.context.window_manager.windows[0]


def area_of(kind):
    return max((one for one in window().screen.areas if one.type == kind), key=lambda one: one.width * one.height)


def region_of(area, kind):
    return next(one for one in area.regions if one.type == kind)


def counted(panel, name):
    """Count how often a panel is drawn."""
    draw = panel.draw

    def count(self, context):
        DRAWN[name] += 1
        draw(self, context)

    panel.draw = count


def click(x, y):
    """Click as a hand does: a button is pressed only when the pointer rests on it."""
    window().event_simulate(type="MOUSEMOVE", value="NOTHING", x=x, y=y)
    yield pause(0.3)
    for value in ("PRESS", "RELEASE"):
        window().event_simulate(type="LEFTMOUSE", value=value, x=x, y=y)
        yield pause(0.15)


def photograph(name):
    """Save a picture of the window."""
    path = HOME / f"{name}.png"
    with bpy.context.temp_override(window=window(), screen=window().screen):
        bpy.ops.screen.screenshot(filepath=str(path))
    return path


def marked(region):
    """Return a place on the lowest wide button within a region, in the window's px, or None; Blender's own ones are small."""
    image = bpy.data.images.load(str(photograph("look")))
    width, height = image.size
    values = array.array("f", [0.0]) * (width * height * 4)
    image.pixels.foreach_get(values)
    bpy.data.images.remove(image)
    for y in range(max(region.y, 0), min(region.y + region.height, height)):
        xs = []
        for x in range(region.x, min(region.x + region.width, width)):
            red, green, blue = values[(y * width + x) * 4 : (y * width + x) * 4 + 3]
            if red > 0.9 and green < 0.1 and blue > 0.9:
                xs.append(x)
        if len(xs) > WIDE * region.width:
            return (xs[0] + xs[-1]) // 2, y + INTO
    return None


def mark_buttons(color):
    theme = bpy.context.preferences.themes[0].user_interface.wcol_tool
    theme.inner, theme.inner_sel = (*color, 1.0), (*color, 1.0)


def press(region, scroll=False):
    """Click the button of a region's panel; scroll down to it first on request."""
    before = tuple(bpy.context.preferences.themes[0].user_interface.wcol_tool.inner[:3])
    mark_buttons(MARK)
    yield pause(0.5)
    place = marked(region)
    while place is None and scroll:
        for _ in range(5):
            x, y = region.x + region.width // 2, region.y + region.height // 2
            window().event_simulate(type="WHEELDOWNMOUSE", value="PRESS", x=x, y=y)
        yield pause(0.5)
        place = marked(region)
    mark_buttons(before)
    yield pause(0.3)
    assert place is not None, "the button is not to be seen"
    yield from click(*place)


def pause(seconds):
    end = time.monotonic() + seconds
    return (lambda: time.monotonic() > end), f"{seconds} seconds pass"


def drive():
    """Yield what to wait for, each with its name."""
    from pinxit_blender import PINXIT_PT_image, PINXIT_PT_material

    counted(PINXIT_PT_image, "image")
    counted(PINXIT_PT_material, "material")
    settings = bpy.context.scene.pinxit
    area = area_of("VIEW_3D")
    area.type = "IMAGE_EDITOR"
    space = area.spaces.active
    space.image = bpy.data.images.load(str(HOME / "photo.png"))
    space.show_region_ui = True
    area_of("PROPERTIES").spaces.active.context = "MATERIAL"
    yield pause(1)
    sidebar = region_of(area, "UI")
    # The tabs of the sidebar, from the top.
    for y in range(sidebar.y + sidebar.height - 20, sidebar.y, -15):
        if DRAWN["image"]:
            break
        yield from click(sidebar.x + sidebar.width - 14, y)
    yield (lambda: DRAWN["image"]), "the panel of the image editor is drawn"
    photograph("panel")

    settings.style, settings.preset = "house:ink", "instant"
    yield from press(sidebar)
    yield (lambda: settings.busy), "the button begins a painting"
    yield (lambda: not settings.busy), "painting ends"
    NOTES["shown"] = [space.image.name, *space.image.size]
    yield pause(0.5)
    photograph("painted")

    settings.preset = "fine"
    yield from press(sidebar)
    yield (lambda: settings.message.startswith("Painting")), "the progress is shown"
    yield pause(0.5)
    photograph("progress")
    window().event_simulate(type="ESC", value="PRESS", x=sidebar.x + 20, y=sidebar.y + 20)
    yield (lambda: not settings.busy), "Esc cancels"
    NOTES["after Esc"] = [space.image.name, settings.message]

    yield from press(sidebar)
    yield (lambda: settings.message.startswith("Painting")), "the progress is shown again"
    yield from press(sidebar)  # the lowest button is Cancel now
    yield (lambda: not settings.busy), "the button Cancel cancels"
    NOTES["after Cancel"] = [space.image.name, settings.message]

    settings.preset, settings.side = "draft", 64
    properties = region_of(area_of("PROPERTIES"), "WINDOW")
    yield (lambda: DRAWN["material"]), "the panel of materials is drawn"
    yield from press(properties, scroll=True)
    yield (lambda: settings.busy), "the button begins a material"
    photograph("material")
    yield (lambda: not settings.busy), "the material is made"
    NOTES["material"] = bpy.context.view_layer.objects.active.active_material.name
    yield pause(0.5)
    photograph("made")


class Steps:
    """The driver's steps, one look of Blender's timer at a time."""

    def __init__(self):
        self.steps, self.waiting, self.end = None, pause(2), time.monotonic() + PATIENCE

    def __call__(self):
        is_true, what = self.waiting
        try:
            if is_true():
                self.steps = self.steps or drive()
                self.waiting, self.end = next(self.steps), time.monotonic() + PATIENCE
            elif time.monotonic() > self.end:
                raise AssertionError(f"it did not happen: {what}")
        except StopIteration:
            self.finish()
        except BaseException:
            NOTES["error"] = traceback.format_exc()
            photograph("error")
            self.finish()
        return TICK

    def finish(self):
        NOTES["drawn"] = DRAWN
        (HOME / "notes.json").write_text(json.dumps(NOTES))
        os._exit(0)


bpy.context.preferences.view.show_splash = False
bpy.ops.preferences.addon_enable(module="pinxit_blender")
bpy.app.timers.register(Steps())
