"""The hash by which a kept result is known again: equal content, equal hash, on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson


def content_hash(content: Mapping[str, object]) -> str:
    """SHA-256 (hex) of some named values as JSON with sorted keys.

    Raises:
        TypeError: a value is none that JSON knows.
    """
    return hashlib.sha256(orjson.dumps(dict(content), option=orjson.OPT_SORT_KEYS)).hexdigest()
