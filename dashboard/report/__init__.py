"""A view of the analysts' pages on paper: a Thai PDF, and the same page as a picture."""
