"""The jobs' process: what may take a while, or may fail and be tried again, away from the person who asked for it.

The queue carries no truth. Whatever must not be lost stands in the record; losing Redis costs time, not work.
"""

from __future__ import annotations

from typing import Annotated

import typer
from redis import Redis
from rq import Queue, Worker

from hotline.log import set_up as set_up_log
from hotline.platform import addresses
from hotline.settings import Settings, load

QUEUE = "hotline"
MESSAGES = "messages"
"""A queue of its own, so that no message waits behind an import."""


def queue(settings: Settings, name: str = QUEUE) -> Queue:
    """Where jobs are put. One queue for each worker: only then does rq hand them over without a gap."""
    return Queue(name, connection=Redis.from_url(addresses.redis(settings)))


def command(
    messages: Annotated[bool, typer.Option("--messages", help="send messages, and do nothing else")] = False,
) -> None:
    """Work on jobs until told to stop."""
    settings = load()
    set_up_log("sender" if messages else "worker")
    jobs = queue(settings, MESSAGES if messages else QUEUE)
    Worker([jobs], connection=jobs.connection).work(logging_level="WARNING")


def is_working(settings: Settings, name: str = QUEUE) -> bool:
    """Whether at least one worker listens."""
    jobs = queue(settings, name)
    return Worker.count(connection=jobs.connection, queue=jobs) > 0
