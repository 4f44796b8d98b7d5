"""One file's way in, in a thread of its own: looked over, stored, or taken out again. The page only looks at it.

A work outlives a rerun and a closed tab; it ends when it is done, when somebody stops it, or with the process (then
the store takes out what is half in).
"""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.runtime import Runtime
from models.audit.deeds import Deed
from models.formats.error_file import ErrorLines
from models.formats.incident_file import split_mapping, titles_of
from models.formats.problems import BadFileError, Problem, RowError
from models.records.base import Millis
from models.records.imports import ImportBatch
from store import audit, import_runs, import_words
from store.bringing_in import Brought, CancelledError, Plan, Preview, bring_in, look_over
from store.database import Tx
from store.errors import StorageError

if TYPE_CHECKING:
    from models.imports.opening import Table

_LOG = logging.getLogger(__name__)

#: Largest file of the browser, MB: a larger one goes by command. As `server.maxUploadSize` says.
MOST_MB = 20
#: Files kept at once for all who import; the oldest that nobody works on goes first.
_MOST_KEPT = 8


@dataclass(slots=True)
class Work:
    """A file and what became of it. `doing`: `look`, `bring`, or nothing. Written by its thread, read by the page.

    `found`: field -> title of its column, `missing`: remembered titles the file has not. `to_keep`: the deed of a
    mapping that was said here, remembered and written down once a look found good rows.
    """

    id: str
    who: str
    file: Path
    name: str
    plan: Plan
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    doing: str = ""
    rows: int = 0
    sheets: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    found: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    to_keep: Deed | None = None
    preview: Preview | None = None
    done: Brought | None = None
    problem: Problem | None = None
    failed: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    @property
    def errors(self) -> Path:
        """Where its bad rows stand once it was looked over."""
        return self.file.with_name("errors.csv")


class Works:
    """The works of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, Work] = {}

    def new(self, folder: Path, who: str, name: str, body: bytes, plan: Plan) -> Work:
        """Keep an uploaded file in a private folder.

        Raises:
            OSError: it cannot be written.
        """
        work_id = secrets.token_hex(8)
        place = folder / "imports" / work_id
        place.mkdir(parents=True, mode=0o700)
        ending = name.rpartition(".")[2].lower()
        file = (
            place / f"file.{ending if ending.isalnum() else 'txt'}"
        )  # nothing of the name reaches the disk but this
        file.write_bytes(body)
        work = Work(work_id, who, file, name, plan)
        with self._lock:
            self._all[work_id] = work
            idle = [one for one in self._all.values() if not one.doing]
            gone = idle[: max(0, len(self._all) - _MOST_KEPT)]
            for one in gone:
                del self._all[one.id]
        for one in gone:
            shutil.rmtree(one.file.parent, ignore_errors=True)
        return work

    def of(self, work_id: str, who: str) -> Work | None:
        """A work of somebody's; None when it is another's or gone."""
        found = self._all.get(work_id)
        return found if found is not None and found.who == who else None

    def drop(self, work: Work) -> None:
        """Forget a work and its file."""
        work.stop.set()
        with self._lock:
            self._all.pop(work.id, None)
        if not work.doing:
            shutil.rmtree(work.file.parent, ignore_errors=True)


@st.cache_resource
def works() -> Works:
    """The works of this process."""
    return Works()


def look(work: Work, runtime: Runtime) -> None:
    """Begin to look a file over."""

    def run() -> None:
        table = _opened(work)
        with work.errors.open("wb") as out:
            lines = ErrorLines(table.header)
            out.write(lines.begin())

            def bad(errors: list[RowError]) -> None:
                out.write(lines.lines(errors))

            preview = look_over(
                runtime.db, table, _fitting(work, table), tell=_telling(work), stopped=work.stop.is_set, errors=bad
            )
        if work.to_keep is not None and preview.counts.good:
            plan = work.plan
            with runtime.db.write() as tx:
                import_words.keep_mapping(tx, plan.station, plan.source, plan.mapping, runtime.clock())
                audit.record(tx, work.to_keep)
            work.to_keep = None
        work.preview = preview

    work.preview = None
    _begin(work, "look", run)


def bring(work: Work, runtime: Runtime, only_good: bool, deed: Callable[[ImportBatch], Deed]) -> None:
    """Begin to store a file's incidents. `deed`: what is written down when they are in."""
    work.plan = replace(work.plan, only_good=only_good)

    def note(tx: Tx, run: ImportBatch) -> None:
        audit.record(tx, deed(run))

    def run() -> None:
        table = _opened(work)
        work.done = bring_in(
            runtime.db, table, _fitting(work, table), runtime.clock, file=work.name, errors=lambda _: None, deed=note,
            tell=_telling(work), stopped=work.stop.is_set,
        )  # fmt: skip
        # It is in the store: the file, and its bad rows, need not lie here any longer.
        shutil.rmtree(work.file.parent, ignore_errors=True)

    _begin(work, "bring", run)


def undo(runtime: Runtime, batch: str, clock: Callable[[], Millis]) -> None:
    """Delete a hidden import in the background; when the process ends first, whoever looks next goes on."""

    def run() -> None:
        try:
            import_runs.take_out(runtime.db, batch, clock)
        except StorageError as error:
            _LOG.warning("import %s is hidden and not yet deleted: %s", batch, error)

    threading.Thread(target=run, name="import-undo", daemon=True).start()


def _opened(work: Work) -> Table:
    from models.imports.opening import open_table  # loaded with the first file

    table = open_table(work.file, work.file.name, work.sheet, MOST_MB << 20)
    work.sheets, work.header, work.sheet = table.sheets, table.header, table.sheet
    work.encoding, work.delimiter = table.encoding, table.delimiter
    return table


def _fitting(work: Work, table: Table) -> Plan:
    """The plan without the remembered columns that this file has not."""
    mapping, work.missing = split_mapping(table.header, work.plan.mapping)
    work.found = titles_of(table.header, mapping)
    return replace(work.plan, mapping=mapping)


def _telling(work: Work) -> Callable[[int], None]:
    def tell(rows: int) -> None:
        work.rows = rows

    return tell


def _begin(work: Work, doing: str, run: Callable[[], None]) -> None:
    work.doing, work.rows, work.problem, work.failed = doing, 0, None, ""
    work.stop.clear()

    def guarded() -> None:
        try:
            run()
        except BadFileError as error:
            work.problem = error.problem
        except CancelledError:
            work.failed = "cancelled"
        except (StorageError, OSError, import_runs.BrokenOffError) as error:
            _LOG.warning("an import failed: %s", error)
            work.failed = "storage"
        except Exception:  # noqa: BLE001 - a thread is watched by nobody: whatever it is, the page must say that it ended
            _LOG.exception("an import ended by a mistake of the program")
            work.failed = "program"
        finally:
            work.doing = ""

    work.thread = threading.Thread(target=guarded, name=f"import-{doing}", daemon=True)
    work.thread.start()
