"""A hotspot map as text and back: the one form that store, API and pages share. Pure.

The same map always gives the same bytes, so a hash over them says whether a map has changed.
"""

from __future__ import annotations

from functools import cache

from pydantic import TypeAdapter

from models.analysis.hotspots import HotspotMap


def to_json(found: HotspotMap) -> str:
    """The map as JSON text, fields in the order of the dataclass."""
    return _adapter().dump_json(found).decode()


def from_json(text: str) -> HotspotMap:
    """The map of a text.

    Raises:
        ValueError: it is not one (pydantic's `ValidationError`), with the field and the reason.
    """
    return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[HotspotMap]:
    return TypeAdapter(HotspotMap)
