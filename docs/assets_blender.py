"""Build and render the scene of docs/how-to/assets.md within Blender: docs/make_assets.py runs this.

blender --background --python docs/assets_blender.py -- build FOLDER         folder/photos/NAME.png → folder/scene.glb
blender --background --python docs/assets_blender.py -- render MODEL PNG ZOOM
"""

import math
import sys

import bpy
import mathutils
import numpy as np

np.bool = np.bool_  # a name that the glTF add-on of Blender 3.4 still uses
SIDE = 1024  # px: of each texture
_PADDING = 2.5  # px: painted beyond each triangle


def main() -> None:
    """Run what the command line names."""
    command, *rest = sys.argv[sys.argv.index("--") + 1 :]
    if command == "build":
        build(rest[0])
    else:
        render(rest[0], rest[1], float(rest[2]))


def build(folder: str) -> None:
    """Unwrap four bodies, project a photograph on each so that it goes on across UV seams, and export them."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    add = bpy.ops.mesh
    for name, make, options in (
        ("head", add.primitive_monkey_add, {"location": (0, 0, 1), "size": 1.6}),
        ("post", add.primitive_cylinder_add, {"location": (1.9, 0, 0.6), "radius": 0.6, "depth": 2, "vertices": 48}),
        ("ring", add.primitive_torus_add, {"location": (-1.9, 0, 0.6), "major_radius": 0.65, "minor_radius": 0.3}),
        ("ground", add.primitive_plane_add, {"location": (0, 0, -0.45), "size": 8}),
    ):
        make(**options)
        body = bpy.context.object
        body.name = name
        if name == "head":
            body.modifiers.new("smooth", "SUBSURF").levels = 2
            bpy.ops.object.modifier_apply(modifier="smooth")
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.select_all(action="SELECT")
        if name != "ground":
            bpy.ops.uv.smart_project(angle_limit=math.radians(66), island_margin=0.01)
        bpy.ops.object.mode_set(mode="OBJECT")
        if name in ("head", "ring"):
            bpy.ops.object.shade_smooth()
        image = projected(body.data, f"{folder}/photos/{name}.png", name)
        if name == "ground":  # the texture repeats
            for corner in body.data.uv_layers.active.data:
                corner.uv *= 3
        material = bpy.data.materials.new(name)
        material.use_nodes = True
        texture = material.node_tree.nodes.new("ShaderNodeTexImage")
        texture.image = image
        surface = material.node_tree.nodes["Principled BSDF"]
        surface.inputs["Roughness"].default_value = 0.8
        material.node_tree.links.new(texture.outputs["Color"], surface.inputs["Base Color"])
        body.data.materials.append(material)
    bpy.ops.export_scene.gltf(filepath=f"{folder}/scene.glb", export_format="GLB")


def projected(mesh: bpy.types.Mesh, photo: str, name: str) -> bpy.types.Image:
    """Return a texture that shows a photograph, projected along three axes and mixed by the direction of the surface."""
    loaded = bpy.data.images.load(photo)
    width, height = loaded.size
    pixels = np.array(loaded.pixels, np.float32).reshape(height, width, 4)[..., :3]
    mesh.calc_loop_triangles()
    uv = mesh.uv_layers.active.data
    places, normals = np.zeros((SIDE, SIDE, 3)), np.zeros((SIDE, SIDE, 3))
    nearness = np.full((SIDE, SIDE), -np.inf)
    for triangle in mesh.loop_triangles:
        corners = np.array([uv[loop].uv for loop in triangle.loops]) * SIDE - 0.5
        points = np.array([mesh.vertices[vertex].co for vertex in triangle.vertices])
        turns = np.array([mesh.vertices[vertex].normal for vertex in triangle.vertices])
        low = np.floor(corners.min(0) - 2).astype(int).clip(0, SIDE - 1)
        high = np.ceil(corners.max(0) + 3).astype(int).clip(1, SIDE)
        x, y = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
        sides = np.array([corners[1] - corners[0], corners[2] - corners[0]]).T
        size = abs(np.linalg.det(sides))
        if size < 1e-9:
            continue
        inner = np.linalg.solve(sides, np.stack([x - corners[0, 0], y - corners[0, 1]]).reshape(2, -1)).reshape(
            2, *x.shape
        )
        shares = np.stack([1 - inner.sum(0), *inner])
        inside = shares.min(0)
        here = (inside > -_PADDING / max(1, math.sqrt(size))) & (np.minimum(inside, 0) > nearness[y, x])
        at = y[here], x[here]
        nearness[at] = np.minimum(inside, 0)[here]
        places[at], normals[at] = shares[:, here].T @ points, shares[:, here].T @ turns
    scale = np.ptp([vertex.co for vertex in mesh.vertices], axis=0).max()
    weights = np.abs(normals) ** 4 + 1e-9
    weights /= weights.sum(-1, keepdims=True)

    def seen(across: np.ndarray, up: np.ndarray) -> np.ndarray:
        columns, rows = (np.abs((value / scale + 0.5) % 2 - 1) for value in (across, up))
        return pixels[(rows * (height - 1)).astype(int), (columns * (width - 1)).astype(int)]

    found = sum(
        weights[..., axis, None] * seen(places[..., across], places[..., up])
        for axis, across, up in ((0, 1, 2), (1, 0, 2), (2, 0, 1))
    )
    image = bpy.data.images.new(name, SIDE, SIDE)
    image.pixels.foreach_set(np.concatenate([found, np.ones((SIDE, SIDE, 1))], -1).astype(np.float32).ravel())
    image.pack()
    return image


def render(model: str, picture: str, zoom: float) -> None:
    """Render a model by Cycles: all of it from the front, or the head from behind where `zoom` is less than 1."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    bpy.ops.import_scene.gltf(filepath=model)
    close = zoom < 1
    bodies = [body for body in scene.objects if body.type == "MESH" and (body.name == "head" or not close)]
    corners = [
        body.matrix_world @ mathutils.Vector(corner)
        for body in bodies
        if body.name != "ground"
        for corner in body.bound_box
    ]
    low, high = (mathutils.Vector(map(most, zip(*corners, strict=True))) for most in (min, max))
    middle, reach = (low + high) / 2, (high - low).length / 2
    angle, height = (2.5, 0.5) if close else (0.4, 0.35)
    toward = mathutils.Vector(
        (math.cos(height) * math.sin(angle), -math.cos(height) * math.cos(angle), math.sin(height))
    )
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.location = middle + toward * reach * 2.3 * zoom
    camera.rotation_euler = toward.to_track_quat("Z", "Y").to_euler()
    camera.data.angle = 0.75
    scene.collection.objects.link(camera)
    scene.camera = camera
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 2, (0.8, 0.3, 0.5)
    scene.collection.objects.link(sun)
    scene.world = bpy.data.worlds.new("sky")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs[0].default_value = (1, 1, 1, 1)
    scene.world.node_tree.nodes["Background"].inputs[1].default_value = 0.7
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 48, False
    scene.render.resolution_x, scene.render.resolution_y = 560, 420
    scene.view_settings.view_transform = "Standard"
    scene.render.filepath = picture
    bpy.ops.render.render(write_still=True)


main()
