"""Where the audit log's keys come from: the product's secret, or the demo's, kept in the data folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from models.audit.chain import Keys, keys_of

_FILE = "demo-secret"


def demo_secret(data_dir: Path) -> str:
    """The demo's secret of a data folder, made at the first start; only its owner may read the file.

    Raises:
        OSError: the folder cannot be written.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    file = data_dir / _FILE
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        value = secrets.token_urlsafe(48)
        handle.write(value + "\n")
    return value


def audit_keys(secret: str | None, old: Iterable[str], *, demo: bool, data_dir: Path) -> Keys | None:
    """The keys of the audit log: of the secret, or in a demo without one of its kept secret; None without either.

    `old`: secrets that were in use before; rows sealed with them stay good.

    Raises:
        OSError: the demo's secret cannot be kept.
    """
    if secret is None and demo:
        secret = demo_secret(data_dir)
    return None if secret is None else keys_of(secret, old)
