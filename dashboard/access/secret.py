"""Keys derived from the process's secret."""

from __future__ import annotations

import hashlib
import hmac


def derived(secret: str, purpose: str) -> str:
    """A key for one purpose, hexadecimal, 256 bits: knowing it does not give the secret or another key.

    HMAC-SHA256 over the purpose (NIST SP 800-108, one block).
    """
    return hmac.new(secret.encode(), b"ssz:" + purpose.encode(), hashlib.sha256).hexdigest()
