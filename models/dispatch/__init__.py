"""Sending a unit: who is nearest, and whether and when it has reached the place. Pure."""
