"""pinxit in Krita: a docker that paints the active layer in a style."""

from krita import DockWidgetFactory, DockWidgetFactoryBase, Krita

from .docker import PinxitDocker

Krita.instance().addDockWidgetFactory(DockWidgetFactory("pinxit_docker", DockWidgetFactoryBase.DockRight, PinxitDocker))
