"""The operator's commands: `python manage.py --help`.

Exit status: 0 done; 1 a file had bad rows and nothing was imported; 2 refused, said in one line on stderr.
"""

from __future__ import annotations

import gc

if __name__ == "__main__":
    gc.disable()  # all that is loaded stays: looking for garbage in it is a tenth of a start, as in `serve.py`

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from commands import (
    audit,
    backtest,
    basemap,
    broker,
    devices,
    feeds,
    incident_imports,
    kiosks,
    notices,
    offences,
    people,
    raw,
    refit,
    register_imports,
    upkeep,
)
from commands.context import RefusedError, Run, command_settings
from models.formats.problems import BadFileError
from settings import SettingsError
from store.devices import UnknownDeviceError
from store.errors import StorageError
from store.import_runs import BrokenOffError
from store.imports import UnknownBatchError
from store.registers import UnknownStationError

#: What stops a command for a reason the operator can mend; each says it in one line.
REFUSALS = (
    RefusedError,
    SettingsError,
    StorageError,
    BadFileError,
    UnknownStationError,
    UnknownDeviceError,
    UnknownBatchError,
    BrokenOffError,
)


class OneLineParser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line, without the usage in front."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments."""
        refuse(f"{message} (see `{self.prog} --help`)")


def refuse(line: str) -> NoReturn:
    """Say why a command was not carried out, and end with status 2."""
    sys.stderr.write(f"manage.py: {' '.join(line.split())}\n")
    raise SystemExit(2)


def parser() -> argparse.ArgumentParser:
    """Every command the product has."""
    top = OneLineParser(prog="manage.py", description="Commands of the Smart Safety Zone dashboard.")
    commands = top.add_subparsers(required=True, metavar="COMMAND", parser_class=OneLineParser)
    for subject in (
        upkeep,
        audit,
        people,
        kiosks,
        notices,
        devices,
        broker,
        register_imports,
        incident_imports,
        offences,
        refit,
        feeds,
        basemap,
        backtest,
        raw,
    ):
        subject.add(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    args = parser().parse_args(arguments)
    run: Run = args.run
    try:
        return run(args, command_settings())
    except REFUSALS as error:
        refuse(str(error))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    gc.freeze()
    gc.enable()
    raise SystemExit(main())
