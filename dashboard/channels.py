"""The channels of the notices as rows of a table, in the reader's language: what each sent, and whether it works.
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from dashboard.tables import Row
from dashboard.times import moment
from dashboard.words import Language, word
from models.notices.channels import Channel
from models.records.notice import Notice, Outcome, Trouble


def trouble_text(error: str, language: Language) -> str:
    """A `Trouble` in words, with the status a server answered with."""
    name, _, status = error.partition(" ")
    known = name if name in {trouble.value for trouble in Trouble} else Trouble.REFUSED.value
    return f"{word(f'notice.{known}', language)} {status}".strip()


def channel_state(channel: Channel, newest: Notice | None, sent: int) -> str:
    """`spent`, `failing`, `works`, or `untried`."""
    if channel.monthly_quota is not None and sent >= channel.monthly_quota:
        return "spent"
    if newest is None:
        return "untried"
    return "works" if newest.outcome == Outcome.SENT else "failing"


def channel_rows(
    channels: Iterable[Channel],
    newest: Mapping[str, Notice],
    sent: Mapping[str, int],
    stations: Mapping[str, str],
    zone: ZoneInfo,
    language: Language,
) -> list[Row]:
    """One row a channel. `sent`: this month's; `stations`: code -> name."""

    def row(one: Channel) -> Row:
        last, count = newest.get(one.name), sent.get(one.name, 0)
        state = word(f"notice.{channel_state(one, last, count)}", language)
        why = trouble_text(last.error, language) if last is not None and last.error else ""
        quota = "" if one.monthly_quota is None else f" / {one.monthly_quota:,}"
        of = word("flt.all", language) if one.stations is None else ", ".join(
            stations.get(code, code) for code in sorted(one.stations)
        )  # fmt: skip
        return {
            word("notice.channel", language): one.name,
            word("notice.state", language): f"{state}: {why}" if why else state,
            word("notice.last", language): moment(last.at, zone, language) if last else "",
            word("notice.month", language): f"{count:,}" + quota,
            word("notice.levels", language): ", ".join(map(str, sorted(one.levels))),
            word("flt.station", language): of,
        }  # fmt: skip

    return [row(one) for one in channels]
