"""Every failure as one answer: `{"error": {"code": …, "message": one sentence}}`."""

from __future__ import annotations

import errno
import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from pinxit.errors import PinxitError
from pinxit.jobs.errors import Conflict, Full, Missing, NoRoom, TooLarge

_log = logging.getLogger("pinxit.studio")

# What Starlette itself refuses, in this studio's words.
_SENTENCES = {
    400: ("bad_request", "the request could not be read."),
    404: ("not_found", "there is nothing at this address."),
    405: ("method_not_allowed", "this address does not take that method."),
}
# The first that fits; whatever else pinxit refuses is 422.
_STATUS: dict[type[PinxitError], int] = {Missing: 404, Conflict: 409, TooLarge: 413, Full: 429, NoRoom: 507}
_LONGEST = 400
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class ErrorDetail(BaseModel):
    """What went wrong: a code for programs, a sentence for people."""

    code: str
    message: str


class ErrorBody(BaseModel):
    """The body of every answer that is not a success."""

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


def _answer(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def _refused(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, Problem):
        return error.response()
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    code, message = _SENTENCES.get(error.status_code, ("refused", "the request was refused."))
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
    code = getattr(error, "code", "refused")
    if code == "database_unavailable":
        return Problem(503, code, str(error), retry_after=2)
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 422)
    return Problem(status, code, str(error), getattr(error, "retry_after", None))


def _system(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return _answer(507, "no_space", "the disk is full: make room, then try again.")
    return _unexpected(request, error)


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(500, "failed", "this failed unexpectedly; the studio's log says why, please report it.")
