"""Fault tests: kill, cut, fill and flood a running product, then count what was acknowledged against what is kept."""
