"""Long Parquet files: read with flat memory, and a text repeated too often is refused before it is copied."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.formats.parquet import parquet_columns
from models.formats.problems import BadFileError

ROWS, MANY = 150_000, 400_000


def test_a_million_names_are_not_kept_while_they_are_read(tmp_path: Path) -> None:
    names = [f"{number:040d}" for number in range(MANY)]
    pq.write_table(pa.table({"id": names, "n": list(range(MANY))}), tmp_path / "f.parquet", row_group_size=MANY)
    before, most, found = pa.total_allocated_bytes(), 0, []
    for texts, numbers in parquet_columns(tmp_path / "f.parquet", 5_000):
        most = max(most, pa.total_allocated_bytes() - before)
        found += texts
        assert numbers[0] == str(len(found) - 5_000)
    assert found == names
    # Their texts alone would be 16 MB.
    assert most < MANY * 40 / 2


def test_short_groups_are_read_together_and_in_order(tmp_path: Path) -> None:
    names = [f"{number % 7}" for number in range(10_000)]
    pq.write_table(pa.table({"id": names}), tmp_path / "f.parquet", row_group_size=100)
    pieces = [texts for (texts,) in parquet_columns(tmp_path / "f.parquet", 4_000)]
    assert [text for piece in pieces for text in piece] == names


@pytest.mark.parametrize("words", [["x" * 30_000], ["a", "x" * 30_000]], ids=["one text", "one of two"])
def test_a_long_text_repeated_in_a_long_group_is_refused(tmp_path: Path, words: list[str]) -> None:
    indices = pa.array([number % len(words) for number in range(ROWS)], pa.int32())
    column = pa.DictionaryArray.from_arrays(indices, pa.array(words))
    pq.write_table(pa.table({"description": column}), tmp_path / "f.parquet", row_group_size=ROWS)
    with pytest.raises(BadFileError) as refused:
        list(parquet_columns(tmp_path / "f.parquet", 5_000, most_bytes=50 << 20))
    assert refused.value.problem.code == "unpacks_too_big"


def test_a_long_group_without_a_text(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": list(range(ROWS))}), tmp_path / "f.parquet", row_group_size=ROWS)
    assert sum(len(numbers) for (numbers,) in parquet_columns(tmp_path / "f.parquet", 5_000)) == ROWS
