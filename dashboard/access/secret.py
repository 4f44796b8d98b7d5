"""The process's secret: from the settings, or for the demo made once per data folder; and keys derived from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

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


def derived(secret: str, purpose: str) -> str:
    """A key for one purpose, hexadecimal, 256 bits: knowing it does not give the secret or another key.

    HMAC-SHA256 over the purpose (NIST SP 800-108, one block).
    """
    return hmac.new(secret.encode(), b"ssz:" + purpose.encode(), hashlib.sha256).hexdigest()
