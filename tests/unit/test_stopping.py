"""The word to stop is heard at whatever moment it comes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: The signal comes while the main thread is at the first line of the waiting, then at the second, and so on; once it
#: is past the last of them, another thread sends it.
PROGRAM = """
import os, signal, sys, threading
from ingest.stopping import stop_signal

def tell():
    os.kill(os.getpid(), signal.SIGTERM)

for moment in range(40):
    wait = stop_signal()
    line = 0
    def trace(frame, event, _argument):
        global line
        if event == "line":
            if line == moment:
                tell()
            line += 1
        return trace
    late = threading.Timer(0.02, tell)
    late.start()
    sys.settrace(trace)
    wait()
    sys.settrace(None)
    late.join()
print("stopped")
"""


def test_a_signal_at_any_moment_of_the_waiting_is_heard() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=200, check=False
    )
    assert (done.stdout, done.stderr) == ("stopped\n", "")
