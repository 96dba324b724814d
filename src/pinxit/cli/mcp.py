"""`pinxit mcp`."""

from __future__ import annotations

import sys

from pinxit.cli.command_app import command_app
from pinxit.cli.messages import warn
from pinxit.errors import PinxitError

app = command_app()


@app.command(
    help="Serve the tools of pinxit to a program that speaks the Model Context Protocol, over standard input and output.\n\n"
    "Such a program starts this command itself: add it to the program's list of servers. Tools: stylize, instant, texture, "
    "grade, palette, compare, jobs. Files are read where the program names them; no file that exists is written "
    "over. It opens no port and sends nothing.",
    epilog='{"mcpServers": {"pinxit": {"command": "pinxit", "args": [bold]"mcp"[/bold]}}}',
)
def mcp() -> None:
    try:
        from pinxit.mcp.server import make_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise PinxitError('the server needs the MCP SDK: pip install "pinxit[mcp]".') from error
    if sys.stdin.isatty():
        warn("waits for a client on standard input; a program that speaks MCP starts this command. Ctrl-C ends it.")
    make_server().run("stdio")
