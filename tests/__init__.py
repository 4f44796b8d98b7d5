"""Tests: unit/ (pure), store/ (both databases), threads/, app/, e2e/; shared servers in `servers.py`."""
