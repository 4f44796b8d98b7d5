"""Whose data a base map is, as plain text."""

from __future__ import annotations

from html.parser import HTMLParser


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep what is between tags."""
        self.parts.append(data)


def plain_text(text: str) -> str:
    """Text without its tags, one line."""
    reader = _Text()
    reader.feed(text)
    reader.close()
    return " ".join("".join(reader.parts).split())[:300]
