"""Parsing that both the ingest and the commands use: dates, numbers, offences, tables, files. Pure: bytes and text
in, records out; the clock and the time zone are arguments.

A value that cannot be taken raises `problems.BadValueError`, which carries a `Problem`: a short code and the reason
in Thai and English. Row readers catch it and hand back a `RowError`; a file that cannot be read at all raises
`problems.BadFileError`.
"""
