"""Incidents as columns beside the store: one table a process, renewed in the background, asked by all
analytic pages.

Light to import: NumPy and Arrow come with the first question.
"""

from store.columns.columns import Columns
from store.columns.newest import PreparingError, State

__all__ = ["Columns", "PreparingError", "State"]
