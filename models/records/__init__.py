"""The nouns: one file each, holding its SQLModel tables and the value types that travel between rooms.

Every time is an integer of milliseconds since 1970-01-01 UTC (`Millis`), on both databases; every place is
WGS 84 degrees. `station` leads every primary key that a national installation would spread by.
"""
