"""The web process: what it opens, how it is served, and how the platform starts it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import uvicorn

from agent_desk.app import create_app
from agent_desk.house import House
from dispatch import worker
from hotline.bell import Bell
from hotline.log import set_up as set_up_log
from hotline.pack.load import load_pack
from hotline.platform import addresses
from hotline.platform.child import Child, Port
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings, load
from hotline.store import open_store
from telephony.actions import Telephone

HEALTH = "/health"
KEEP_ALIVE = 75  # seconds: a page that was quiet for a while asks for its parts without connecting anew


def open_house(settings: Settings) -> House:
    """Everything that the web process needs, opened."""
    bell = Bell(addresses.redis(settings))
    return House(
        settings=settings,
        store=open_store(addresses.database(settings), bell, settings.database.pool),
        known=CityInForce(load_pack(settings.site.city)),
        telephone=Telephone(settings),
    )


def command() -> None:
    """Serve the pages until told to stop."""
    settings = load()
    set_up_log("web")
    house = open_house(settings)
    try:
        uvicorn.run(
            create_app(house),
            host=settings.web.host,
            port=settings.web.port,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="websockets-sansio",
            ws_max_size=64 * 1024,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=2,
        )
    finally:
        house.store.close()


def children(settings: Settings) -> Iterator[Child]:
    """The web and the jobs' process, as `hotline up` runs them."""
    yield Child(
        name="web",
        argv=(sys.executable, "-m", "hotline.cli", "web"),
        ready=lambda: _answers(f"http://{settings.web.host}:{settings.web.port}{HEALTH}"),
        after=("postgresql", "redis"),
        ports=(Port("web.port", settings.web.host, settings.web.port),),
    )
    yield Child(
        name="worker",
        argv=(sys.executable, "-m", "hotline.cli", "worker"),
        ready=lambda: worker.is_working(settings),
        after=("postgresql", "redis"),
    )


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except URLError:
        return False
