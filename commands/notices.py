"""`notify test`: send a test to every channel, and say what became of it."""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from commands.context import PATIENCE_S, RefusedError, now_ms, opened, say
from jobs.notices import read_channels
from jobs.sending import check_addresses, outcome_of, send_by_apprise
from models.notices.channels import BadChannelsError
from models.notices.words import test_words
from settings import Settings
from store import notices

if TYPE_CHECKING:
    from commands.context import Commands


def add(commands: Commands) -> None:
    """List the commands."""
    actions = commands.add_parser("notify", help="the channels of SSZ_NOTIFY_FILE").add_subparsers(
        required=True, metavar="COMMAND"
    )
    parser = actions.add_parser("test", help="send a test to each channel; exit status 1 when one fails")
    parser.set_defaults(run=_test)


def _test(_args: argparse.Namespace, settings: Settings) -> int:
    if settings.demo:
        raise RefusedError("the demo tells nobody (SSZ_DEMO)")
    if settings.notify_file is None:
        raise RefusedError("no channels: set SSZ_NOTIFY_FILE")
    try:
        channels = read_channels(settings.notify_file).channels
        check_addresses(channels)
    except BadChannelsError as error:
        raise RefusedError(str(error)) from error
    failed = 0
    with opened(settings) as database:
        for channel in channels:
            trouble = outcome_of(send_by_apprise, channel, partial(test_words, channel))
            with database.write(patience_s=PATIENCE_S) as tx:
                notices.keep_test(tx, channel.name, trouble, now_ms())
            say(f"{channel.name}: {trouble or 'sent'}")
            failed += bool(trouble)
    return 1 if failed else 0
