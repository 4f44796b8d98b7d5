"""When the certificates between broker and workers end, read from the folder they are handed over in."""

from __future__ import annotations

from pathlib import Path

from models.records.base import Millis


def ends_in(folder: Path) -> dict[str, Millis] | None:
    """File name -> its last moment, epoch ms, of each certificate (`*.crt`, PEM) there.

    None: nothing is known, because the folder or one of them cannot be read.
    """
    # Loaded only where there are certificates: it takes a while of every start.
    from cryptography import x509

    try:
        found = {file.name: x509.load_pem_x509_certificate(file.read_bytes()) for file in folder.glob("*.crt")}
    except (OSError, ValueError):
        return None
    return {name: int(one.not_valid_after_utc.timestamp() * 1000) for name, one in found.items()}
