"""The nodes in the real ComfyUI.

`PINXIT_COMFYUI` gives the command that runs it, as in `/srv/comfy/bin/python /srv/ComfyUI/main.py`, with a Python that has
pinxit; see plugins/comfyui/README.md.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pinxit import image as pictures
from tests.plugins.comfyui_process import COMMAND, ComfyUI, node, run_comfyui, wait_for

pytestmark = [
    pytest.mark.skipif(not COMMAND, reason="PINXIT_COMFYUI names no ComfyUI"),
    pytest.mark.slow(reason="it starts the real ComfyUI"),
]
PHOTO = node("LoadImage", image="photo.png")


@pytest.fixture(scope="module")
def comfyui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyUI]:
    with run_comfyui(tmp_path_factory.mktemp("comfyui")) as server:
        yield server


def saved(source: list[object], name: str = "painted") -> dict[str, object]:
    return node("SaveImage", images=source, filename_prefix=name)


def test_a_batch_is_painted_within_a_mask(comfyui: ComfyUI) -> None:
    """ComfyUI's own nodes make the batch and the mask, white on the left."""
    graph = {
        "1": PHOTO,
        "2": node("ImageScale", image=["1", 0], upscale_method="area", width=256, height=192, crop="disabled"),
        "3": node("RepeatImageBatch", image=["2", 0], amount=2),
        "4": node("SolidMask", value=0.0, width=256, height=192),
        "5": node("SolidMask", value=1.0, width=128, height=192),
        "6": node("MaskComposite", destination=["4", 0], source=["5", 0], x=0, y=0, operation="add"),
        "7": node("PinxitHouseStyle", name="ink"),
        "8": node("PinxitInstant", image=["3", 0], style=["7", 0], size=256, strength=1.0, mask=["6", 0]),
        "9": saved(["8", 0]),
        "10": saved(["2", 0], "before"),
    }
    before, *painted = (pictures.read(path).pixels for path in comfyui.painted(graph))
    assert len(painted) == 2
    for one in painted:
        assert abs(one[..., 140:] - before[..., 140:]).max() < 0.01
        assert abs(one[..., :116] - before[..., :116]).mean() > 0.05


def test_the_optimiser_a_texture_and_colours(comfyui: ComfyUI) -> None:
    """The optimiser needs gradients, which ComfyUI switches off."""
    graph = {
        "1": PHOTO,
        "2": node("ImageInvert", image=["1", 0]),
        "3": node("PinxitStyleFromImage", image=["2", 0]),
        "4": node("PinxitStylize", image=["1", 0], style=["3", 0], quality="draft", size=64, strength=1.0),
        "5": node("PinxitTexture", style=["3", 0], quality="draft", side=64, seamless=True, seed=0),
        "6": node("PinxitMatchColours", image=["1", 0], colours=["2", 0], strength=1.0),
        "7": saved(["4", 0], "a"),
        **{str(10 + output): saved(["5", output], f"b{output}") for output in range(4)},
        "8": saved(["6", 0], "c"),
    }
    painted, *maps, matched = (pictures.read(path) for path in comfyui.painted(graph))
    assert max(painted.width, painted.height) == 64
    assert [(one.width, one.height) for one in maps] == [(64, 64)] * 4
    assert max(matched.width, matched.height) == 320


def test_interrupting_ends_a_painting(comfyui: ComfyUI) -> None:
    paint = node("PinxitStylize", image=["1", 0], style=["2", 0], quality="fine", size=1024, strength=1.0)
    graph = {"1": PHOTO, "2": node("PinxitHouseStyle", name="ink"), "3": paint, "4": saved(["3", 0])}
    number = comfyui.start(graph)
    wait_for(lambda: comfyui.ask("/queue")["queue_running"])
    time.sleep(3)  # an interruption before the node begins would show nothing
    comfyui.ask("/interrupt", {})
    messages = [name for name, _ in comfyui.ended(number)["status"]["messages"]]
    assert "execution_interrupted" in messages


def test_a_mistake_is_a_sentence_at_the_node(comfyui: ComfyUI) -> None:
    load = node("PinxitLoadNetwork", path="missing.pinxit")
    paint = node("PinxitInstant", image=["1", 0], style=["2", 0], size=256, strength=1.0)
    kept = comfyui.ended(comfyui.start({"1": PHOTO, "2": load, "3": paint, "4": saved(["3", 0])}))
    (said,) = (what for name, what in kept["status"]["messages"] if name == "execution_error")
    assert said["node_type"] == "PinxitInstant"
    assert "missing.pinxit" in said["exception_message"]
