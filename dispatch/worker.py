"""The jobs' process: what may take a while, or may fail and be tried again, away from the person who asked for it.

The queue carries no truth. Whatever must not be lost stands in the record; losing Redis costs time, not work.
"""

from __future__ import annotations

from redis import Redis
from rq import Queue, Worker

from hotline.log import set_up as set_up_log
from hotline.platform import addresses
from hotline.settings import Settings, load

QUEUE = "hotline"


def queue(settings: Settings) -> Queue:
    """Where jobs are put. One queue for each worker: only then does rq hand them over without a gap."""
    return Queue(QUEUE, connection=Redis.from_url(addresses.redis(settings)))


def command() -> None:
    """Work on jobs until told to stop."""
    settings = load()
    set_up_log("worker")
    jobs = queue(settings)
    Worker([jobs], connection=jobs.connection).work(logging_level="WARNING")


def is_working(settings: Settings) -> bool:
    """Whether at least one worker listens."""
    jobs = queue(settings)
    return Worker.count(connection=jobs.connection, queue=jobs) > 0
