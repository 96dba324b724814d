"""pinxit: neural style transfer. Paint one picture in the manner of others."""

__version__ = "0.1.0"
