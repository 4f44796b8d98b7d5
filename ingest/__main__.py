"""`python -m ingest`: the ingest worker alone."""

import sys

from ingest.assembly import main

if __name__ == "__main__":
    sys.exit(main())
