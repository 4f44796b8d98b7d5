"""The list of the timed work of this product, read top to bottom."""

from __future__ import annotations

from jobs.dispatch import dispatch_job
from jobs.escalation import escalation
from jobs.job import Job
from jobs.upkeep import mark_job, partition_job, retention_job
from store.retention import Keep


def standard_jobs(escalate_s: int, keep: Keep) -> tuple[Job, ...]:
    """Every job, the urgent one first. `escalate_s`: seconds an alarm may stay unacknowledged."""
    return (
        escalation(escalate_s),
        dispatch_job(),
        mark_job(),
        partition_job(),
        retention_job(keep),
    )
