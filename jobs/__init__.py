"""Timed work: escalation, retention, partitions ahead, the mark beside the database. Imports store and models only.

`standard_jobs` is the list; each job runs under a lease in the database, so that one process does it.
"""
