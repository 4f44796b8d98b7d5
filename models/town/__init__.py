"""A generated town for the demo: streets, a safety zone, boxes, cameras, units, incidents and driving.

Everything here is pure and seeded: the same seed gives the same town to the byte, on every machine. Lengths are
metres in UTM zone 48N while the town is made, WGS 84 degrees where it is handed on.
"""
