"""What takes effect by itself: a catalogue whose first day has come, an organisation that changes today. And every few
minutes the worker is asked to look for hot issues.

Looks every few seconds, away from everybody's requests. Several processes may look at once: what is done is done by
one of them, and what is read each reads for itself.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog
from rq.job import Job

from agent_desk.house import House, now
from dispatch import hot_watch, worker
from hotline.record import catalogues, organisations
from hotline.settings import Settings

LOOK_EVERY = 2.0  # seconds
_HOT = "hot-issues"  # the job's name, which it bears until the next is due

log = structlog.get_logger()


async def watch(house: House) -> None:
    """Looks until cancelled."""
    asked_at = now()
    while True:
        try:
            await asyncio.to_thread(look, house, now())
            if now() - asked_at >= hot_watch.EVERY:
                asked_at = now()
                await asyncio.to_thread(ask_for_hot_issues, house.settings)
        except Exception:
            log.exception("the day not looked after")
        await asyncio.sleep(LOOK_EVERY)


def look(house: House, at: datetime) -> None:
    """Carries out what is due, then takes the catalogue that is in force."""
    while _carry_out(house, at):
        pass
    with house.store.transaction() as session:
        house.known.look(session, at)
        if house.known.look_at_catalogue(session, at):
            log.info("catalogue in force", version=house.city.catalogue.version)


def ask_for_hot_issues(settings: Settings) -> None:
    """Has the worker look for them, unless somebody asked so just now."""
    queue = worker.queue(settings)
    if not Job.exists(_HOT, connection=queue.connection):
        kept = int(hot_watch.EVERY.total_seconds())
        queue.enqueue(hot_watch.job, job_id=_HOT, result_ttl=kept, failure_ttl=kept)


def _carry_out(house: House, at: datetime) -> int:
    """One change of an organisation that is due; 0 where there is none, or none that can be carried out."""
    with house.store.transaction() as session:
        number = organisations.carry_out_due(session, catalogues.today(house.city, at), at)
    if number:
        log.info("organisation changed", number=number)
    return number
