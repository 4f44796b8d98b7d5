"""What was acknowledged in a fault test goes into its report; `make soak` prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.fault import counts


@pytest.fixture(autouse=True)
def _report_counts(record_property: Callable[[str, object], None]) -> Iterator[None]:
    counts.taken()
    yield
    for what, number in counts.taken().items():
        record_property(what, number)
