"""A vector tile unpacked: what it draws, layer by layer, in parts of the tile. For maps that the server draws itself.

Read by protobuf, which Streamlit brings along, from the description of the format: GDAL reads tiles too, and takes
110 MB and a third of a second to load. Source of the format: github.com/mapbox/vector-tile-spec, 2.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

_FIELD = descriptor_pb2.FieldDescriptorProto
#: Message -> its fields: name, number, type, repeated; what is not read is left out.
_MESSAGES: Final[Mapping[str, Sequence[tuple[str, int, Any, bool]]]] = {
    "Value": (
        ("string_value", 1, _FIELD.TYPE_STRING, False), ("float_value", 2, _FIELD.TYPE_FLOAT, False),
        ("double_value", 3, _FIELD.TYPE_DOUBLE, False), ("int_value", 4, _FIELD.TYPE_INT64, False),
        ("uint_value", 5, _FIELD.TYPE_UINT64, False), ("sint_value", 6, _FIELD.TYPE_SINT64, False),
    ),
    "Feature": (
        ("tags", 2, _FIELD.TYPE_UINT32, True), ("type", 3, _FIELD.TYPE_UINT32, False),
        ("geometry", 4, _FIELD.TYPE_UINT32, True),
    ),
    "Layer": (
        ("name", 1, _FIELD.TYPE_STRING, False), ("features", 2, _FIELD.TYPE_MESSAGE, True),
        ("keys", 3, _FIELD.TYPE_STRING, True), ("values", 4, _FIELD.TYPE_MESSAGE, True),
        ("extent", 5, _FIELD.TYPE_UINT32, False),
    ),
    "Tile": (("layers", 3, _FIELD.TYPE_MESSAGE, True),),
}  # fmt: skip
_OF: Final = {"features": "Feature", "values": "Value", "layers": "Layer"}

#: Units across a tile where a layer does not say.
_EXTENT: Final = 4096
_MOVE, _LINE, _CLOSE = 1, 2, 7


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing of a layer. `parts`: its points, lines or rings, (x, y) from 0 to 1 across the tile, y down; somewhat
    beyond at its edges."""

    layer: str
    values: Mapping[str, str | float]
    parts: tuple[tuple[tuple[float, float], ...], ...]


def features(body: bytes) -> Iterator[Feature]:
    """What a tile holds.

    Raises:
        ValueError: it is none.
    """
    tile = _message()()
    try:
        tile.ParseFromString(body)
    except DecodeError as error:
        raise ValueError("no vector tile") from error
    for layer in tile.layers:
        values = [_value(one) for one in layer.values]
        for one in layer.features:
            tags = list(one.tags)
            try:
                said = {layer.keys[key]: values[at] for key, at in zip(tags[::2], tags[1::2], strict=True)}
            except IndexError as error:
                raise ValueError("no vector tile") from error
            yield Feature(layer.name, said, _parts(one.geometry, layer.extent or _EXTENT))


def _parts(geometry: Sequence[int], extent: int) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Commands and steps as points: each command tells how often it is repeated, each step is zigzag coded."""
    parts: list[list[tuple[float, float]]] = []
    x = y = at = 0
    while at < len(geometry):
        command, times = geometry[at] & 7, geometry[at] >> 3
        at += 1
        if command == _CLOSE:
            if parts and parts[-1]:
                parts[-1].append(parts[-1][0])
            continue
        if command not in (_MOVE, _LINE) or at + 2 * times > len(geometry) or (command == _LINE and not parts):
            raise ValueError("no vector tile")
        for _ in range(times):
            x += (geometry[at] >> 1) ^ -(geometry[at] & 1)
            y += (geometry[at + 1] >> 1) ^ -(geometry[at + 1] & 1)
            at += 2
            if command == _MOVE:
                parts.append([])
            parts[-1].append((x / extent, y / extent))
    return tuple(tuple(part) for part in parts)


def _value(one: Any) -> str | float:
    found = one.ListFields()
    value: str | float = found[0][1] if found else ""
    return value


@cache
def _message() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="ssz_vector_tile.proto", package="ssz_vector_tile", syntax="proto2"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, repeated in fields:
            label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
            made = message.field.add(name=field, number=number, type=kind, label=label)
            if kind == _FIELD.TYPE_MESSAGE:
                made.type_name = f".ssz_vector_tile.{_OF[field]}"
            elif repeated and kind == _FIELD.TYPE_UINT32:
                made.options.packed = True
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("ssz_vector_tile.Tile"))
