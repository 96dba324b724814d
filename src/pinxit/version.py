"""The version, in a module of its own: recipes and reports record it, and the package itself imports those."""

__version__ = "0.2.0.dev0"
