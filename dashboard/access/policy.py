"""The door's rules, pure: what each path needs, which hosts and origins are ours. Default: a session is needed."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import Final
from urllib.parse import urlsplit


class Door(Enum):
    """What a path asks of its caller."""

    OPEN = "open"
    KEY = "key"  # a device or channel key, checked by the route itself
    API = "api"  # a bearer token, or a session (with a CSRF header for unsafe methods)
    METRICS = "metrics"  # a bearer token
    SESSION = "session"
    CLOSED = "closed"  # not there at all: 404


SIGN_IN: Final = "/sign-in"
#: The pages after the first one; without the cookie of a sign-in under way each says that it is over.
SIGN_IN_CODE: Final = f"{SIGN_IN}/code"
SIGN_IN_SECOND: Final = f"{SIGN_IN}/second"
SIGN_IN_PASSWORD: Final = f"{SIGN_IN}/password"
#: To the identity provider, and back from it.
OIDC: Final = f"{SIGN_IN}/oidc"
OIDC_CALLBACK: Final = f"{OIDC}/callback"
#: One's own sessions, password and second factor.
ACCOUNT: Final = "/account"
SIGN_OUT: Final = "/sign-out"
#: Where a kiosk link leads. Its secret stands behind the `#`, which browsers do not send.
KIOSK: Final = f"{SIGN_IN}/kiosk"
KIOSK_SCRIPT: Final = f"{KIOSK}.js"
#: The push feed of wall, map and desk.
FEED: Final = "/live"

#: Paths without any check but the host's. Whole paths only: what is below them is not open.
OPEN_PATHS: Final = frozenset(
    {
        "/healthz", "/readyz", SIGN_IN, f"{SIGN_IN}/style.css", f"{SIGN_IN}/thai.woff2", f"{SIGN_IN}/latin.woff2",
        KIOSK, KIOSK_SCRIPT, SIGN_IN_CODE, SIGN_IN_SECOND, SIGN_IN_PASSWORD, OIDC, OIDC_CALLBACK,
    }
)  # fmt: skip
#: Paths that check a device or channel key themselves, and their methods. What is not named, an unknown path below
#: `/in/` or another method, would otherwise fall through to Streamlit's own pages.
KEY_PATHS: Final = {
    "/in/osmand": frozenset({"GET", "HEAD", "POST"}),
    "/in/traccar": frozenset({"POST"}),
    "/in/report": frozenset({"POST"}),
}
METRICS_PATH: Final = "/metrics"
API_PREFIX: Final = "/api/v1/"

#: Parts of Streamlit nobody here needs; answered as not there, under any page's path.
_CLOSED_PARTS: Final = (
    "/_stcore/agent/", "/_stcore/metrics/", "/_stcore/script-health-check/",
)  # fmt: skip

#: First parts of paths that browsers fetch by themselves: no redirect to the sign-in page, a plain 401.
_MACHINE_PREFIXES: Final = (
    "/_stcore/", "/static/", "/media/", "/component/", "/app/static/", "/api/", "/assets/", "/live/", "/tiles/",
    "/in/", "/cases/",
)  # fmt: skip

#: All that a kiosk's session opens: the wall, its feed, and the files they are made of.
_KIOSK_PATHS: Final = frozenset(
    {"/", "/wall", "/live", "/live/ground", "/live/figures", "/favicon.png", "/_stcore/stream", "/_stcore/health",
     "/_stcore/host-config"}
)  # fmt: skip
#: Asked for by an open wall again and again: with each answer its cookie begins anew.
KIOSK_RENEWS: Final = frozenset({"/", "/wall", "/live/ground", "/live/figures"})
_KIOSK_PREFIXES: Final = ("/assets/", "/static/", "/tiles/", "/basemap/")

#: Where a page's file is sent to: for those who import incidents only, since it stands in memory until it is read.
_UPLOADS: Final = "/_stcore/upload_file/"

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def clean(path: str) -> bool:
    """Whether a decoded path is one we look at: absolute, no climbing, no double slash, no control character."""
    if not path.startswith("/") or "//" in path or "\\" in path:
        return False
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in path):
        return False
    return not any(part in ("..", ".") for part in path.split("/"))


def door_of(path: str) -> Door:
    """What a decoded path asks for. Default deny: what is not named here needs a session."""
    if any(part in f"{path.lower()}/" for part in _CLOSED_PARTS):
        return Door.CLOSED
    if path in OPEN_PATHS:
        return Door.OPEN
    if path in KEY_PATHS:
        return Door.KEY
    if path == METRICS_PATH:
        return Door.METRICS
    if path.startswith(API_PREFIX):
        return Door.API
    return Door.SESSION


def kiosk_may(path: str, method: str) -> bool:
    """Whether a screen nobody sits at may ask for this: to look at the wall, never to write. Default deny."""
    # Opened at a page's own address, Streamlit first asks for its server below it.
    asked = path.removeprefix("/wall") if path.startswith("/wall/_stcore/") else path
    return method in SAFE_METHODS and (asked in _KIOSK_PATHS or asked.startswith(_KIOSK_PREFIXES))


def needs_import(path: str) -> bool:
    """Whether a path takes files of incidents, under any page's path."""
    return _UPLOADS in f"{path.lower()}/"


def is_page(path: str) -> bool:
    """Whether a person may have opened this path by hand, so that a redirect to the sign-in page helps."""
    return not any(f"{path}/".startswith(prefix) for prefix in _MACHINE_PREFIXES)


def _host_name(host: str) -> str | None:
    """The name in a Host header, lower case and without port; None when it is not one host."""
    if not host or any(letter in host for letter in "@/?#, \t"):
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises when it is no number
    except ValueError:
        return None
    return parts.hostname.rstrip(".").lower() if parts.hostname else None


def host_allowed(host: str | None, allowed: Collection[str]) -> bool:
    """Whether a Host header names a host we answer to. `allowed`: lower-case names without port."""
    name = _host_name(host or "")
    return name is not None and name in allowed


def same_origin(origin: str, host: str, secure: bool) -> bool:
    """Whether an Origin header is this server's own. `secure`: the request is known to have come over TLS.

    Browsers write both headers alike (default port left out), so the text is compared. Behind a proxy that does not
    say so a page over TLS looks like one without: then either scheme will do.
    """
    scheme, separator, rest = origin.partition("://")
    if not separator or scheme not in ("http", "https") or (secure and scheme != "https"):
        return False  # "null" and other schemes too
    return _host_name(host) is not None and rest.lower() == host.lower()
