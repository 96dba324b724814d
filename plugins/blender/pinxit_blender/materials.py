"""Pictures and materials in Blender's data."""

import tempfile
from pathlib import Path

import bpy

# Of the relief, as a part of the size of the object: a canvas, no landscape.
_RELIEF = 0.02


def packed_image(name, content, data=False):
    """Return a new picture that is stored in the Blender file.

    Args:
        name: its name.
        content: a PNG file.
        data: whether its values are no colours.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.png")
        path.write_bytes(content)
        image = bpy.data.images.load(str(path))
        if data:
            image.colorspace_settings.name = "Non-Color"
        image.pack()
    image.name = name
    # The file was temporary. Blender would look for a new `filepath`, and complain.
    image.filepath_raw = ""
    return image


def make(name, files):
    """Return a new material of a texture and its maps.

    Args:
        name: its name.
        files: PNG files by role: `picture`, and `normal`, `height` and `roughness` where they were made.
    """
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    surface = next(node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    output = next(node for node in tree.nodes if node.type == "OUTPUT_MATERIAL")
    place = tree.nodes.new("ShaderNodeTexCoord")
    place.location = (-1100, 0)

    def texture(role, row):
        node = tree.nodes.new("ShaderNodeTexImage")
        node.image = packed_image(f"{name} {role}", files[role], data=role != "picture")
        node.extension = "REPEAT"
        node.location = (-800, 300 - 300 * row)
        tree.links.new(place.outputs["UV"], node.inputs["Vector"])
        return node.outputs["Color"]

    tree.links.new(texture("picture", 0), surface.inputs["Base Color"])
    if "roughness" in files:
        tree.links.new(texture("roughness", 1), surface.inputs["Roughness"])
    if "normal" in files:
        bent = tree.nodes.new("ShaderNodeNormalMap")
        bent.location = (-400, -300)
        tree.links.new(texture("normal", 2), bent.inputs["Color"])
        tree.links.new(bent.outputs["Normal"], surface.inputs["Normal"])
    if "height" in files:
        raised = tree.nodes.new("ShaderNodeDisplacement")
        raised.location = (-400, -600)
        raised.inputs["Scale"].default_value = _RELIEF
        tree.links.new(texture("height", 3), raised.inputs["Height"])
        tree.links.new(raised.outputs["Displacement"], output.inputs["Displacement"])
    return material
