"""Which things a request names: by its path, its query, and what a route has read from the body."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any
from unicodedata import category
from urllib.parse import parse_qs

#: Key of the ASGI scope under which routes leave names from a body.
_KEY = "ssz.named"

#: Where in a path an id stands, by what the path begins with.
_AT = {"/api/v1/": 4, "/live/desk/": 3}

#: Parameters that name something of a station's.
_ASKED = ("station", "unit", "zone", "alarm")

#: Letters of a name; no id of ours has as many.
_LONGEST = 256


def place_names(scope: MutableMapping[str, Any]) -> None:
    """Make room for names from a body, before routes are asked."""
    scope[_KEY] = []


def also_named(scope: Mapping[str, Any], name: str) -> None:
    """A route has read a name from the body."""
    scope[_KEY].append(name)


def named(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """What an HTTP request names, each once; an address such as `lumphini/c1` names the second. Nothing is looked up.

    What an answer was decided by stands first (path, body, and of a parameter said several times the last, which is
    the one routes read), so that no heap of other names pushes it out where only so many are looked at. The store is
    not asked for what no id can be: control characters, halves of a character, endless text.
    """
    parts = scope["path"].split("/")
    found = [parts[at] for begin, at in _AT.items() if scope["path"].startswith(begin) and len(parts) > at]
    found += scope[_KEY]
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    heaps = [[value.rsplit("/", 1)[-1] for value in reversed(asked[key])] for key in _ASKED if key in asked]
    found += [heap[0] for heap in heaps] + [name for heap in heaps for name in heap[1:]]
    return tuple(name for name in dict.fromkeys(found) if _can_be(name))


def _can_be(name: str) -> bool:
    return 0 < len(name) <= _LONGEST and not any(category(letter) in ("Cc", "Cs") for letter in name)
