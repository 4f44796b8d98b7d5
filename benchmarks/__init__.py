"""What the product reaches, each figure beside the machine's bare limit in the same run. See `docs/benchmarks.md`.

One figure a file; `rig.py` starts real servers and the product as processes of their own, `report.py` writes.
"""
