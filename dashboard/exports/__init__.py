"""Incidents of the page's filter as a file: what for is asked, the deed written, then the file streamed."""
