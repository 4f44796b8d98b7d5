"""The signature an SOS box puts under an event: HMAC-SHA256, so that a forged press is seen to be one. Pure."""

from __future__ import annotations

import hashlib
import hmac

from models.records.base import Millis


def sign_event(secret: str, station: str, box: str, event_id: str, at: Millis, kind: str) -> str:
    """The signature in hex, over the five values joined by line feeds; `at` in epoch milliseconds."""
    text = "\n".join((station, box, event_id, str(at), kind))
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(sig: str, secret: str, station: str, box: str, event_id: str, at: Millis, kind: str) -> bool:
    """Whether the signature is right; compared in constant time."""
    expected = sign_event(secret, station, box, event_id, at, kind)
    return hmac.compare_digest(expected.encode(), sig.strip().lower().encode())
