"""The timed work of the web process, and whom it tells outside the room, as the settings want it; wiring only."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from dashboard import runtime
from jobs.audit import later_job
from jobs.notices import Courier, read_channels
from jobs.patrolled import patrolled_job
from jobs.refitting import Refitting
from jobs.runner import Runner
from jobs.sending import check_addresses
from jobs.standard import standard_jobs
from jobs.trouble import Watched
from models.alarms.causes import Limits as TroubleLimits
from models.analysis.due import When
from models.audit.deeds import Deed
from models.notices.channels import BadChannelsError, Channels
from settings import Settings
from starting import now
from store.database import Database
from store.retention import Keep

#: Longest wait for a notice that is being sent while the process ends, in s.
NOTICE_S = 10.0


def make_jobs(
    settings: Settings, db: Database, courier: Courier | None, unwritten: Deed | None, refitting: Refitting | None
) -> Runner:
    """The timed work."""
    keep = Keep(
        settings.retention_raw_days, settings.retention_position_days, settings.retention_quarantine_days,
        settings.retention_change_days, settings.quarantine_max_mb * 1024 * 1024, settings.retention_audit_days,
        settings.retention_name_days, settings.retention_map_days, settings.retention_forecast_days,
        settings.retention_text_days,
    )  # fmt: skip
    limits = TroubleLimits(
        settings.box_silent_s * 1000, float(settings.battery_low_pct), settings.feed_silent_s * 1000
    )
    ours = settings.mqtt_cert_file.parent if settings.mqtt_cert_file else None
    watched = Watched(settings.data_dir, settings.disk_low_mb, limits, ours)
    told = courier.job() if courier else None
    maps = refitting.job() if refitting else None
    jobs = (
        *standard_jobs(settings.ladders, keep, watched, told, maps, patrolled_job(settings.zone)),
        *later_job(unwritten),
    )
    return Runner(db, jobs, now, f"web-{secrets.token_hex(6)}")


def open_channels(settings: Settings) -> Channels:
    """Whom to tell outside the room. The demo tells nobody, whatever the settings say.

    Raises:
        CannotStartError: the file cannot be used.
    """
    if settings.notify_file is None or settings.demo:
        return Channels()
    try:
        channels = read_channels(settings.notify_file)
        check_addresses(channels.channels)
    except BadChannelsError as error:
        raise runtime.CannotStartError(f"setting SSZ_NOTIFY_FILE: {error}") from error
    return channels


def make_refitting(settings: Settings) -> Refitting | None:
    """What starts the refit of hotspot maps when it is time; None: a timer elsewhere does."""
    if settings.refit == "external":
        return None
    command = (sys.executable, str(Path(__file__).with_name("manage.py")), "refit", "--due", "--while-open")
    return Refitting(command, When(settings.refit_cases, settings.refit_hour, settings.zone), now)


def stop_jobs(jobs: Runner, courier: Courier | None, refitting: Refitting | None = None) -> None:
    """End the timed work. A notice that is being sent is waited for, so that what became of it is written down: else
    the next process takes it for lost and tells the same people twice."""
    if refitting is not None:
        refitting.stop()
    jobs.stop()
    if courier is not None:
        courier.stop(NOTICE_S)
