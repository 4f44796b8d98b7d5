"""A head as a line of text, to be kept where nobody who can write the database can. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.audit.chain import Mark

_LINE = re.compile(
    r"audit (side )?head seq=(\d{1,18}) mac=([0-9a-f]{64}) at=(\d{1,18}) key=([0-9a-f]{8}) tag=([0-9a-f]{64})\s*$"
)


def line_of(head: Mark, *, side: bool = False) -> str:
    """The line, without its end. `side`: of the side database's chain, which is another one."""
    whose = "side head" if side else "head"
    return f"audit {whose} seq={head.seq} mac={head.mac.hex()} at={head.at} key={head.key} tag={head.tag.hex()}"


def heads_of(lines: Iterable[str], *, side: bool = False) -> list[Mark]:
    """The heads of one chain in a file or a log: of each line what stands at its end; others are passed over."""
    found = (_LINE.search(line) for line in lines)
    return [
        Mark("head", int(one[2]), bytes.fromhex(one[3]), int(one[4]), one[5], bytes.fromhex(one[6]))
        for one in found
        if one and bool(one[1]) is side
    ]
