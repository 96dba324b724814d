"""`pinxit COMMAND …`: find the command, and turn every failure into one sentence and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from pinxit.cli.command_app import command_app
from pinxit.cli.help_pages import help_page
from pinxit.cli.messages import warn
from pinxit.errors import PinxitError
from pinxit.version import __version__
from pinxit.works import WORKS

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130

# Each command's name and summary. The command is the `app` in the file of the same name.
COMMANDS = {
    "studio": "Do all of this in the browser.",
    **{name: work.summary for name, work in WORKS.items()},
    "batch": "Paint all the pictures in a folder; continue after an interruption.",
    "watch": "Paint pictures as they arrive in a folder.",
    "compare": "Judge results side by side by their distance from style and content.",
    "taste": "Record what you like and dislike; rank pictures by it.",
    "export": "Write a style and its network as an ONNX file for other programs.",
    "redo": "Make a picture again from the recipe inside it, exactly or with changes.",
    "show": "Print the recipe inside a picture.",
    "styles": "Show the styles that pinxit draws itself, or draw one.",
    "preset": "Save settings under a name, and share them as a file.",
    "plugin": "Paint from within Krita, GIMP, Blender and ComfyUI.",
    "weights": "List, fetch and verify the encoders' weights.",
    "mcp": "Serve these tools to programs that speak the Model Context Protocol.",
    "help": "Show the page of a command: the lines that most people need, and what goes wrong.",
    "doctor": "Report what this machine has for pinxit and what is missing.",
}

GREETING = f"""pinxit {__version__} paints one picture in the style of others. To begin with:

  A sample photograph, in a few seconds:
    pinxit stylize sample:cat --style house:swirl --preset instant -o cat.png
  Your photograph in the style of a painting:
    pinxit stylize photo.jpg --style painting.jpg -o out.png
  All of it in the browser:
    pinxit studio

pinxit --help lists every command, pinxit COMMAND --help its options;
pinxit help COMMAND shows what most people need of it."""


class LazyCommands(TyperGroup):
    """Every command's name and summary; only the command that is called is imported, so that `--help` is instant."""

    def __init__(self, **options: Any) -> None:
        """Fill in a placeholder for each command: enough for the list, and to find the name that was meant."""
        placeholders = {name: TyperCommand(name, help=summary) for name, summary in COMMANDS.items()}
        super().__init__(**{**options, "commands": placeholders})

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """Import the command that is called, and return it."""
        name, _, rest = super().resolve_command(ctx, args)
        command = typer.main.get_command(importlib.import_module(f"pinxit.cli.{name}").app)
        command.name = name
        return name, command, rest


app = command_app(
    cls=LazyCommands,
    add_completion=True,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Try it: [bold]pinxit stylize sample:cat --style house:swirl -o cat.png[/bold]",
)


def _print_version(asked: bool) -> None:
    if asked:
        print(__version__)  # noqa: T201
        raise typer.Exit


@app.callback()
def pinxit(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Paint one picture in the style of others (neural style transfer)."""
    if ctx.invoked_subcommand is None:
        print(GREETING)  # noqa: T201


def main() -> None:
    """Run the command line `pinxit`."""
    try:
        app(prog_name="pinxit")
    except PinxitError as error:
        page = help_page(error)
        warn(f"{error} Help: `pinxit help {page}`" if page else str(error))
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        warn("interrupted before there was a picture to keep.")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of the output has ended (`pinxit show … | head`): that is no error, and must not be reported as one.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get("PINXIT_DEBUG"):
            raise
        warn(f"failed unexpectedly ({type(error).__name__}: {error}); PINXIT_DEBUG=1 shows where, please report it.")
        sys.exit(FAILED)
