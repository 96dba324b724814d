"""The docker: style, strength, size, preview, progress."""

from __future__ import annotations

import hashlib
from pathlib import Path

from krita import DockWidget, Krita
from PyQt5.QtCore import QSize, Qt, QTimer
from PyQt5.QtGui import QIcon, QPixmap
from PyQt5.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from . import layers, tasks

PRESETS = (
    ("instant", "Instant, by a network"),
    ("draft", "Draft"),
    ("standard", "Standard"),
    ("fine", "Fine"),
)
_THUMBNAIL = 64  # px
_PREVIEW_HEIGHT = 180  # px
# ms: while sliders move or the brush paints, wait this long for the next change before a preview is asked for.
_PREVIEW_DELAY = 600
_WATCH_EVERY = 1500  # ms
_LARGEST_DEFAULT = 2048  # px


class PinxitDocker(DockWidget):
    """The docker pinxit."""

    def __init__(self):
        super().__init__()
        self.setWindowTitle("pinxit")
        self._painting = None
        self._previewing = None
        self._loading = None
        self._seen = b""
        self._build()
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(_PREVIEW_DELAY)
        self._delay.timeout.connect(self._ask_for_preview)
        self._watch = QTimer(self)
        self._watch.setInterval(_WATCH_EVERY)
        self._watch.timeout.connect(self._look_for_changes)

    def canvasChanged(self, canvas):  # noqa: N802 - Krita's name
        """Follow the document that is shown: its size is the size of the painting."""
        document = Krita.instance().activeDocument()
        if document is not None:
            side = max(document.width(), document.height())
            self.size_box.setValue(min(side, _LARGEST_DEFAULT))

    def _build(self):
        body = QWidget()
        column = QVBoxLayout(body)
        self.style_list = QListWidget()
        self.style_list.setViewMode(QListView.IconMode)
        self.style_list.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self.style_list.setResizeMode(QListView.Adjust)
        self.style_list.setMovement(QListView.Static)
        self.style_list.setUniformItemSizes(True)
        self.style_list.setSpacing(2)
        self.style_list.setMinimumHeight(170)
        self.style_list.setAccessibleName("Styles")
        self.style_list.currentItemChanged.connect(self._changed)
        column.addWidget(self.style_list, 1)
        row = QHBoxLayout()
        self.load_button = QPushButton("Show the styles")
        self.load_button.clicked.connect(self.load_styles)
        self.file_button = QPushButton("Style from a file…")
        self.file_button.clicked.connect(self._choose_file)
        row.addWidget(self.load_button)
        row.addWidget(self.file_button)
        column.addLayout(row)
        form = QFormLayout()
        self.strength = QSlider(Qt.Horizontal)
        self.strength.setRange(0, 100)
        self.strength.setValue(100)
        self.strength.valueChanged.connect(self._changed)
        self.strength_label = QLabel("100 %")
        self.strength_label.setMinimumWidth(44)
        self.strength.valueChanged.connect(lambda value: self.strength_label.setText(f"{value} %"))
        strength = QHBoxLayout()
        strength.addWidget(self.strength)
        strength.addWidget(self.strength_label)
        form.addRow("Strength", strength)
        self.preset = QComboBox()
        for name, title in PRESETS:
            self.preset.addItem(title, name)
        form.addRow("Quality", self.preset)
        self.size_box = QSpinBox()
        self.size_box.setRange(64, 16384)
        self.size_box.setSuffix(" px")
        self.size_box.setToolTip("Longer side of the painting. It is enlarged to the size of the layer.")
        form.addRow("Longer side", self.size_box)
        column.addLayout(form)
        self.live = QCheckBox("Live preview of the layer")
        self.live.toggled.connect(self._live_toggled)
        column.addWidget(self.live)
        self.preview = QLabel()
        self.preview.setAlignment(Qt.AlignCenter)
        self.preview.setMinimumHeight(_PREVIEW_HEIGHT)
        self.preview.hide()
        column.addWidget(self.preview)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.hide()
        column.addWidget(self.progress)
        self.message = QLabel("Choose a style, then paint the active layer.")
        self.message.setWordWrap(True)
        column.addWidget(self.message)
        row = QHBoxLayout()
        self.paint_button = QPushButton("Paint the layer")
        self.paint_button.clicked.connect(self.paint)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setEnabled(False)
        self.cancel_button.clicked.connect(self.cancel)
        row.addWidget(self.paint_button, 1)
        row.addWidget(self.cancel_button)
        column.addLayout(row)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarAlwaysOff)
        area.setFrameShape(QScrollArea.NoFrame)
        area.setWidget(body)
        self.setWidget(area)

    def showEvent(self, event):  # noqa: N802 - Qt's name
        """Show the styles at once where the studio runs already; the docker itself starts no studio."""
        super().showEvent(event)
        if not self.style_list.count():
            self.load_styles(start=False)

    def load_styles(self, _checked=False, start=True):
        """Show the studio's styles; start the studio where none runs."""
        if self._loading is not None:
            return
        if start:
            self.message.setText("Looking for the studio; its first start takes some seconds.")
        self._loading = tasks.Task(self, tasks.styles, start=start)
        self._loading.succeeded.connect(self._show_styles)
        self._loading.failed.connect(self._say if start else lambda sentence: None)
        self._loading.finished.connect(self._loaded)
        self._loading.start()

    def _loaded(self):
        self._loading = None

    def _show_styles(self, found):
        known, self._limits = found
        files = [self.style_list.item(row) for row in range(self.style_list.count())]
        own = [one.data(Qt.UserRole) for one in files if isinstance(one.data(Qt.UserRole), str)]
        self.style_list.clear()
        for style, thumbnail in known:
            title = style["name"].partition(":")[2] or style["title"]
            named = {name: style[name] for name in ("name", "sha256") if style[name]}
            self._add_style(title, style["title"], thumbnail, named)
        for path in own:
            self._add_file(path)
        self.style_list.setCurrentRow(0)
        self.load_button.setText("Refresh the styles")
        self._say("Choose a style, then paint the active layer.")

    def _add_style(self, title, hint, thumbnail, data):
        pixmap = QPixmap()
        pixmap.loadFromData(thumbnail)
        item = QListWidgetItem(QIcon(pixmap), title)
        item.setToolTip(hint)
        item.setData(Qt.UserRole, data)
        self.style_list.addItem(item)
        return item

    def _add_file(self, path):
        return self._add_style(Path(path).stem[:16], path, Path(path).read_bytes(), path)

    def _choose_file(self):
        path, _ = QFileDialog.getOpenFileName(self, "The painting whose style is wanted", "", "Pictures (*)")
        if path:
            self.style_list.setCurrentItem(self._add_file(path))

    def choices(self, document):
        """Return what is chosen, with the layer's selection; None where no style is chosen."""
        item = self.style_list.currentItem()
        if item is None:
            return None
        selection = layers.selected(document)
        return {
            "style": item.data(Qt.UserRole),
            "style_title": item.text(),
            "preset": self.preset.currentData(),
            "strength": self.strength.value() / 100,
            "size": min(self.size_box.value(), max(document.width(), document.height())),
            "selection": selection,
            "kept": None if selection is None else layers.kept_png(selection),
            "title": f"{document.activeNode().name()} in {item.text()}",
        }

    def paint(self, _checked=False):
        """Paint the active layer; the painting becomes a layer above it."""
        if self._painting is not None:
            return
        document = Krita.instance().activeDocument()
        node = document.activeNode() if document is not None else None
        if node is None:
            self._say("Open a picture first.")
            return
        chosen = self.choices(document)
        if chosen is None:
            self._say("Choose a style first.")
            return
        layer = layers.layer_png(document, node)
        task = tasks.Task(self, tasks.painting(layer, chosen))
        task.progressed.connect(self._show_progress)
        task.succeeded.connect(lambda png: self._add_painting(document, node, png, chosen))
        task.failed.connect(self._say)
        task.cancelled.connect(lambda: self._say("Cancelled; the picture is as it was."))
        task.finished.connect(self._painted)
        self._painting = task
        self.paint_button.setEnabled(False)
        self.cancel_button.setEnabled(True)
        self.progress.setValue(0)
        self.progress.show()
        task.start()

    def cancel(self, _checked=False):
        """Cancel the painting; the studio's job is cancelled too."""
        if self._painting is not None:
            self._painting.requestInterruption()
            self.cancel_button.setEnabled(False)

    def _add_painting(self, document, node, png, chosen):
        # The document may have been closed meanwhile.
        if document not in Krita.instance().documents():
            self._say("The picture was closed meanwhile; the painting is in the studio's gallery.")
            return
        try:
            layers.add_layer(document, node, png, chosen["title"], chosen["selection"])
        except ValueError as error:
            self._say(str(error))
            return
        self._say(f"Painted: the layer “{chosen['title']}” is new.")

    def _painted(self):
        self._painting = None
        self.paint_button.setEnabled(True)
        self.cancel_button.setEnabled(False)
        self.progress.hide()

    def _show_progress(self, fraction, sentence):
        self.progress.setValue(round(1000 * fraction))
        self.message.setText(sentence)

    def _say(self, sentence):
        self.message.setText(sentence)

    def _changed(self, *_):
        if self.live.isChecked():
            self._delay.start()

    def _live_toggled(self, on):
        self.preview.setVisible(on)
        self._seen = b""
        if on:
            self._watch.start()
            self._delay.start()
        else:
            self._watch.stop()

    def _look_for_changes(self):
        """Ask for a preview when the layer was painted on, or another one was chosen."""
        document = Krita.instance().activeDocument()
        node = document.activeNode() if document is not None else None
        if node is None or self._previewing is not None or not self.isVisible():
            return
        small = node.thumbnail(128, 128)
        bits = small.constBits()
        bits.setsize(small.byteCount())
        seen = hashlib.sha256(bytes(bits)).digest()
        if seen != self._seen:
            self._seen = seen
            self._delay.start()

    def _ask_for_preview(self):
        if self._previewing is not None:
            self._delay.start()
            return
        document = Krita.instance().activeDocument()
        node = document.activeNode() if document is not None else None
        chosen = self.choices(document) if node is not None else None
        if chosen is None:
            return
        layer = layers.layer_png(document, node)
        # A studio that its owner stopped is not started again by a preview.
        self._previewing = tasks.Task(self, tasks.preview(layer, chosen), start=False)
        self._previewing.succeeded.connect(self._show_preview)
        self._previewing.failed.connect(self._say)
        self._previewing.finished.connect(self._previewed)
        self._previewing.start()

    def _show_preview(self, png):
        pixmap = QPixmap()
        pixmap.loadFromData(png)
        room = QSize(max(self.preview.width(), 120), _PREVIEW_HEIGHT)
        self.preview.setPixmap(pixmap.scaled(room, Qt.KeepAspectRatio, Qt.SmoothTransformation))

    def _previewed(self):
        self._previewing = None
