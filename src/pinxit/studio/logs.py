"""The studio's log on standard error: warnings as sentences, or every record and request as a line of JSON."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from starlette.types import Scope

from pinxit.studio.rate_limit import client_address

_request_log = logging.getLogger("pinxit.studio.requests")


class JsonFormatter(logging.Formatter):
    """A log format of one JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line |= getattr(record, "fields", None) or {"message": record.getMessage()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logging(as_json: bool) -> None:
    """Send the studio's log to standard error: warnings as sentences, or everything from INFO on as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else logging.Formatter("%(levelname)s: %(message)s"))
    for name in ("pinxit", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO if as_json else logging.WARNING)


def log_request(scope: Scope, status: int, seconds: float) -> None:
    """Log one answered request, where the log wants requests.

    Args:
        scope: the request's ASGI scope.
        status: status of the response.
        seconds: time from the request to the end of the response.
    """
    if not _request_log.isEnabledFor(logging.INFO):
        return
    fields = {
        "client": client_address(scope),
        "method": scope["method"],
        "path": scope["path"],  # without the query, which may hold the token
        "status": status,
        "ms": round(1000 * seconds, 1),
    }
    _request_log.info("request", extra={"fields": fields})
