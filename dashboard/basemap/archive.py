"""A `.pmtiles` file: looked at before it is used, then asked for tiles. Version 3 of the format, vector tiles.

Source of the format: github.com/protomaps/PMTiles, spec/v3.
"""

from __future__ import annotations

import gzip
import os
import weakref
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson
from pmtiles.tile import Compression, Entry, deserialize_directory, find_tile, tileid_to_zxy, zxy_to_tileid

from dashboard.basemap.archive_header import HEADER_BYTES, header_of
from dashboard.basemap.bad_archive import bad
from dashboard.basemap.credit import plain_text
from models.basemap.layers import BY_NAME

#: A directory refers to at most this many further levels (format, section 4.2).
_MAX_DEPTH: Final = 4
#: No directory and no metadata we would read is larger; a damaged length must not be obeyed.
_MAX_PART: Final = 64 * 1024 * 1024
#: Tiles looked into before a file is used.
_PROBES: Final = 24
#: What a broken directory or tile raises while it is unpacked.
_GARBAGE: Final = (OSError, EOFError, zlib.error, ValueError, OverflowError, IndexError, MemoryError)


class Archive:
    """An open, checked file. Tiles may be asked for from any thread.

    Raises:
        BadArchiveError: it cannot be the base map.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _open(path)
        # A tile may still be read while a newer file takes its place: closed when nobody has it any more.
        self.close = weakref.finalize(self, os.close, self._file)
        try:
            self.size = os.fstat(self._file).st_size
            self.header = header_of(os.pread(self._file, HEADER_BYTES, 0), self.size)
            self.metadata = self._read_metadata()
            if not self.layers & BY_NAME.keys():
                raise bad("map.no_layer")
            self._directory = lru_cache(maxsize=64)(self._read_directory)
            self._probe()
        except BaseException:
            self.close()
            raise

    @property
    def layers(self) -> frozenset[str]:
        """Names of the layers in its tiles."""
        listed = self.metadata.get("vector_layers")
        if not isinstance(listed, list):
            return frozenset()
        return frozenset(str(one.get("id")) for one in listed if isinstance(one, dict))

    @property
    def zooms(self) -> tuple[int, int]:
        """First and last zoom of its tiles."""
        return self.header["min_zoom"], self.header["max_zoom"]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        edges = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        west, south, east, north = (int(self.header[edge]) / 1e7 for edge in edges)  # type: ignore[literal-required]
        return west, south, east, north

    @property
    def attribution(self) -> str:
        """Whose data it is, as plain text: tags of other makers' files are taken off."""
        return plain_text(str(self.metadata.get("attribution") or ""))

    @property
    def gzipped(self) -> bool:
        """Whether its tiles are handed on packed."""
        return self.header["tile_compression"] is Compression.GZIP

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """A tile as it lies in the file; None: there is none.

        Raises:
            ValueError: no such place at that zoom.
            BadArchiveError: the directory is damaged there.
        """
        tile_id = zxy_to_tileid(z, x, y)
        offset, length = self.header["root_offset"], self.header["root_length"]
        for _ in range(_MAX_DEPTH):
            found = find_tile(self._directory(offset, length), tile_id)
            if found is None:
                return None
            if found.run_length:
                return self._read(self.header["tile_data_offset"] + found.offset, found.length)
            offset, length = self.header["leaf_directory_offset"] + found.offset, found.length
        raise bad("map.damaged")

    def count(self) -> int:
        """How many places have a tile."""
        return self.header["addressed_tiles_count"]

    def check(self, found: Entry) -> None:
        """Unpack one tile of the directory.

        Raises:
            BadArchiveError: it cannot be.
        """
        body = self._read(self.header["tile_data_offset"] + found.offset, found.length)
        try:
            whole = gzip.decompress(body) if self.gzipped else body
        except _GARBAGE as error:
            raise bad("map.damaged") from error
        if not whole.startswith(b"\x1a"):  # field 3, a layer: the only field of a tile
            raise bad("map.damaged")

    def entries(self) -> list[Entry]:
        """Every tile of the directory, in order.

        Raises:
            BadArchiveError: a directory is damaged.
        """
        found: list[Entry] = []
        open_parts = [(self.header["root_offset"], self.header["root_length"], 0)]
        while open_parts:
            offset, length, depth = open_parts.pop()
            if depth >= _MAX_DEPTH:
                raise bad("map.damaged")
            for entry in self._read_directory(offset, length):
                if entry.run_length:
                    found.append(entry)
                else:
                    leaf = self.header["leaf_directory_offset"] + entry.offset
                    open_parts.append((leaf, entry.length, depth + 1))
        return sorted(found, key=lambda entry: entry.tile_id)

    def _probe(self) -> None:
        """Look into some tiles, spread over the file."""
        entries = self.entries()
        if not entries:
            raise bad("map.no_layer")
        for entry in entries[:: max(1, len(entries) // _PROBES)]:
            try:
                tileid_to_zxy(entry.tile_id)
            except OverflowError as error:
                raise bad("map.damaged") from error
            self.check(entry)

    def _read(self, offset: int, length: int) -> bytes:
        # Looked at first: a damaged directory may name a place or a length that no read takes.
        if offset < 0 or offset + length > self.size:
            raise bad("map.truncated")
        body = os.pread(self._file, length, offset)
        if len(body) != length:
            raise bad("map.truncated")
        return body

    def _read_metadata(self) -> dict[str, Any]:
        header = self.header
        if header["metadata_length"] > _MAX_PART:
            raise bad("map.damaged")
        try:
            found = orjson.loads(gzip.decompress(self._read(header["metadata_offset"], header["metadata_length"])))
        except _GARBAGE as error:
            raise bad("map.damaged") from error
        return found if isinstance(found, dict) else {}

    def _read_directory(self, offset: int, length: int) -> list[Entry]:
        if not 0 < length <= _MAX_PART:
            raise bad("map.damaged")
        try:
            return deserialize_directory(self._read(offset, length))
        except _GARBAGE as error:
            raise bad("map.damaged") from error


def _open(path: Path) -> int:
    try:
        if path.is_dir():
            raise bad("map.no_file")
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise bad("map.missing") from error
    except OSError as error:
        raise bad("map.no_file") from error


def read_through(path: Path) -> int:
    """Open a file and unpack every tile of it; returns how many.

    Raises:
        BadArchiveError: it cannot be the base map, or a tile is damaged.
    """
    archive = Archive(path)
    try:
        entries = archive.entries()
        for entry in entries:
            archive.check(entry)
        return sum(entry.run_length for entry in entries)
    finally:
        archive.close()
