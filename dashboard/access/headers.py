"""Security headers on every response, Streamlit's own included, and a content policy that fits what the pages do."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Collection, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access.policy import host_allowed

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)

PERMISSIONS = (
    "accelerometer=(), autoplay=(self), camera=(), display-capture=(), fullscreen=(self), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
)

_STEADY: tuple[tuple[str, str], ...] = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", PERMISSIONS),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)


def script_hashes(page: bytes) -> list[str]:
    """CSP sources of the inline scripts in an HTML page, so that no other inline script may run.

    Source: W3C Content Security Policy Level 3, section 2.3.1 (hash-source).
    """
    found = _INLINE_SCRIPT.findall(page)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(body).digest()).decode()}'" for body in found]


def content_policy(host: str, secure: bool, inline: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of one answer.

    `blob:` scripts are Streamlit's way to load a component, `blob:` workers the map's; styles are written into the
    page by Streamlit and the map. `host` must have been checked: it is named because older Safari does not count
    WebSockets of the same host to 'self'.
    """
    socket = f"wss://{host}" if secure else f"ws://{host} wss://{host}"
    scripts = " ".join(("'self'", "blob:", "'wasm-unsafe-eval'", *inline))
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        f"font-src 'self' data:; media-src 'self' data: blob:; connect-src 'self' data: blob: {socket}; "
        "worker-src 'self' blob:; child-src 'self' blob:; frame-src 'self' blob:; manifest-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """ASGI middleware, the outermost: writes the headers, also on refusals and on an error of ours.

    `page`: HTML whose inline scripts, and no others, may run.
    """

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str], page: bytes = b"") -> None:
        self._app = app
        self._hosts = allowed_hosts
        self._inline = script_hashes(page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added to the answer's first message."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        extra = self._headers(scope)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                started = True
                headers = MutableHeaders(scope=message)
                del headers["server"]
                for name, value in extra:
                    headers[name] = value
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            # Starlette's own answer to an error is written outside of this middleware and would go without headers;
            # it still logs what is raised again here.
            if scope["type"] == "http" and not started:
                await send_with_headers(
                    {"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"text/plain")]}
                )
                await send({"type": "http.response.body", "body": b"Internal error. The server's log has more."})
            raise

    def _headers(self, scope: Scope) -> list[tuple[str, str]]:
        host = Headers(scope=scope).get("host", "")
        secure = scope.get("scheme") in ("https", "wss")
        named = host if host_allowed(host, self._hosts) else "localhost"
        extra = [*_STEADY, ("content-security-policy", content_policy(named, secure, self._inline))]
        if secure:
            extra.append(("strict-transport-security", "max-age=31536000; includeSubDomains"))
        return extra
