"""Bytes -> records, or `Rejected` with the reason. Pure: no wire, no clock, no database. One file a format.

`fields.py`, `payload.py` and `topics.py` are what the formats share; `table.py` lists them.
"""

from ingest.decode.alarm import carries_alarm
from ingest.decode.redact import redact
from ingest.decode.table import decode_http, decode_topic, decoder_of

__all__ = ["carries_alarm", "decode_http", "decode_topic", "decoder_of", "redact"]
