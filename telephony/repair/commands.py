"""`hotline reconcile`: a day of the record, compared with what the switch itself wrote down."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import typer

from hotline.bell import Bell
from hotline.errors import Misconfigured
from hotline.pack.load import load_pack
from hotline.platform import addresses
from hotline.settings import load
from hotline.store import open_store
from telephony.repair.run import Repair
from telephony.repair.streams import QUEUES, streams

DIFFERENT = 1


def command(
    day: str = typer.Option("", help="The day, as 2026-11-23; without one, today as far as it has come."),
) -> None:
    """Compare a day of the record with the switch's queue_log. Prints what differs; ends with 1 if anything does."""
    settings = load()
    zone = ZoneInfo(load_pack(settings.site.city).city.timezone)
    wanted = _day(day) if day else datetime.now(UTC).astimezone(zone).date()
    found = streams(settings)
    if QUEUES not in found:
        raise Misconfigured("asterisk.queue_log", "nothing", "where the foreign switch writes its queue_log")
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)
    try:
        result = Repair(store, settings.asterisk.node, found, zone).compare(wanted)
    finally:
        store.close()
    for call, words in result.differences:
        typer.echo(f"{call} {words}")
    typer.echo(f"{wanted}: {result.calls} calls, {len(result.differences)} differences")
    if result.differences:
        raise typer.Exit(DIFFERENT)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        example = (datetime.now(UTC).date() - timedelta(1)).isoformat()
        raise Misconfigured("--day", repr(text), f"a day, as {example}") from None
