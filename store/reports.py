"""Citizens' reports, as the channels hand them over."""

from __future__ import annotations

from dataclasses import asdict, replace

from sqlalchemy import Connection, select

from models.access.grants import Stations
from models.alarms.kinds import Kind
from models.device_clock import suspect
from models.happenings import RegisterChanged
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.report import EMERGENCY, CitizenReport, Report
from models.records.sos import Mark
from store.alarms.raising import Origin, Place, id_of, raise_new
from store.database import Tx
from store.rows import add_new, of_stations, records, table_of

_REPORT = table_of(Report)

#: Register that is told to have changed with each report.
REGISTER = "reports"


def take(tx: Tx, report: CitizenReport) -> bool:
    """Keep a report, and raise the alarm of an emergency. False when its id is known on that channel: a duplicate.

    An emergency that says something else under a known id is another one: kept under an id made of what it says, so
    that it is one however often it is sent, and its alarm marked `id_reused`.
    """
    reused = report.kind == EMERGENCY and _other_of_that_id(tx.conn, report)
    if reused:
        report = replace(report, id=id_of(f"{report.id}/{report.kind}/{_said_at(report)}/{report.text}"))
    new = add_new(tx, _REPORT, asdict(report))
    if new:
        tx.tell(RegisterChanged(report.station, REGISTER, report.received_at))
        if report.kind == EMERGENCY:
            _raise(tx, report, reused=reused)
    return new


def one(conn: Connection, station: str, channel: str, name: str) -> Report | None:
    """One report by its station, channel and id."""
    mine = (_REPORT.c.station == station, _REPORT.c.channel == channel, _REPORT.c.id == name)
    found: list[Report] = records(conn, Report, select(_REPORT).where(*mine))
    return found[0] if found else None


def _other_of_that_id(conn: Connection, report: CitizenReport) -> bool:
    mine = (_REPORT.c.station == report.station, _REPORT.c.channel == report.channel, _REPORT.c.id == report.id)
    known = conn.execute(select(_REPORT.c.at, _REPORT.c.kind, _REPORT.c.text).where(*mine)).one_or_none()
    if known is None:
        return False
    return (known.kind, known.text) != (report.kind, report.text) or known.at != (_said_at(report) or known.at)


def _said_at(report: CitizenReport) -> Millis | None:
    """Its own time; None where it has that of its arrival, which is another each time it is sent."""
    return None if report.at == report.received_at else report.at


def _raise(tx: Tx, report: CitizenReport, *, reused: bool) -> None:
    """Each report is an alarm of its own: two people who report are two. Its words stay with the report."""
    marks = {Mark.UNVERIFIED} | ({Mark.ID_REUSED} if reused else set())
    if report.lat is None:
        marks.add(Mark.NO_PLACE)
    if suspect(report.at, report.received_at):
        marks.add(Mark.CLOCK_SUSPECT)
    raise_new(
        tx,
        Origin(report.station, "report", origin_name(report.channel, report.id)),
        Kind.REPORT,
        id_of(f"{report.station}/report/{report.channel}/{report.id}"),
        report.received_at,
        place=Place("", report.lat, report.lon),
        pressed_at=report.at,
        received_at=report.received_at,
        marks=frozenset(marks),
    )


def origin_name(channel: str, report: str) -> str:
    """What the alarm of a report is counted under: `<channel>/<id>`, the id hashed where they are too long."""
    name = f"{channel}/{report}"
    return name if len(name) <= 128 else f"{channel}/{id_of(report)}"


def of_alarm(conn: Connection, alarm: AlarmNow) -> Report | None:
    """The report an alarm is of; None when it is not of one."""
    channel, _, name = alarm.origin.partition("/")
    mine = (_REPORT.c.station == alarm.station, _REPORT.c.channel == channel)
    for report in records(conn, Report, select(_REPORT).where(*mine, _REPORT.c.at == alarm.pressed_at)):
        if alarm.origin_kind == "report" and origin_name(report.channel, report.id) == f"{channel}/{name}":
            return report
    return None


def reports(
    conn: Connection,
    stations: Stations,
    *,
    start: Millis = 0,
    end: Millis = 2**62,
    limit: int = 1000,
) -> list[Report]:
    """Reports made in `start <= t < end` at the stations asked for (None: all), the newest first."""
    query = select(_REPORT).where(_REPORT.c.at >= start, _REPORT.c.at < end)
    query = query.order_by(_REPORT.c.at.desc(), _REPORT.c.station, _REPORT.c.channel, _REPORT.c.id).limit(limit)
    return records(conn, Report, of_stations(query, _REPORT.c.station, stations))
