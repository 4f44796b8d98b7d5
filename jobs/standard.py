"""The list of the timed work of this product, read top to bottom."""

from __future__ import annotations

from jobs.audit import head_job, seal_job
from jobs.dispatch import dispatch_job
from jobs.escalation import escalation
from jobs.job import Job
from jobs.trouble import Watched, trouble_job
from jobs.upkeep import import_job, leftovers_job, mark_job, partition_job, retention_job
from models.alarms.ladder import Ladders
from store.retention import Keep


def standard_jobs(
    ladders: Ladders,
    keep: Keep,
    watched: Watched,
    notices: Job | None = None,
    refit: Job | None = None,
    patrolled: Job | None = None,
) -> tuple[Job, ...]:
    """Every job, the urgent ones first. `notices`: of the courier (`jobs.notices`), when there are channels; `refit`:
    of the maps (`jobs.refitting`), when this process starts it; `patrolled`: of the patrols' minutes
    (`jobs.patrolled`)."""
    return (
        escalation(ladders),
        *(() if notices is None else (notices,)),
        dispatch_job(),
        trouble_job(watched),
        mark_job(),
        seal_job(),
        head_job(watched.folder),
        partition_job(),
        retention_job(keep),
        *(() if patrolled is None else (patrolled,)),
        import_job(),
        leftovers_job(watched.folder),
        *(() if refit is None else (refit,)),
    )
