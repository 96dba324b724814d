"""Who may come in: hosts, origins and the token are checked before anything else sees a request.

A page anywhere in the world can make a browser send requests to 127.0.0.1. What it cannot do is hide where it comes from:
`Host` (a name of its own that it let point here, DNS rebinding), `Origin` and `Sec-Fetch-Site` (posting across sites).

On loopback, programs of the account that runs the studio need no token (see `pinxit.studio.peers`), unless a proxy passed
the request on or may have: with a public name, everybody needs it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import socket
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinxit.studio.problems import Problem
from pinxit.studio.settings import API, Studio

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; font-src 'self'; frame-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # Together these isolate the page, which is what gives WebAssembly its threads.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
# Whoever watches over the process may ask whether it lives and how busy it is, and learns nothing else.
_OPEN = frozenset(("/healthz",))
# How proxies say that they are one, beside `X-Forwarded-…`.
_FORWARDED = frozenset(("forwarded", "via", "x-real-ip"))
_LOOPBACK_NAMES = frozenset(("localhost", "localhost.localdomain", "ip6-localhost"))


def is_loopback(host: str) -> bool:
    """Whether only this machine can come in by an address."""
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware: lets in who may come in, and gives every answer the headers that browsers obey.

    Args:
        app: what it guards.
        studio: its address and token.
    """

    def __init__(self, app: ASGIApp, studio: Studio) -> None:
        self._app = app
        self._token = studio.token.encode()
        self._trusts_account = studio.trusts_account
        self._local = is_loopback(studio.host)
        self._public = {_host_name(name) for name in studio.names}
        self._origins = {f"https://{name}" for name in studio.names}
        self._names = _LOOPBACK_NAMES | self._public | ({studio.host, *_own_names()} if not self._local else set())
        # Cookies do not tell ports apart, and another program's must not learn the token.
        self._cookie = f"pinxit_{studio.port}"
        self._pass = hmac.digest(self._token, b"pinxit studio cookie", "sha256").hex()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            raise RuntimeError("the studio speaks HTTP only.")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(scope)
        return await (self._app if answer is None else answer)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            self._check_origin(headers, scope)
            answer = self._check_token(headers, scope)
            if self._public:
                _take_client(headers, scope)
            return answer
        except Problem as problem:
            return problem.response()

    def _check_host(self, headers: Headers) -> None:
        name = _host_name(headers.get("host", ""))
        if name in self._names:
            return
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            address = None
        # An address cannot be rebound, a name can.
        if address is None or (self._local and not address.is_loopback):
            raise Problem(421, "wrong_host", "the studio does not answer to this host's name: use its address.")

    def _check_origin(self, headers: Headers, scope: Scope) -> None:
        origin, host = headers.get("origin"), headers.get("host", "").lower()
        own = {f"http://{host}", f"https://{host}"} | self._origins
        foreign = origin is not None and origin.lower() not in own
        site = headers.get("sec-fetch-site", "none")
        # Following a link to the page is harmless, as looking is all it does.
        visits = headers.get("sec-fetch-mode") == "navigate" and scope["method"] in ("GET", "HEAD")
        if foreign or (site not in ("none", "same-origin") and not visits):
            raise Problem(403, "foreign_origin", "pages of other origins may not use the studio.")

    def _check_token(self, headers: Headers, scope: Scope) -> Response | None:
        if scope["path"] in _OPEN or (self._trusts_account and _is_own_account(scope) and not _is_forwarded(headers)):
            return None
        if hmac.compare_digest(_cookie(headers, self._cookie).encode(), self._pass.encode()):
            return None
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(shown.strip()):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        shown = dict(query).get("token", "")
        if shown and scope["method"] == "GET" and not scope["path"].startswith(API) and self._is_token(shown):
            return self._welcome(scope, [(name, value) for name, value in query if name != "token"])
        if "text/html" in headers.get("accept", "") and not scope["path"].startswith(API):
            return HTMLResponse(_ASK, 401)
        problem = Problem(401, "unauthorized", "show the studio's token: Authorization: Bearer TOKEN.")
        problem.headers = {"WWW-Authenticate": "Bearer"}
        return problem.response()

    def _is_token(self, shown: str) -> bool:
        # Hashed first, so that not even the length shows in how long the comparison takes.
        return hmac.compare_digest(
            hashlib.sha256(shown.encode(errors="replace")).digest(), hashlib.sha256(self._token).digest()
        )

    def _welcome(self, scope: Scope, query: list[tuple[str, str]]) -> Response:
        """The same page without the token in its address, where histories would keep it."""
        # Slashes are collapsed: `//host` would be another host's address.
        path = "/" + scope["path"].lstrip("/\\")
        response = RedirectResponse(path + (f"?{urlencode(query)}" if query else ""), 303)
        response.set_cookie(
            self._cookie,
            self._pass,
            max_age=30 * 24 * 3600,
            httponly=True,
            secure=Headers(scope=scope).get("x-forwarded-proto") == "https",
            samesite="strict",
            path="/",
        )
        return response


_ASK = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>pinxit studio</title>'
    "<h1>pinxit studio</h1><p>Open the address with the token that <code>pinxit studio</code> printed when it started.</p>"
)


def _is_own_account(scope: Scope) -> bool:
    """Whether a program of the account that runs the studio asks; see `pinxit.studio.protocol`."""
    return scope.get("state", {}).get("own_account") is True


def _is_forwarded(headers: Headers) -> bool:
    """Whether a proxy passed the request on: then nobody knows who asks, whoever runs the proxy."""
    return any(name in _FORWARDED or name.startswith("x-forwarded-") for name in headers)


def _take_client(headers: Headers, scope: Scope) -> None:
    """Take the address that the proxy on this machine tells for the client's, so that limits hold for each."""
    told = headers.getlist("x-forwarded-for")
    if told and scope.get("client") and is_loopback(scope["client"][0]):
        # What stands before the last comma was said by the client itself.
        with contextlib.suppress(ValueError):
            scope["client"] = (str(ipaddress.ip_address(told[-1].rpartition(",")[2].strip())), 0)


def _host_name(host: str) -> str:
    """`[::1]:8420` → `::1`."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _own_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, f"{name}.local", socket.getfqdn().lower()}


def _cookie(headers: Headers, name: str) -> str:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""
