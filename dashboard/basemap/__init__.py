"""The base map under every map: its file, its tiles, its one palette, its credit; and the pydeck maps upon it."""
