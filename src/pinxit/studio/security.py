"""Access control: hosts, origins and the token are checked before anything else sees a request.

A page anywhere in the world can make a browser send requests to 127.0.0.1, but it cannot hide where it comes from. `Host`
shows a name of its own that it let point here (DNS rebinding); `Origin` and `Sec-Fetch-Site` show requests across sites.

On loopback, programs of the account that runs the studio need no token (see `pinxit.studio.peer_account`), unless a proxy
passed the request on. A studio with a public name may stand behind a proxy, so there every client needs the token.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinxit.studio.access_token import AccessToken
from pinxit.studio.api_errors import ApiError
from pinxit.studio.config import StudioConfig
from pinxit.studio.loopback import is_loopback_address

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; font-src 'self'; frame-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # Together these three isolate the page, without which WebAssembly has no threads.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
# Monitoring may ask without a token whether the process lives and how busy it is; it learns nothing else.
_OPEN_PATHS = frozenset(("/healthz",))
# Headers that proxies add, besides `X-Forwarded-…`.
_PROXY_HEADERS = frozenset(("forwarded", "via", "x-real-ip"))
_LOOPBACK_NAMES = frozenset(("localhost", "localhost.localdomain", "ip6-localhost"))


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine only."""
    return host in _LOOPBACK_NAMES or is_loopback_address(host)


class SecurityMiddleware:
    """ASGI middleware that refuses foreign hosts, foreign origins and missing tokens, and adds security headers.

    Args:
        app: the application behind it.
        config: the studio's address and token.
    """

    def __init__(self, app: ASGIApp, config: StudioConfig) -> None:
        self._app = app
        self._token = AccessToken(config.token, config.port)
        self._trusts_account = config.trusts_account
        self._local = is_loopback(config.host)
        self._public = {_host_name(name) for name in config.names}
        self._origins = {f"https://{name}" for name in config.names}
        machine_names: set[str] = set() if self._local else {config.host, *_machine_names()}
        self._names = _LOOPBACK_NAMES | self._public | machine_names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request that passes all checks; answer any other with an error."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            raise RuntimeError("the studio speaks HTTP only.")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        response = self._check(scope)
        return await (self._app if response is None else response)(scope, receive, send_with_headers)

    def _check(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            self._check_origin(headers, scope)
            response = self._check_token(headers, scope)
            if self._public:
                _set_forwarded_client(headers, scope)
            return response
        except ApiError as error:
            return error.response()

    def _check_host(self, headers: Headers) -> None:
        name = _host_name(headers.get("host", ""))
        if name in self._names:
            return
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            address = None
        # A name can be rebound to this machine, an address cannot.
        if address is None or (self._local and not address.is_loopback):
            raise ApiError(421, "wrong_host", "the studio does not answer to this host's name: use its address.")

    def _check_origin(self, headers: Headers, scope: Scope) -> None:
        origin, host = headers.get("origin"), headers.get("host", "").lower()
        own = {f"http://{host}", f"https://{host}"} | self._origins
        foreign = origin is not None and origin.lower() not in own
        site = headers.get("sec-fetch-site", "none")
        # Following a link to the page is harmless: it only reads.
        visits = headers.get("sec-fetch-mode") == "navigate" and scope["method"] in ("GET", "HEAD")
        if foreign or (site not in ("none", "same-origin") and not visits):
            raise ApiError(403, "foreign_origin", "pages of other origins may not use the studio.")

    def _check_token(self, headers: Headers, scope: Scope) -> Response | None:
        trusted = self._trusts_account and _is_from_own_account(scope) and not _is_forwarded(headers)
        if trusted or scope["path"] in _OPEN_PATHS:
            return None
        return self._token.check(headers, scope)


def _is_from_own_account(scope: Scope) -> bool:
    """Return whether a program of the studio's own account sent the request; see `pinxit.studio.protocol`."""
    return scope.get("state", {}).get("own_account") is True


def _is_forwarded(headers: Headers) -> bool:
    """Return whether a proxy passed the request on: then its account says nothing about the client."""
    return any(name in _PROXY_HEADERS or name.startswith("x-forwarded-") for name in headers)


def _set_forwarded_client(headers: Headers, scope: Scope) -> None:
    """Replace the proxy's address by the client's, as the proxy on this machine gives it, so that limits count clients."""
    forwarded = headers.getlist("x-forwarded-for")
    if forwarded and scope.get("client") and is_loopback(scope["client"][0]):
        # The client itself wrote what stands before the last comma.
        with contextlib.suppress(ValueError):
            scope["client"] = (str(ipaddress.ip_address(forwarded[-1].rpartition(",")[2].strip())), 0)


def _host_name(host: str) -> str:
    """`[::1]:8420` → `::1`."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _machine_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, f"{name}.local", socket.getfqdn().lower()}
