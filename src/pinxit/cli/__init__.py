"""The command line: parses, calls down, prints. Each command's file is imported only when it runs."""

from pinxit.cli.main import main

__all__ = ["main"]
