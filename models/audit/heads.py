"""A head as a line of text, to be kept where nobody who can write the database can. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.audit.chain import Mark

_LINE = re.compile(
    r"audit head seq=(\d{1,18}) mac=([0-9a-f]{64}) at=(\d{1,18}) key=([0-9a-f]{8}) tag=([0-9a-f]{64})\s*$"
)


def line_of(head: Mark) -> str:
    """The line, without its end."""
    return f"audit head seq={head.seq} mac={head.mac.hex()} at={head.at} key={head.key} tag={head.tag.hex()}"


def heads_of(lines: Iterable[str]) -> list[Mark]:
    """The heads in a file or a log: of each line what stands at its end; other lines are passed over."""
    found = (_LINE.search(line) for line in lines)
    return [
        Mark("head", int(one[1]), bytes.fromhex(one[2]), int(one[3]), one[4], bytes.fromhex(one[5]))
        for one in found
        if one
    ]
