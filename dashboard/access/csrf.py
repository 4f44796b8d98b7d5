"""Cross-site request forgery: what an unsafe request with a session's cookie must prove. Pure."""

from __future__ import annotations

from hmac import compare_digest

from dashboard.access.identity import Who
from dashboard.access.policy import SAFE_METHODS, same_origin

#: Header in which our own pages return the session's random value.
HEADER = "x-csrf"


def token_returned(who: Who, value: str | None) -> bool:
    """Whether the session's own CSRF value came back."""
    return bool(who.csrf) and compare_digest((value or "").encode(), who.csrf.encode())


def from_own_page(method: str, origin: str | None, fetch_site: str | None, host: str, secure: bool) -> bool:
    """Whether an HTTP request may have come from our own page.

    Browsers name the origin of every unsafe request; a client that names none is no browser, so it carries no
    cookie it was not given. `fetch_site` is the `Sec-Fetch-Site` header, which scripts cannot forge.
    """
    if method in SAFE_METHODS:
        return True
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return False
    return origin is None or same_origin(origin, host, secure)
