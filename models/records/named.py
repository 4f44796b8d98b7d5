"""Stations that settings name: a code that no station has takes effect for nobody: it is to be said. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.records.base import UNKNOWN_STATION


def nobodys_codes(named: Mapping[str, Iterable[str]], register: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Setting -> the codes it names that no station has, by code; settings without any are left out. `named`: setting
    -> codes; `register`: the codes of all stations."""
    known = {UNKNOWN_STATION, *register}
    found = {setting: tuple(sorted(set(codes) - known)) for setting, codes in named.items()}
    return {setting: codes for setting, codes in found.items() if codes}
