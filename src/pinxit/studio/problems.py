"""Every failure as one answer, `application/problem+json`, with `{"error": {"code": …, "message": one sentence}}`."""

from __future__ import annotations

import errno
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinxit.errors import PinxitError
from pinxit.jobs.errors import Conflict, Full, Missing, NoRoom, TooLarge
from pinxit.jobs.places import without_places

_log = logging.getLogger("pinxit.studio")

# What Starlette itself refuses, in this studio's words.
_SENTENCES = {
    400: ("bad_request", "the request could not be read."),
    404: ("not_found", "there is nothing at this address."),
    405: ("method_not_allowed", "this address does not take that method."),
    416: ("range_not_satisfiable", "the file does not have these bytes: ask for a range within its length."),
}
_REFUSED = ("refused", "the request was refused.")
MEDIA = "application/problem+json"
# The first that fits; whatever else pinxit refuses is 422.
_STATUS: dict[type[PinxitError], int] = {Missing: 404, Conflict: 409, TooLarge: 413, Full: 429, NoRoom: 507}
_LONGEST = 400
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class ErrorDetail(BaseModel):
    """What went wrong: a code for programs, a sentence for people."""

    code: str
    message: str


class ErrorBody(BaseModel):
    """The body of every answer that is not a success: a problem as in RFC 9457.

    Attributes:
        type: of the problem; what it is stands in `error`.
        title: what the status means.
        status: of the answer, 400 to 599.
        detail: the sentence for people.
        error: the same sentence, and its code.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    error: ErrorDetail


class Problem(HTTPException):
    """A failure with its status, code and sentence.

    Args:
        status: of the answer, 400 to 599.
        code: one word for programs.
        message: one sentence on what is wrong and what to do.
        retry_after: seconds after which it is worth another try.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: float | None = None) -> None:
        headers = None if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
        super().__init__(status, message, headers)
        self.code = code

    def response(self) -> JSONResponse:
        """The answer that tells it."""
        return _answer(self.status_code, self.code, str(self.detail), dict(self.headers or {}))


def install(app: FastAPI) -> None:
    """Have `app` answer every failure alike."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(PinxitError, _told)
    app.add_exception_handler(OSError, _system)
    app.add_exception_handler(Exception, _unexpected)


class Uniform:
    """ASGI middleware: failures that the libraries below answer in their own words are told like all others.

    Args:
        app: what may answer so.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its answer replaced where it is a failure in plain text."""
        replaced = False

        async def send_uniform(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] >= 400:
                headers = MutableHeaders(raw=list(message["headers"]))
                # A page for people stays one.
                replaced = headers.get("content-type", "").partition(";")[0] not in (MEDIA, "text/html")
                if replaced:
                    del headers["content-type"], headers["content-length"]
                    code, sentence = _SENTENCES.get(message["status"], _REFUSED)
                    answer = _answer(message["status"], code, sentence, dict(headers))
                    await answer(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_uniform)


def body_of(status: int, code: str, message: str) -> dict[str, Any]:
    """The body of a failure, as JSON data."""
    error = ErrorDetail(code=code, message=message)
    return ErrorBody(title=HTTPStatus(status).phrase, status=status, detail=message, error=error).model_dump()


def _answer(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body_of(status, code, message), status, headers, media_type=MEDIA)


def _refused(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, Problem):
        return error.response()
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    code, message = _SENTENCES.get(error.status_code, _REFUSED)
    return _answer(error.status_code, code, message, dict(error.headers or {}))


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    return _answer(422, "invalid", sentence_of(error.errors()))


def sentence_of(errors: Any) -> str:
    """The first of pydantic's errors, said in one sentence that names the field."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return "the body is no JSON."
    # Where in the request it stood; which member of a union was tried says nothing to the person.
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path", "header"))
    problem = first["msg"].removeprefix("Value error, ").rstrip(".")
    sentence = f"{where + ': ' if where else ''}{problem[:1].lower()}{problem[1:]}"
    # It may name what was sent, however long that is.
    return f"{sentence if len(sentence) <= _LONGEST else sentence[:_LONGEST] + '…'}."


def _told(request: Request, error: Exception) -> JSONResponse:
    return problem_of(error).response()


def problem_of(error: Exception) -> Problem:
    """The problem that one of pinxit's own errors is to a client."""
    code, sentence = getattr(error, "code", "refused"), without_places(str(error))
    if code == "database_unavailable":
        return Problem(503, code, sentence, retry_after=2)
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 422)
    return Problem(status, code, sentence, getattr(error, "retry_after", None))


def _system(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return _answer(507, "no_space", "the disk is full: make room, then try again.")
    return _unexpected(request, error)


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(500, "failed", "this failed unexpectedly; the studio's log says why, please report it.")
