"""Counting what other rules would do with the same tickets: what moves where, what each decides, what is left over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dispatch import simulation
from dispatch.deciding import decide
from dispatch.simulation import Tally
from hotline.dispatch_rules import Lead, Request, Rule, Rules
from hotline.levels import Level
from tests.pure.rules import DAY, FOSHAN

pytestmark = pytest.mark.pure

TOWN = Rule(
    "town", 1, "交镇街", "Towns", "属地办理", "Locally", Lead.PLACE, level=Level.TOWN, matters=("01",)
)
IDLE = Rule("idle", 2, "无", "Idle", "无", "None", Lead.DUTY, lines=("12336",))
LAMPS = Request(matter="010101", area="zumiao")
STALLS = Request(matter="010201", area="zumiao")
WATER = Request(matter="070101", area="zumiao")
BUREAU, OFFICE = "chancheng-urban-management", "zumiao-office"


def found(*asked: tuple[Request, str | None]) -> dict[str, Any]:
    """What a tally says of these tickets, each with the unit that it went to: no rules before, two afterwards."""
    before, after = replace(FOSHAN, rules=Rules()), replace(FOSHAN, rules=Rules([TOWN, IDLE]))
    tally = Tally(list(after.rules))
    for number, (request, went_to) in enumerate(asked, start=1):
        tally.add(number, decide(before, request, DAY), decide(after, request, DAY), went_to)
    return tally.found()


def test_what_would_go_elsewhere_is_counted_from_unit_to_unit() -> None:
    told = found((LAMPS, BUREAU), (STALLS, OFFICE), (LAMPS, None), (WATER, None), (Request(), None))
    assert (told["tickets"], told["moved"]) == (5, 2)
    assert told["moves"] == [{"before": BUREAU, "after": OFFICE, "count": 2, "tickets": [1, 3]}]
    assert told["left"] == {"before": 1, "after": 1, "tickets": [5]}


def test_what_each_rule_decides_is_counted_before_and_after() -> None:
    counts = {
        one["code"]: (one["before"], one["after"]) for one in found((LAMPS, None), (WATER, None))["rules"]
    }
    assert counts == {"town": (0, 1), "idle": (0, 0), "_catalogue": (2, 1), "_duty": (0, 0)}


def test_what_is_put_on_towns_against_the_catalogue_is_counted() -> None:
    assert found((LAMPS, None), (STALLS, None))["sent_down"] == [0, 1]


def test_it_is_compared_with_where_tickets_went_in_truth() -> None:
    told = found((LAMPS, BUREAU), (STALLS, OFFICE), (WATER, None))
    assert (told["known"], told["agreed"]) == (2, [2, 1])


def test_few_tickets_are_remembered_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "KEPT", 3)
    told = found(*[(LAMPS, None)] * 7, *[(Request(), None)] * 5)
    assert (told["moves"][0]["count"], told["moves"][0]["tickets"]) == (7, [1, 2, 3])
    assert (told["left"]["after"], len(told["left"]["tickets"])) == (5, 3)
