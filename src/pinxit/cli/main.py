"""`pinxit COMMAND …`: finds the command, and turns every failure into one sentence and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from pinxit import __version__
from pinxit.errors import PinxitError, printable

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130

# Name → what it does. The command is the function of the same name in the file of the same name.
COMMANDS = {
    "studio": "Paint in the browser: everything here, to look at rather than to type.",
    "stylize": "Paint pictures in the manner of others: the main job.",
    "batch": "Paint all the pictures in a folder; goes on where it was interrupted.",
    "sweep": "Try styles and settings side by side, on one labelled sheet.",
    "compare": "Judge results side by side: nearness to style and content.",
    "video": "Paint a clip so that it does not flicker.",
    "live": "Paint a camera's picture as it comes, or a clip as it plays.",
    "texture": "Paint a new texture in a style's manner, which may meet itself on all sides.",
    "panorama": "Paint a 360° panorama or a cube map, without seams.",
    "sprites": "Paint a set of sprites or sprite sheets with one hand.",
    "theme": "An interface's colours, backgrounds, icons and buttons from a painting.",
    "pattern": "Paint a repeat pattern for printing on cloth or paper.",
    "wear": "Put a pattern or a style on a garment, a wall or a sofa.",
    "taste": "Keep what you like and dislike; order pictures by it.",
    "train": "Teach a network one manner, for pictures at once from then on.",
    "export": "Write a style and its network as an ONNX file for other programs.",
    "redo": "Make a picture again from the recipe inside it, exactly or with changes.",
    "show": "Print the recipe inside a picture.",
    "styles": "Show the styles that pinxit draws itself, or draw one.",
    "weights": "List, fetch and verify the encoders' weights.",
    "doctor": "Say what this machine has for pinxit and what is missing.",
}


class LazyCommands(TyperGroup):
    """Knows every command's name and summary, and imports the one that is called: `--help` stays instant."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """The names, in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        """A stand-in with the summary, enough for the list of commands."""
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name]) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """The command itself, for what it is about to do."""
        name, _, rest = super().resolve_command(ctx, args)
        command = typer.main.get_command(importlib.import_module(f"pinxit.cli.{name}").app)
        command.name = name
        return name, command, rest


app = typer.Typer(
    cls=LazyCommands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Try it: [bold]pinxit stylize sample:cat --style house:swirl -o cat.png[/bold]",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(__version__)  # noqa: T201
        raise typer.Exit


@app.callback()
def pinxit(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Paint one picture in the manner of others (neural style transfer)."""


def complain(sentence: str) -> None:
    """Say one sentence on standard error."""
    print(f"pinxit: {printable(sentence)}", file=sys.stderr)  # noqa: T201


def main() -> None:
    """The entry point of the command `pinxit`."""
    try:
        app()
    except PinxitError as error:
        complain(str(error))
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        complain("interrupted before there was a picture to keep.")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read the output has left (`pinxit show … | head`): nothing is wrong. Keep the interpreter from saying so.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get("PINXIT_DEBUG"):
            raise
        complain(
            f"failed unexpectedly ({type(error).__name__}: {error}); PINXIT_DEBUG=1 shows where, please report it."
        )
        sys.exit(FAILED)
