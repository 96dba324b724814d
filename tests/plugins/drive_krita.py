"""A plug-in of Krita that uses the docker pinxit as a person does, and notes what it sees. It runs within Krita."""

# ruff: noqa: N802
import json
import os
import time
import traceback
from pathlib import Path

from krita import Extension, Krita, Selection
from pinxit_krita import layers
from PyQt5.QtCore import QByteArray, Qt, QTimer
from PyQt5.QtWidgets import QApplication

HOME = Path(os.environ["HOME"])
NOTES = {"error": None, "layers": []}
PATIENCE = 120  # s: for each step
TICK = 50  # ms: between looks


def names(document):
    return [node.name() for node in document.rootNode().childNodes() if node.type() != "selectionmask"]


def pause(seconds):
    end = time.monotonic() + seconds
    return (lambda: time.monotonic() > end), f"{seconds} seconds pass"


def paint(docker, document):
    docker.paint_button.click()
    yield lambda: docker._painting is None, "painting ends"
    yield lambda: document.activeNode().name() == names(document)[-1], "the painting is the active layer"
    NOTES["layers"].append(names(document))


def show(window, docker):
    """Arrange the window as for a picture of it, with the dockers that matter."""
    for one in Krita.instance().dockers():
        if one.isVisible() and one.windowTitle() not in ("pinxit", "Layers", "Toolbox", "Tool Box"):
            one.hide()
    beside = next(one for one in Krita.instance().dockers() if one.windowTitle() == "Layers")
    window.qwindow().resizeDocks([beside, docker], [180, 620], Qt.Vertical)
    yield pause(3)
    # The canvas is drawn by OpenGL, so the screen is photographed and not the widgets.
    QApplication.primaryScreen().grabWindow(0).save(str(HOME / "krita.png"))


def drive():
    """Yield what to wait for, each with its name; the caller looks from Krita's own event loop.

    Krita postpones some of its events while another event is handled, so nothing here may wait by itself.
    """
    application = Krita.instance()
    application.setBatchmode(True)
    yield (
        lambda: application.activeDocument() is not None and application.activeWindow() is not None,
        "the picture opens",
    )
    yield pause(1)
    document, window = application.activeDocument(), application.activeWindow()
    window.qwindow().setGeometry(0, 0, 1280, 900)
    docker = next(one for one in application.dockers() if one.windowTitle() == "pinxit")
    docker.setVisible(True)
    docker.raise_()
    yield lambda: docker.style_list.count() > 0, "the styles are shown"
    items = [docker.style_list.item(row) for row in range(docker.style_list.count())]
    NOTES["styles"] = [item.text() for item in items]
    NOTES["thumbnails"] = sum(not item.icon().isNull() for item in items)
    docker.style_list.setCurrentItem(next(item for item in items if item.text() == "ink"))
    NOTES["layers"].append(names(document))

    docker.live.setChecked(True)
    yield lambda: docker.preview.pixmap() is not None and not docker.preview.pixmap().isNull(), "the preview is shown"
    NOTES["preview"] = [docker.preview.pixmap().width(), docker.preview.pixmap().height()]

    yield from paint(docker, document)
    (HOME / "1.png").write_bytes(layers.layer_png(document, document.activeNode()))
    yield from show(window, docker)
    docker.live.setChecked(False)

    selection = Selection()
    selection.select(0, 0, document.width() // 2, document.height(), 255)
    document.setSelection(selection)
    document.setActiveNode(document.rootNode().childNodes()[0])
    yield lambda: document.activeNode().name() == names(document)[0], "the photograph is the active layer"
    # The new layer is above the photograph and below the first painting.
    docker.paint_button.click()
    yield lambda: docker._painting is None, "painting ends"
    yield lambda: document.activeNode().name() == names(document)[1], "the second painting is the active layer"
    NOTES["layers"].append(names(document))
    (HOME / "2.png").write_bytes(layers.layer_png(document, document.rootNode().childNodes()[1]))

    docker.preset.setCurrentIndex(docker.preset.findData("fine"))
    docker.paint_button.click()
    yield lambda: docker.message.text().startswith("Painting"), "painting begins"
    docker.cancel_button.click()
    yield lambda: docker._painting is None, "cancelling ends"
    NOTES["cancelled"] = {"message": docker.message.text(), "layers": names(document)}

    choices = docker.choices
    docker.choices = lambda document: {**choices(document), "size": 9999}
    docker.paint_button.click()
    yield lambda: docker._painting is None, "refusing ends"
    NOTES["too large"] = docker.message.text()

    deep = application.createDocument(64, 48, "deep", "GRAYA", "U16", "", 72.0)
    grey = deep.rootNode().childNodes()[0]
    grey.setPixelData(QByteArray(b"\x00\x80\xff\xff" * 64 * 48), 0, 0, 64, 48)
    deep.refreshProjection()
    (HOME / "deep.png").write_bytes(layers.layer_png(deep, grey))
    added = layers.add_layer(deep, grey, (HOME / "2.png").read_bytes(), "added", None)
    NOTES["added"] = [added.colorModel(), added.colorDepth(), len(names(deep))]
    deep.setModified(False)
    deep.close()

    document.setModified(False)
    document.close()
    yield lambda: application.activeDocument() is None, "the picture closes"
    docker.paint_button.click()
    NOTES["no picture"] = docker.message.text()


class Driver(Extension):
    def setup(self):
        pass

    def createActions(self, window):
        self.steps = drive()
        self.waiting = (lambda: True), "Krita starts"
        self.end = time.monotonic() + PATIENCE
        self.timer = QTimer()
        self.timer.timeout.connect(self.look)
        self.timer.start(TICK)

    def look(self):
        is_true, what = self.waiting
        try:
            if is_true():
                self.waiting = next(self.steps)
                self.end = time.monotonic() + PATIENCE
            elif time.monotonic() > self.end:
                raise AssertionError(f"it did not happen: {what}")
        except StopIteration:
            self.finish()
        except BaseException:
            said = [one.message.text() for one in Krita.instance().dockers() if one.windowTitle() == "pinxit"]
            NOTES["error"] = f"{traceback.format_exc()}\nThe docker said: {said}"
            QApplication.primaryScreen().grabWindow(0).save(str(HOME / "krita.png"))
            self.finish()

    def finish(self):
        self.timer.stop()
        (HOME / "notes.json").write_text(json.dumps(NOTES))
        # Krita itself would ask whether to keep what was painted.
        os._exit(0)


Krita.instance().addExtension(Driver(Krita.instance()))
