"""The access token: a request presents it in a cookie, in a bearer header or, once, in the page's address."""

from __future__ import annotations

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Scope

from pinxit.studio.api_errors import ApiError
from pinxit.studio.config import API

_COOKIE_SECONDS = 30 * 24 * 3600
_SIGN_IN_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>pinxit studio</title>'
    "<h1>pinxit studio</h1><p>Open the address with the token that <code>pinxit studio</code> printed when it started.</p>"
)


class AccessToken:
    """The token that a client must present.

    Args:
        token: its text.
        port: the port that the studio listens on.
    """

    def __init__(self, token: str, port: int) -> None:
        self._digest = hashlib.sha256(token.encode()).digest()
        # Browsers send a cookie to every port of a host: the name tells studios apart, and the value is not the token
        # itself, which programs on other ports must not learn.
        self._cookie_name = f"pinxit_{port}"
        self._cookie_value = hmac.digest(token.encode(), b"pinxit studio cookie", "sha256").hex()

    def check(self, headers: Headers, scope: Scope) -> Response | None:
        """Return None for a request that presents the token, otherwise the response that it gets instead.

        A page's address with the right token is answered by a redirect to the same page, which sets the cookie.

        Args:
            headers: those of the request.
            scope: the request's ASGI scope.
        """
        if self._in_cookie(headers) or self._in_bearer_header(headers):
            return None
        is_api = scope["path"].startswith(API)
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        presented = dict(query).get("token", "")
        if presented and scope["method"] == "GET" and not is_api and self._matches(presented):
            return self._redirect(scope, [(name, value) for name, value in query if name != "token"])
        if "text/html" in headers.get("accept", "") and not is_api:
            return HTMLResponse(_SIGN_IN_PAGE, 401)
        error = ApiError(401, "unauthorized", "send the studio's token, as in Authorization: Bearer TOKEN.")
        error.headers = {"WWW-Authenticate": "Bearer"}
        return error.response()

    def _in_cookie(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        value = cookies[self._cookie_name].value if self._cookie_name in cookies else ""
        return hmac.compare_digest(value.encode(), self._cookie_value.encode())

    def _in_bearer_header(self, headers: Headers) -> bool:
        scheme, _, presented = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._matches(presented.strip())

    def _matches(self, presented: str) -> bool:
        # Both are hashed first, so that the time of the comparison does not reveal even the token's length.
        return hmac.compare_digest(hashlib.sha256(presented.encode(errors="replace")).digest(), self._digest)

    def _redirect(self, scope: Scope, query: list[tuple[str, str]]) -> Response:
        """Return a redirect to the same page without the token in its address, which browser histories would keep."""
        # Leading slashes are collapsed: `//host` would be the address of another host.
        path = "/" + scope["path"].lstrip("/\\")
        response = RedirectResponse(path + (f"?{urlencode(query)}" if query else ""), 303)
        response.set_cookie(
            self._cookie_name,
            self._cookie_value,
            max_age=_COOKIE_SECONDS,
            httponly=True,
            secure=Headers(scope=scope).get("x-forwarded-proto") == "https",
            samesite="strict",
            path="/",
        )
        return response
