"""pinxit in ComfyUI: nodes that paint pictures, make textures, and give a picture another one's colours.

ComfyUI's pictures are tensors `(B, H, W, C)` with values in [0, 1], its masks `(B, H, W)`. The nodes take and return these,
and call pinxit's library in ComfyUI's own Python.
"""

from .nodes import NODES

NODE_CLASS_MAPPINGS = {name: node for name, (node, _) in NODES.items()}
NODE_DISPLAY_NAME_MAPPINGS = {name: title for name, (_, title) in NODES.items()}

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
