"""Long work that a page started and watches: a job of the worker's, its progress told as it goes.

A job is a function of JSON values that gets a `Telling` first. What must not be lost it writes into the record; what
it tells is for whoever looks on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from rq import get_current_job
from rq.exceptions import NoSuchJobError
from rq.job import Job

from agent_desk.house import House
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import worker
from hotline.bell import Bell
from hotline.errors import Refused
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.platform import addresses
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings, load
from hotline.store import Store, open_store

router = APIRouter(prefix="/api/jobs", route_class=VisitRoute)

KEPT = 3600  # seconds for which an ended job can be asked
LONGEST = 6 * 3600  # seconds that one may take

_OWNER, _DONE, _OF = "owner", "done", "of"


class Progress(BaseModel):
    """How far a job has come: waiting, running, done or failed; `done` of `of` steps, where that is known."""

    job: str
    state: str
    done: int = 0
    of: int = 0
    result: dict[str, Any] = {}


def start(visit: Visit, work: Callable[..., dict[str, Any]], **values: Any) -> Progress:
    """Has the worker do `work`; only who started it may ask how it goes."""
    job = worker.queue(visit.house.settings).enqueue(
        work,
        kwargs=values,
        meta={_OWNER: visit.viewer.account},
        job_timeout=LONGEST,
        result_ttl=KEPT,
        failure_ttl=KEPT,
    )
    return Progress(job=job.id, state="waiting")


def tell(done: int, of: int) -> None:
    """Called by the work itself: `done` of `of` steps are behind it. Outside of a job it says nothing."""
    job = get_current_job()
    if job is not None:
        job.meta.update({_DONE: done, _OF: of})
        job.save_meta()  # type: ignore[no-untyped-call]


@contextmanager
def opened(pool: int = 1) -> Iterator[tuple[Settings, Store, CityPack]]:
    """What a job works with: the settings, the record and the city in force, the record closed afterwards."""
    settings = load()
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=pool)
    known, at = CityInForce(load_pack(settings.site.city)), datetime.now(UTC)
    try:
        with store.transaction() as session:
            known.look(session, at)
            known.look_at_catalogue(session, at)
        yield settings, store, known.now
    finally:
        store.close()


def result_of(house: House, identity: str) -> dict[str, Any]:
    """What an ended job has found. Raises `Refused("job.unknown")`."""
    job = _fetch(house, identity)
    if not job.is_finished:
        raise Refused("job.unknown")
    return job.return_value() or {}


@router.get("/{identity}")
def progress(visit: Visiting, identity: str) -> Progress:
    """What becomes of it."""
    job = _fetch(visit.house, identity)
    if job.meta.get(_OWNER) != visit.viewer.account:
        raise Refused("job.unknown")
    told = {"job": identity, "done": job.meta.get(_DONE, 0), "of": job.meta.get(_OF, 0)}
    if job.is_failed:
        return Progress(state="failed", **told)
    if job.is_finished:
        return Progress(state="done", result=job.return_value() or {}, **told)
    return Progress(state="running" if job.is_started else "waiting", **told)


def _fetch(house: House, identity: str) -> Job:
    try:
        return Job.fetch(identity, connection=worker.queue(house.settings).connection)
    except (NoSuchJobError, ValueError):
        raise Refused("job.unknown") from None
