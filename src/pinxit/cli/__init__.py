"""The command line. Each command has a file, which is imported only when the command runs."""

from pinxit.cli.main import main

__all__ = ["main"]
