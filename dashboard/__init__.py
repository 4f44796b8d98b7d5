"""What screens are made of: access, the push feed and its map, tables, charts, filters, words. No SQL, no ingest."""
