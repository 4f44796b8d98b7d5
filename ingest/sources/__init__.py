"""Sources: connect, wait, hand over bytes and the arrival time, acknowledge after the commit. No decoding, no SQL.

The demo and the replay are here too: they pretend to be devices and speak to the broker like any other.
"""
