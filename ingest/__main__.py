"""`python -m ingest`: the ingest worker alone."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # all that is loaded stays: looking for garbage in it is a tenth of a start, as in `serve.py`

from ingest.assembly import main

if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    sys.exit(main())
