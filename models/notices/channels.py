"""The file of channels: who is told of which alarms, by which way. TOML; parsed here, read where things are wired.

An address carries a token or a password: it stands in the file alone, and is neither logged, nor shown, nor stored.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

#: Levels an alarm can have: 0 at the press, and one for each rung of `models.alarms.ladder`.
LEVELS = (0, 1, 2)

_FIELDS = frozenset({"name", "address", "levels", "stations", "monthly_quota", "language"})
_MAX_NAME = 60


class BadChannelsError(Exception):
    """The file cannot be used; `str()` is one line without an address."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to tell somebody. `stations` None: all of them. `monthly_quota` None: costs nothing."""

    name: str
    address: str = field(repr=False)
    levels: frozenset[int] = frozenset({1, 2})
    stations: frozenset[str] | None = None
    monthly_quota: int | None = None
    language: Literal["th", "en"] = "th"

    def wants(self, station: str, level: int) -> bool:
        """Whether it is told of a station's alarms at a level."""
        return level in self.levels and (self.stations is None or station in self.stations)


@dataclass(frozen=True, slots=True)
class Channels:
    """The file: the channels, and a link to a place (`{lat}`, `{lon}`: degrees, floats); empty = no link."""

    channels: tuple[Channel, ...] = ()
    map_link: str = "https://www.openstreetmap.org/?mlat={lat:.6f}&mlon={lon:.6f}#map=18/{lat:.6f}/{lon:.6f}"


def parse_channels(text: str) -> Channels:
    """The channels of a TOML text: `[[channel]]` tables, and `map_link` at the top.

    Raises:
        BadChannelsError: it is no TOML, or says what cannot be.
    """
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        # The parser's own words may quote the line, and an address with it.
        raise BadChannelsError("is not TOML") from None
    rows = said.get("channel", [])
    if not isinstance(rows, list) or set(said) - {"channel", "map_link"}:
        raise BadChannelsError("may hold [[channel]] tables and map_link, nothing else")
    channels = tuple(_channel(row, number) for number, row in enumerate(rows, 1))
    names = [channel.name for channel in channels]
    if len(set(names)) < len(names):
        raise BadChannelsError("has two channels of one name")
    link = said.get("map_link", Channels().map_link)
    if not isinstance(link, str) or not _fills(link):
        raise BadChannelsError("map_link must be a text with {lat} and {lon}, or empty")
    return Channels(channels, link)


def without_addresses(channels: Channels) -> tuple[Channel, ...]:
    """The channels as screens may know them."""
    return tuple(replace(channel, address="") for channel in channels.channels)


def filled(link: str, lat: float, lon: float) -> str:
    """The link to a place, to a decimetre where the link itself asks for no other form."""
    return link.format(lat=round(lat, 6), lon=round(lon, 6))


def _fills(link: str) -> bool:
    try:
        return link == "" or filled(link, 13.7301234, 100.5412341) != link
    except (KeyError, IndexError, ValueError, TypeError, AttributeError):
        return False


def _channel(row: Any, number: int) -> Channel:
    where = f"channel {number}"
    if not isinstance(row, dict):
        raise BadChannelsError(f"{where} is no table")
    unknown = sorted(set(row) - _FIELDS)
    if unknown:
        raise BadChannelsError(f"{where} has fields nobody knows: {', '.join(unknown)}")
    name, address = row.get("name"), row.get("address")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= _MAX_NAME:
        raise BadChannelsError(f"{where} needs a name of at most {_MAX_NAME} letters")
    if not isinstance(address, str) or "://" not in address:
        raise BadChannelsError(f"{where} needs an address such as line://… or mailto://…")
    quota = row.get("monthly_quota")
    if quota is not None and (not isinstance(quota, int) or isinstance(quota, bool) or quota < 0):
        raise BadChannelsError(f"{where}: monthly_quota must be a whole number")
    language = row.get("language", "th")
    if language not in ("th", "en"):
        raise BadChannelsError(f"{where}: language must be th or en")
    levels = _levels(row.get("levels", [1, 2]), where)
    stations = _stations(row.get("stations"), where)
    return Channel(name.strip(), address, levels, stations, quota, cast("Literal['th', 'en']", language))


def _levels(said: Any, where: str) -> frozenset[int]:
    if not isinstance(said, list) or not said or any(level not in LEVELS for level in said):
        raise BadChannelsError(f"{where}: levels must be a list of {', '.join(map(str, LEVELS))}")
    return frozenset(said)


def _stations(said: Any, where: str) -> frozenset[str] | None:
    if said is None:
        return None
    if not isinstance(said, list) or not said or not all(isinstance(code, str) and code for code in said):
        raise BadChannelsError(f"{where}: stations must be a list of station codes")
    return frozenset(said)
