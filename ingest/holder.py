"""Names for who holds a lease, that tell another process of the same machine when their holder is dead."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path


def place() -> str:
    """This running machine and its process numbering: within one place a process id means one process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        numbering = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""  # not Linux: nothing can be told of another process
    return f"{boot}.{numbering}"


def holder_name() -> str:
    """A name no other process has: host, place, process id, chance."""
    return f"{socket.gethostname()}/{place()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_gone(holder: str) -> bool:
    """Whether the holder is certainly dead. False for one of another place, of which nothing is known.

    A worker killed and started again need not wait for the end of its own old lease.
    """
    parts = holder.split("/")
    if len(parts) != 4 or not parts[1] or parts[1] != place() or not parts[2].isdigit():
        return False
    try:
        os.kill(int(parts[2]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
