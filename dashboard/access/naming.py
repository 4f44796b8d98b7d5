"""Which things a request names: by its path, its query, and what a route has read from the body."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

#: Key of the ASGI scope under which routes leave names from a body.
_KEY = "ssz.named"

#: Where in a path an id stands, by what the path begins with.
_AT = {"/api/v1/": 4, "/live/desk/": 3}

#: Parameters that name something of a station's.
_ASKED = frozenset({"station", "unit", "zone", "alarm"})


def place_names(scope: MutableMapping[str, Any]) -> None:
    """Make room for names from a body, before routes are asked."""
    scope[_KEY] = set()


def also_named(scope: Mapping[str, Any], name: str) -> None:
    """A route has read a name from the body."""
    scope[_KEY].add(name)


def named(scope: Mapping[str, Any]) -> frozenset[str]:
    """What an HTTP request names; an address such as `lumphini/c1` names the second. Nothing is looked up."""
    parts, names = scope["path"].split("/"), set(scope[_KEY])
    names |= {parts[at] for begin, at in _AT.items() if scope["path"].startswith(begin) and len(parts) > at}
    for key, value in parse_qsl(scope.get("query_string", b"").decode("latin-1")):
        if key in _ASKED:
            names.add(value.rsplit("/", 1)[-1])
    return frozenset(names - {""})
