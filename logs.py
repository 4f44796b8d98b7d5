"""The log of a process: one line an event, whatever was said from outside; a trace stands indented below its line."""

from __future__ import annotations

import logging

from models.texts import UNSEEN

#: Before each line of a trace: no line of it can be taken for an event.
_BELOW = "    | "


def _seen(line: str) -> str:
    """The line with what would end it, move the cursor or hide written out."""
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), line)


class OneLine(logging.Formatter):
    """Formats an event as one line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name logging calls
        """The event's own line."""
        return _seen(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name logging calls
        """The trace below it; an error's message may hold anything."""
        return _indented(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the name logging calls
        """Where it was said, below it."""
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    return "\n".join(_BELOW + _seen(line) for line in text.split("\n"))


def begin() -> None:
    """Log to standard error from now on, from INFO up."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("alembic").setLevel(logging.WARNING)
