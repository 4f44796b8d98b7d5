"""The running product, started once for all tests that only ask it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.serving import Product


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A web process with an empty store and no ingest. Tests add sessions, they never change its settings."""
    running = Product(tmp_path_factory.mktemp("product"))
    running.start()
    yield running
    running.stop()
