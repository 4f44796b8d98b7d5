"""Street pieces joined into lines for the map: one line for each unbroken run of a street. Pure."""

from __future__ import annotations

from typing import NamedTuple

from models.town.graph import Edge, Graph
from models.town.ground import Point, line_to_lonlat


class StreetLine(NamedTuple):
    """A street of the ground: GeoJSON coordinates `[lon, lat]`."""

    kind: str
    name_th: str
    coordinates: list[list[float]]


def street_lines(graph: Graph) -> tuple[StreetLine, ...]:
    """The streets, ordered by name, then by where they start."""
    by_street: dict[tuple[str, str], list[Edge]] = {}
    for piece in graph.edges:
        by_street.setdefault((piece.street, piece.kind), []).append(piece)
    return tuple(
        StreetLine(kind, street, line_to_lonlat(run))
        for (street, kind), pieces in sorted(by_street.items())
        for run in _runs(pieces)
    )


def _runs(pieces: list[Edge]) -> list[tuple[Point, ...]]:
    """Lines of pieces that follow each other; the pieces of a street are drawn in order, none twice."""
    after = {piece.a: piece for piece in pieces}
    starts = [piece for piece in pieces if piece.a not in {other.b for other in pieces}]
    lines: list[tuple[Point, ...]] = []
    for piece in starts:
        line = piece.line
        node = piece.b
        while node in after:
            line += after[node].line[1:]
            node = after[node].b
        lines.append(line)
    return lines
