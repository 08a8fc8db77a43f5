"""Trying it out without a telephone: a demo's start page asks for a test call, and a job makes it."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from rq.exceptions import NoSuchJobError
from rq.job import Job

from agent_desk.house import House, house_of
from dispatch import worker
from hotline.errors import Refused

router = APIRouter(prefix="/api/demo")

LONGEST = 120  # seconds that a test call may take, its set-up included
KEPT = 600  # seconds for which its outcome can be asked


class TestCall(BaseModel):
    """Which number is dialled, what the caller says, and for how long they stay."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(pattern=r"^\d{3,12}$")]
    say: Annotated[str, Field(max_length=200)] = ""
    seconds: Annotated[int, Field(ge=5, le=90)] = 45


class Progress(BaseModel):
    """How far a test call has come: waiting, running, done or failed; `words` is what the caller saw."""

    job: str
    state: str
    words: str = ""


@router.post("/call", status_code=202)
def call(request: Request, wanted: TestCall) -> Progress:
    """Has a real SIP call made into this platform."""
    house = _demo(request)
    told = wanted.model_dump() | {"caller": _citizen(house)}
    job = worker.queue(house.settings).enqueue(
        make, told, job_timeout=LONGEST, result_ttl=KEPT, failure_ttl=KEPT
    )
    return Progress(job=job.id, state="waiting")


@router.get("/call/{job}")
def progress(request: Request, job: str) -> Progress:
    """What became of it."""
    connection = worker.queue(_demo(request).settings).connection
    try:
        found = Job.fetch(job, connection=connection)
    except NoSuchJobError:
        raise Refused("call.unknown") from None
    if found.is_failed:
        return Progress(job=job, state="failed")
    if found.is_finished:
        return Progress(job=job, state="done", words=str(found.return_value() or ""))
    return Progress(job=job, state="running" if found.is_started else "waiting")


def make(wanted: dict[str, str | int]) -> str:
    """The job: runs `hotline call` to its end and returns what it said, also of a call that nobody answered."""
    argv = [sys.executable, "-m", "hotline.cli", "call", str(wanted["number"])]
    argv += ["--seconds", str(wanted["seconds"])]
    argv += ["--from", str(wanted["caller"])] if wanted["caller"] else []
    argv += ["--say", str(wanted["say"])] if wanted["say"] else []
    done = subprocess.run(argv, capture_output=True, text=True, timeout=LONGEST, check=False)
    if done.returncode and not done.stdout.strip():
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


def _citizen(house: House) -> str:
    """A number of somebody who called before, so that the desk has something to show; empty without anybody."""
    return next((number for citizen in house.city.citizens for number in citizen.numbers), "")


def _demo(request: Request) -> House:
    house = house_of(request)
    if not house.settings.site.demo:
        raise Refused("page.unknown")
    return house
