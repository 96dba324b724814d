"""A script that runs within Blender: it renders, paints, makes a material, renders that, and notes what happened."""

import json
import os
import sys
import traceback
from pathlib import Path

import bpy

HOME = Path(os.environ["HOME"])
NOTES = {"error": None}


def said(call, **options):
    """Return the sentence with which an operator fails."""
    try:
        call(**options)
    except RuntimeError as error:
        return str(error).strip()
    return ""


def node(material, kind):
    return next(one for one in material.node_tree.nodes if one.type == kind)


def drive():
    bpy.ops.preferences.addon_enable(module="pinxit_blender")
    scene = bpy.context.scene
    NOTES["no picture"] = said(bpy.ops.pinxit.stylize)
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.device, scene.cycles.use_denoising = 4, "CPU", False
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 160, 120, 100
    bpy.ops.mesh.primitive_plane_add(size=2)
    plane = bpy.context.object
    scene.camera.location, scene.camera.rotation_euler = (0, 0, 3), (0, 0, 0)
    for cube in [one for one in bpy.data.objects if one.name == "Cube"]:
        bpy.data.objects.remove(cube)
    bpy.ops.render.render()

    scene.pinxit.style, scene.pinxit.preset = "house:ink", "instant"
    NOTES["stylize"] = list(bpy.ops.pinxit.stylize())
    painted = bpy.data.images["Render Result painted"]
    NOTES["painted"] = [*painted.size, painted.packed_file is not None]
    painted.save_render(str(HOME / "painted.png"))
    bpy.data.images["Render Result"].save_render(str(HOME / "rendered.png"))

    scene.pinxit.side = 64
    scene.pinxit.style, scene.pinxit.file = "file", str(HOME / "photo.png")
    NOTES["material"] = list(bpy.ops.pinxit.material())
    material = plane.data.materials[0]
    surface = node(material, "BSDF_PRINCIPLED")
    NOTES["linked"] = [name for name in ("Base Color", "Roughness", "Normal") if surface.inputs[name].is_linked]
    NOTES["displaced"] = node(material, "OUTPUT_MATERIAL").inputs["Displacement"].is_linked
    images = [one.image for one in material.node_tree.nodes if one.type == "TEX_IMAGE"]
    NOTES["images"] = [
        [one.name, *one.size, one.packed_file is not None, one.colorspace_settings.name] for one in images
    ]
    bpy.ops.render.render()
    bpy.data.images["Render Result"].save_render(str(HOME / "plane.png"))
    material_file = HOME / "material.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(material_file))

    scene.pinxit.file = str(HOME / "missing.png")
    NOTES["no file"] = said(bpy.ops.pinxit.material)
    large = bpy.data.images.new("large", 9000, 16)
    large.update()
    NOTES["too large"] = said(bpy.ops.pinxit.stylize, image="large") if scene.pinxit.style == "file" else ""
    scene.pinxit.style = "house:ink"
    NOTES["too large"] = said(bpy.ops.pinxit.stylize, image="large")
    bpy.ops.preferences.addon_disable(module="pinxit_blender")
    NOTES["gone"] = not hasattr(bpy.types.Scene, "pinxit")


try:
    drive()
except BaseException:
    NOTES["error"] = traceback.format_exc()
(HOME / "notes.json").write_text(json.dumps(NOTES))
sys.exit(0)
