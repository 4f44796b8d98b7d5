"""Before / after: a zone held against its own past, the ring round it and the rest of its station."""
