"""What is asked of the studio, in threads of their own, so that Krita stays usable meanwhile."""

from __future__ import annotations

from PyQt5.QtCore import QThread, pyqtSignal

from .client import CancelledError, StudioError, find_studio, open_studio


class Task(QThread):
    """A call of the studio.

    Args:
        parent: the object that owns it.
        call: what to do, given the studio and this task.
        start: whether to start the studio where none runs.
    """

    progressed = pyqtSignal(float, str)
    succeeded = pyqtSignal(object)
    failed = pyqtSignal(str)
    cancelled = pyqtSignal()

    def __init__(self, parent, call, start=True):
        super().__init__(parent)
        self._call = call
        self._open = open_studio if start else find_studio

    def run(self):
        """Find or start the studio, and do the call."""
        try:
            self.succeeded.emit(self._call(self._open(), self))
        except CancelledError:
            self.cancelled.emit()
        except StudioError as error:
            self.failed.emit(str(error))
        except Exception as error:  # an error that is not foreseen must not end Krita
            self.failed.emit(f"This failed unexpectedly ({type(error).__name__}: {error}).")


def styles(studio, task):
    """Return the studio's styles, each with its thumbnail, and its limits."""
    return [(one, studio.thumbnail(one)) for one in studio.styles()], studio.limits


def order_of(studio, layer, chosen):
    """Upload what an order needs and return the order.

    Args:
        studio: the studio.
        layer: the layer, as a PNG file.
        chosen: the docker's choices.
    """
    order = {
        "content": studio.upload(layer, f"{chosen['title']}.png"),
        "styles": [chosen["style"] if isinstance(chosen["style"], dict) else studio.upload(chosen["style"])],
        "preset": chosen["preset"],
        "strength": chosen["strength"],
        "size": chosen["size"],
    }
    if chosen["kept"] is not None:
        order["keep"] = studio.upload(chosen["kept"], "kept.png")
    return order


def painting(layer, chosen):
    """Return the call that paints a layer."""

    def call(studio, task):
        studio.check_size(chosen["size"], 1, chosen["preset"])
        task.progressed.emit(0.0, "Uploading")
        order = order_of(studio, layer, chosen)
        files = studio.paint(order, task.progressed.emit, task.isInterruptionRequested, chosen["title"])
        return files["picture"]

    return call


def preview(layer, chosen):
    """Return the call that paints a small preview of a layer by the network."""

    def call(studio, task):
        return studio.preview({**order_of(studio, layer, chosen), "preset": "instant", "size": 512})

    return call
