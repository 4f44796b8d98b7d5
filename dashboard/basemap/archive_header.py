"""The first bytes of a `.pmtiles` file, held against what is read here and against the file's own size. Pure.

Source of the format: github.com/protomaps/PMTiles, spec/v3, section 3.
"""

from __future__ import annotations

from typing import Final

from pmtiles.tile import (
    Compression,
    HeaderDict,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_header,
)

from dashboard.basemap.bad_archive import bad

HEADER_BYTES: Final = 127


def header_of(head: bytes, size: int) -> HeaderDict:
    """The header of a file of `size` bytes.

    Raises:
        BadArchiveError: no such file can be the base map.
    """
    if not head:
        raise bad("map.empty")
    try:
        header = deserialize_header(head)
    except (MagicNumberNotFound, SpecVersionUnsupported, ValueError, IndexError) as error:
        raise bad("map.foreign") from error
    parts = (
        (header["root_offset"], header["root_length"]),
        (header["metadata_offset"], header["metadata_length"]),
        (header["leaf_directory_offset"], header["leaf_directory_length"]),
        (header["tile_data_offset"], header["tile_data_length"]),
    )
    if any(offset + length > size for offset, length in parts):
        raise bad("map.truncated")
    if header["tile_type"] is not TileType.MVT:
        raise bad("map.no_vector")
    packings = (Compression.GZIP, Compression.NONE)
    if header["internal_compression"] is not Compression.GZIP or header["tile_compression"] not in packings:
        raise bad("map.packing")
    return header
