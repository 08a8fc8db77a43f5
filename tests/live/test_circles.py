"""Who is offered a call on a real switch: a queue's first circle, and others only when its time has come."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline import calls
from hotline.pack.load import BUNDLED, load_pack
from hotline.settings import Settings
from hotline.skills import offers
from hotline.store import Store
from telephony.caller.attempt import Attempt
from telephony.caller.config import Manners
from telephony.caller.place import dial
from telephony.switch.make import install
from tests.live.conftest import PARTS, quietly
from tests.live.stage import Stage, stage
from tests.patience import eventually

pytestmark = pytest.mark.live

FIRST, OTHER = "8001", "8002"


@pytest.fixture
def on(served: Settings, store: Store, tmp_path: Path) -> Iterator[Stage]:
    """A city that widens its urban queue after an hour, and the one for law after two seconds."""
    city = tmp_path / "city"
    shutil.copytree(BUNDLED / "foshan", city)
    queues = (city / "queues.toml").read_text("utf-8")
    for skill, seconds in (("urban", 3600), ("law", 2)):
        queues = queues.replace(f'skill = "{skill}"\n', f'skill = "{skill}"\nwiden_after = {seconds}\n', 1)
    (city / "queues.toml").write_text(queues, "utf-8")
    served = served.model_copy(
        update={
            "paths": served.paths.model_copy(update={"parts": PARTS}),
            "site": served.site.model_copy(update={"city": str(city)}),
            "asterisk": served.asterisk.model_copy(
                update={"seats": 4, "rtp_first": 20000, "rtp_last": 20199}
            ),
        }
    )
    install(served, quietly)
    with stage(served, store, Manners(rings=0.3, seconds=60), Manners()) as running:
        yield running


def seat(on: Stage, extension: str, **ranks: int) -> None:
    """A seat with these skills is ready."""
    city = load_pack(on.settings.site.city)
    on.telephone.join_queues(extension, offers(city.queues, city.skills, ranks))
    on.await_seat(extension, "ready")


def test_a_call_waits_for_the_first_circle_as_long_as_it_must(on: Stage) -> None:
    seat(on, OTHER, law=0)
    dial(on.carrier, Attempt("12319", seconds=60))
    eventually(lambda: on.waiting("urban") == 1, 30)
    seat(on, FIRST, urban=3)
    (offered,) = on.await_facts("call.offered", seconds=30)
    assert (offered.data["extension"], offered.data["queue"]) == (FIRST, "urban")


def test_a_call_that_has_waited_its_queue_s_time_is_offered_to_others(on: Stage) -> None:
    seat(on, OTHER, urban=0)
    dial(on.carrier, Attempt("12348", seconds=60))
    (answered,) = on.await_facts("call.answered", seconds=40)
    assert (answered.data["extension"], answered.data["queue"]) == (OTHER, "law")
    assert [call.state for call in on.calls()] == [calls.State.TALKING]


def test_on_the_floor_a_seat_belongs_to_its_first_circle(on: Stage) -> None:
    seat(on, OTHER, law=0, cantonese=1)
    seats = eventually(lambda: on.await_seat(OTHER, "ready").queues == ["law", "law-cantonese"])
    assert seats


def test_nobody_waits_in_a_queue_that_no_seat_has_joined(on: Stage) -> None:
    on.telephone.join_queues(FIRST, {"citywide": 0})
    on.await_seat(FIRST, "ready")
    dial(on.carrier, Attempt("12319", seconds=60))
    (answered,) = on.await_facts("call.answered", seconds=40)
    assert (answered.data["queue"], answered.data["line"]) == ("citywide", "12319")
