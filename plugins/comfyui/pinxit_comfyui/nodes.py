"""The nodes."""

import math
from pathlib import Path

import numpy as np
import torch

try:
    import pinxit
except ImportError as error:
    raise ImportError(
        "pinxit is not in ComfyUI's Python: run `python -m pip install pinxit` with that Python."
    ) from error
from pinxit import PinxitError, styles
from pinxit.image import from_array, to_array
from pinxit.texture.color_transfer import match_colors

_SIZE = ("INT", {"default": 1024, "min": 64, "max": 8192, "step": 16, "tooltip": "Longer side of the painting, px"})
_STRENGTH = ("FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0, "step": 0.05})
_MASK = ("MASK", {"tooltip": "White where it is painted; the rest stays as it is"})
_QUALITIES = ["draft", "standard", "fine"]
_STEPS = 1000  # of ComfyUI's progress bar


class _Node:
    CATEGORY = "pinxit"
    FUNCTION = "execute"

    def execute(self, **inputs):
        """Run the node with gradients, which ComfyUI switches off and the optimiser needs."""
        with torch.inference_mode(False), torch.enable_grad():
            return self.run(**inputs)


class HouseStyle(_Node):
    """One of the styles that pinxit draws itself."""

    RETURN_TYPES = ("PINXIT_STYLE",)

    @classmethod
    def INPUT_TYPES(cls):
        """Return the inputs, in ComfyUI's form."""
        return {"required": {"name": (list(styles.names()),)}}

    def run(self, name):
        """Return the style."""
        return (f"house:{name}",)


class StyleFromImage(_Node):
    """The style of a picture."""

    RETURN_TYPES = ("PINXIT_STYLE",)

    @classmethod
    def INPUT_TYPES(cls):
        """Return the inputs, in ComfyUI's form."""
        return {"required": {"image": ("IMAGE",)}}

    def run(self, image):
        """Return the style of the first picture."""
        return (_pictures(image)[0],)


class LoadNetwork(_Node):
    """The style of a network that `pinxit train` made."""

    RETURN_TYPES = ("PINXIT_STYLE",)

    @classmethod
    def INPUT_TYPES(cls):
        """Return the inputs, in ComfyUI's form."""
        return {"required": {"path": ("STRING", {"default": "", "tooltip": "The file, NAME.pinxit"})}}

    @classmethod
    def IS_CHANGED(cls, path):
        """Return what changes when the network is trained anew, so that ComfyUI paints again."""
        file = Path(path)
        return file.stat().st_mtime_ns if file.is_file() else 0

    def run(self, path):
        """Return the network's path; it is read when it paints."""
        if not path.endswith(".pinxit"):
            raise PinxitError("give the path of a network, NAME.pinxit, which `pinxit train` makes.")
        return (path,)


class Stylize(_Node):
    """Paint pictures by the optimiser, in the best quality."""

    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        """Return the inputs, in ComfyUI's form."""
        size = ("INT", {**_SIZE[1], "default": 512, "max": 4096})
        required = {"image": ("IMAGE",), "style": ("PINXIT_STYLE",), "quality": (_QUALITIES, {"default": "standard"})}
        return {"required": {**required, "size": size, "strength": _STRENGTH}, "optional": {"mask": _MASK}}

    def run(self, image, style, quality, size, strength, mask=None):
        """Paint each picture."""
        return (_paint(image, style, mask, preset=quality, size=size, strength=strength),)


class Instant(_Node):
    """Paint pictures by a network, at once."""

    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        """Return the inputs, in ComfyUI's form."""
        required = {"image": ("IMAGE",), "style": ("PINXIT_STYLE",), "size": _SIZE, "strength": _STRENGTH}
        return {"required": required, "optional": {"mask": _MASK}}

    def run(self, image, style, size, strength, mask=None):
        """Paint each picture."""
        return (_paint(image, style, mask, preset="instant", size=size, strength=strength),)


class MakeTexture(_Node):
    """A texture in a style, which may repeat without a seam, with its maps."""

    RETURN_TYPES = ("IMAGE", "IMAGE", "IMAGE", "IMAGE")
    RETURN_NAMES = ("texture", "normal", "height", "roughness")

    @classmethod
    def INPUT_TYPES(cls):
        """Return the inputs, in ComfyUI's form."""
        side = ("INT", {"default": 512, "min": 64, "max": 4096, "step": 16, "tooltip": "px"})
        required = {"style": ("PINXIT_STYLE",), "quality": (_QUALITIES,), "side": side}
        seamless = ("BOOLEAN", {"default": True})
        seed = ("INT", {"default": 0, "min": 0, "max": 2**63 - 1})
        return {"required": {**required, "seamless": seamless, "seed": seed}}

    def run(self, style, quality, side, seamless, seed):
        """Make the texture."""
        texture = pinxit.prepare_texture([style], side, side, tile=seamless, maps=True, preset=quality, seed=seed)
        last = _watch(texture.job)
        names = ("normal", "height", "roughness")
        made = [texture.result(last)[0], *(texture.map(name).result(last)[0] for name in names)]
        return tuple(_tensor([one]) for one in made)


class MatchColours(_Node):
    """The colours of another picture, without painting."""

    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        """Return the inputs, in ComfyUI's form."""
        return {"required": {"image": ("IMAGE",), "colours": ("IMAGE",), "strength": _STRENGTH}}

    def run(self, image, colours, strength):
        """Recolour each picture."""
        wanted = _pictures(colours)[0]
        return (_tensor([match_colors(one, wanted, strength) for one in _pictures(image)]),)


NODES = {
    "PinxitHouseStyle": (HouseStyle, "pinxit: Style"),
    "PinxitStyleFromImage": (StyleFromImage, "pinxit: Style from Image"),
    "PinxitLoadNetwork": (LoadNetwork, "pinxit: Load Network"),
    "PinxitInstant": (Instant, "pinxit: Paint at Once"),
    "PinxitStylize": (Stylize, "pinxit: Paint"),
    "PinxitTexture": (MakeTexture, "pinxit: Texture"),
    "PinxitMatchColours": (MatchColours, "pinxit: Match Colours"),
}


def _paint(image, style, mask, **options):
    contents = _pictures(image)
    kept = None if mask is None else [from_array(1 - one) for one in mask.detach().cpu().numpy()]
    painted = []
    for number, content in enumerate(contents):
        # One mask is for all pictures.
        keep = None if kept is None else kept[min(number, len(kept) - 1)]
        if keep is not None and not keep.pixels.any():
            keep = None  # everything is to be painted
        job = pinxit.prepare(content, style, keep=keep, **options)
        painted.append(job.result(_watch(job, number, len(contents)))[0])
    return _tensor(painted)


def _watch(job, number=0, count=1):
    """Run a job with ComfyUI's progress bar, and end it when the user interrupts; return the last progress."""
    try:
        from comfy.model_management import throw_exception_if_processing_interrupted as check
        from comfy.utils import ProgressBar
    except ImportError:  # the nodes are called by a script
        check, bar = (lambda: None), None
    else:
        bar = ProgressBar(_STEPS)
    for progress in job.paint():
        check()
        whole = progress.seconds + progress.seconds_left
        share = progress.seconds / whole if whole > 0 and math.isfinite(whole) else 0.0
        if bar is not None:
            bar.update_absolute(round(_STEPS * (number + share) / count))
    return progress


def _pictures(image):
    """Return a tensor `(B, H, W, C)` as pictures."""
    return [from_array(np.clip(one, 0, 1)) for one in image.detach().cpu().numpy()]


def _tensor(pictures):
    """Return pictures of one size as a tensor `(B, H, W, 3)`."""
    return torch.stack([torch.from_numpy(np.ascontiguousarray(to_array(one, np.float32)[..., :3])) for one in pictures])
