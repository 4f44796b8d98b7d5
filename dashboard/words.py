"""Words of the screens in Thai and English: one table, `words.csv`, asked for by key."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Language = Literal["th", "en"]
LANGUAGES: tuple[Language, ...] = ("th", "en")

_FILE = Path(__file__).with_name("words.csv")


@cache
def table() -> Mapping[Language, Mapping[str, str]]:
    """Language -> key -> words. Read once.

    Raises:
        ValueError: a key is written twice, or a language is left empty.
    """
    found: dict[Language, dict[str, str]] = {"th": {}, "en": {}}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["key"] in found["th"] or not row["th"] or not row["en"]:
                raise ValueError(f"words.csv: {row['key']} is written twice or lacks a language")
            found["th"][row["key"]], found["en"][row["key"]] = row["th"], row["en"]
    return MappingProxyType({language: MappingProxyType(words) for language, words in found.items()})


def word(key: str, language: Language, **values: object) -> str:
    """The words for a key, with `{name}` places filled.

    Raises:
        KeyError: no such key: ours to mend, never shown as a blank.
    """
    text = table()[language][key]
    return text.format(**values) if values else text


def words_with(prefixes: Iterable[str], language: Language) -> dict[str, str]:
    """Every word whose key starts with one of the prefixes: what a part in the browser takes with it."""
    wanted = tuple(prefixes)
    return {key: text for key, text in table()[language].items() if key.startswith(wanted)}


def as_language(text: str | None, default: Language = "th") -> Language:
    """A language by its code; the default for anything else."""
    return "en" if text == "en" else "th" if text == "th" else default
