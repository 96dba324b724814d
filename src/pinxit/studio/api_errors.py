"""Every failure as one kind of response: `application/problem+json` with `{"error": {"code": …, "message": one sentence}}`."""

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
from pinxit.jobs.errors import Conflict, Full, Missing, NoRoom, TooLarge, Unavailable
from pinxit.jobs.redaction import redact_paths

_log = logging.getLogger("pinxit.studio")

MEDIA_TYPE = "application/problem+json"
# Status → code and message, in place of Starlette's own texts.
_MESSAGES = {
    400: ("bad_request", "the request could not be read."),
    404: ("not_found", "there is nothing at this address."),
    405: ("method_not_allowed", "this address does not support that method."),
    416: ("range_not_satisfiable", "the file does not have these bytes: ask for a range within its length."),
}
_OTHER_MESSAGE = ("refused", "the request was refused.")
# The first class that matches decides; every other error of pinxit is 422.
_STATUS: dict[type[PinxitError], int] = {
    Missing: 404,
    Conflict: 409,
    TooLarge: 413,
    Full: 429,
    Unavailable: 503,
    NoRoom: 507,
}
# characters: longest message about an invalid request, which may quote what the client sent.
_MAX_MESSAGE = 400
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class ErrorDetail(BaseModel):
    """What went wrong: a code for programs, a sentence for people."""

    code: str
    message: str


class ErrorBody(BaseModel):
    """The body of every response that is not a success: a problem as in RFC 9457.

    Attributes:
        type: always `about:blank`; `error.code` says what kind of problem it is.
        title: what the status means.
        status: of the response, 400 to 599.
        detail: the sentence for people.
        error: the same sentence, and its code.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    error: ErrorDetail


class ApiError(HTTPException):
    """A failure with its status, code and sentence.

    Args:
        status: of the response, 400 to 599.
        code: one word for programs.
        message: one sentence on what is wrong and what to do.
        retry_after: seconds after which the client may try again.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: float | None = None) -> None:
        headers = None if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
        super().__init__(status, message, headers)
        self.code = code

    def response(self) -> JSONResponse:
        """Return the response that reports this error."""
        return _response(self.status_code, self.code, str(self.detail), dict(self.headers or {}))


def install_error_handlers(app: FastAPI) -> None:
    """Have an application report every exception as `application/problem+json`."""
    app.add_exception_handler(HTTPException, _handle_http_error)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(PinxitError, _handle_pinxit_error)
    app.add_exception_handler(OSError, _handle_os_error)
    app.add_exception_handler(Exception, _handle_unexpected_error)


class UniformErrorMiddleware:
    """ASGI middleware that replaces errors which libraries write as plain text by `application/problem+json`.

    Args:
        app: the application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and replace its response where that is an error in plain text."""
        replaced = False

        async def send_uniform(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] >= 400:
                headers = MutableHeaders(raw=list(message["headers"]))
                # Error pages for people stay as they are.
                replaced = headers.get("content-type", "").partition(";")[0] not in (MEDIA_TYPE, "text/html")
                if replaced:
                    del headers["content-type"], headers["content-length"]
                    code, sentence = _MESSAGES.get(message["status"], _OTHER_MESSAGE)
                    response = _response(message["status"], code, sentence, dict(headers))
                    await response(scope, receive, send)
            if not replaced:
                await send(message)

        await self._app(scope, receive, send_uniform)


def error_body(status: int, code: str, message: str) -> dict[str, Any]:
    """Return the body of an error response as JSON data.

    Args:
        status: of the response, 400 to 599.
        code: one word for programs.
        message: one sentence for people.
    """
    error = ErrorDetail(code=code, message=message)
    return ErrorBody(title=HTTPStatus(status).phrase, status=status, detail=message, error=error).model_dump()


def _response(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(error_body(status, code, message), status, headers, media_type=MEDIA_TYPE)


def _handle_http_error(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ApiError):
        return error.response()
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    code, message = _MESSAGES.get(error.status_code, _OTHER_MESSAGE)
    return _response(error.status_code, code, message, dict(error.headers or {}))


def _handle_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    return _response(422, "invalid", describe_validation_errors(error.errors()))


def describe_validation_errors(errors: Any) -> str:
    """Return the first of pydantic's errors as one sentence that names the field."""
    first = errors[0]
    if first["type"] == "json_invalid":
        return "the body is not JSON."
    # The part of the request says nothing to a person, so it is left out.
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path", "header"))
    problem = first["msg"].removeprefix("Value error, ").rstrip(".")
    sentence = f"{where + ': ' if where else ''}{problem[:1].lower()}{problem[1:]}"
    return f"{sentence if len(sentence) <= _MAX_MESSAGE else sentence[:_MAX_MESSAGE] + '…'}."


def _handle_pinxit_error(request: Request, error: Exception) -> JSONResponse:
    return translate_pinxit_error(error).response()


def translate_pinxit_error(error: Exception) -> ApiError:
    """Return the API error that reports one of pinxit's own errors, without any path of the server's."""
    code, sentence = getattr(error, "code", "refused"), redact_paths(str(error))
    if code == "database_unavailable":
        return ApiError(503, code, sentence, retry_after=2)
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 422)
    return ApiError(status, code, sentence, getattr(error, "retry_after", None))


def _handle_os_error(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return _response(507, "no_space", "the disk is full: make room, then try again.")
    return _handle_unexpected_error(request, error)


def _handle_unexpected_error(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _response(500, "failed", "this failed unexpectedly; the studio's log says why, please report it.")
