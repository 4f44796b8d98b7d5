"""Importing incidents from the browser: the upload, the work in the background, and what the page shows of it."""
