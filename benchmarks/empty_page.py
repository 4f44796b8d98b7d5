"""A Streamlit server with an empty page: what any page of Streamlit costs, beside ours."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from tests.servers import free_port

_EMPTY = """
    import streamlit as st
    st.title("empty")
"""


class EmptyPage:
    """The server; `start` and `stop` once each. Its page is there when `h1` is."""

    def __init__(self, folder: Path) -> None:
        script, port = folder / "empty.py", free_port()
        script.write_text(textwrap.dedent(_EMPTY), encoding="utf-8")
        flags = ("--server.headless=true", "--browser.gatherUsageStats=false", f"--server.port={port}")
        self.base = f"http://localhost:{port}"
        self.health = f"{self.base}/_stcore/health"
        self._command = [
            sys.executable, "-m", "streamlit", "run", str(script), "--server.address=127.0.0.1", *flags,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it answers at `health` a little later."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
