"""Whether a ticket may go by itself: what the confidence, the ticket and the rules have to say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from dispatch.automatic import Named, Outcome, judge, percent, sure
from dispatch.deciding import Decision
from hotline.pack.load import load_pack

pytestmark = pytest.mark.pure

CITY, DAY, LAMPS = load_pack("foshan"), date(2026, 11, 23), "010101"


@dataclass(frozen=True)
class Told:
    """A ticket that an agent left to a dispatcher."""

    title: str = "路灯不亮"
    content: str = "门口的路灯坏了三天"
    matter: str | None = None
    area: str | None = "zumiao"
    line: str = "12345"
    type: str = "help"
    urgency: str = "normal"
    channel: str = "phone"
    about: str | None = None
    state: str = "review"
    confidential: bool = False


def judged(confidence: float = 0.97, threshold: float = 0.95, **changed: Any) -> Decision | Outcome:
    ticket = replace(Told(), **changed)
    return judge(CITY, ticket, Named(LAMPS, confidence), {LAMPS: threshold}, DAY)


@pytest.mark.parametrize(("confidence", "threshold"), [(0.95, 0.95), (0.97, 0.95), (1.0, 1.0)])
def test_from_the_threshold_on_the_rules_say_where_it_goes(confidence: float, threshold: float) -> None:
    decision = judged(confidence, threshold)
    assert isinstance(decision, Decision)
    assert (decision.lead.code, decision.request.matter) == ("chancheng-urban-management", LAMPS)


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"confidence": 0.9499}, Outcome.UNSURE),
        ({"matter": "010102"}, Outcome.OTHER_MATTER),
        ({"confidential": True}, Outcome.DELICATE),
        ({"about": "guicheng-office"}, Outcome.DELICATE),
        ({"urgency": "urgent"}, Outcome.URGENT),
        ({"urgency": "critical"}, Outcome.URGENT),
        ({"state": "opened"}, Outcome.MOVED_ON),
        ({"state": "dispatched"}, Outcome.MOVED_ON),
        ({"content": "电视台记者来电，路灯不亮"}, Outcome.NO_UNIT),
    ],
)
def test_what_else_there_is_stays_with_a_person(changed: dict[str, Any], outcome: Outcome) -> None:
    assert judged(**changed) is outcome


def test_no_threshold_is_no_permission_and_a_retired_matter_has_none() -> None:
    assert judge(CITY, Told(), Named(LAMPS, 1.0), {}, DAY) is Outcome.NO_THRESHOLD
    assert judge(CITY, Told(), Named("999999", 1.0), {"999999": 0.5}, DAY) is Outcome.MATTER_GONE


def test_percent_never_says_more_than_it_is() -> None:
    assert [percent(part) for part in (0.9996, 0.95, 1.0, 2 / 3, None)] == ["99.9", "95", "100", "66.6", "–"]
    assert [sure(part) for part in (1.0, 0.999999, 0.95)] == ["99.9", "99.9", "95"]
