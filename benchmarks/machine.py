"""What was measured, and on what."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import psutil

from tests.servers import MissingBinaryError, mosquitto_binary, postgres_bin

#: What a program that is not there, or says nothing, has said.
_NOTHING = "not found"

ROOT = Path(__file__).resolve().parents[1]


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20, cwd=ROOT)
    except OSError:
        return _NOTHING
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0] if lines else _NOTHING


def _cpu() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or "unknown"
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1) if found else platform.machine()


def _commit() -> str:
    changed = _said("git", "status", "--porcelain", "--untracked-files=no") != _NOTHING
    return _said("git", "rev-parse", "--short=12", "HEAD") + (" with changes" if changed else "")


def _version(find: str) -> str:
    try:
        if find == "postgres":
            return _said(str(postgres_bin() / "postgres"), "--version")
        return _said(mosquitto_binary(), "-h")
    except MissingBinaryError:
        return "not installed"


def facts() -> dict[str, str]:
    """The table at the head of the results."""
    memory_gb = psutil.virtual_memory().total / 2**30
    return {
        "commit": _commit(),
        "processor": f"{_cpu()}, {os.cpu_count()} cores, {memory_gb:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "Mosquitto": _version("mosquitto"),
        "PostgreSQL": _version("postgres"),
        "Chromium": _said(shutil.which("chromium") or "chromium", "--version"),
    } | moment()


def moment() -> dict[str, str]:
    """When it is, and what else the machine does."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "load when started": f"{os.getloadavg()[0]:.1f} of {os.cpu_count()} cores",
    }
