"""Dispatch rules and tickets at random, over a city that there is."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from hotline.dispatch_rules import Lead, Mark, Request, Rule
from hotline.levels import Level
from hotline.pack.load import load_pack
from hotline.tickets import Channel, Type, Urgency

FOSHAN = load_pack("foshan")
DAY = date(2026, 3, 2)

WORDS = ["路灯", "台风", "工资", "村委", "ＡＢＣ", "堵路"]
MATTERS = list(FOSHAN.catalogue.matters)
KEYS = [*FOSHAN.catalogue.categories, *MATTERS]
AREAS = [area.code for area in FOSHAN.areas]
UNITS = [unit.code for unit in FOSHAN.units]
LINES = sorted({line.number for line in FOSHAN.lines})
DAYS = [date.min, date(2026, 1, 1), DAY, date(2026, 3, 3), date.max]


def some(values: Any, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    """A few of `values`, often none."""
    return st.lists(st.sampled_from(list(values)), max_size=most, unique=True).map(tuple)


@st.composite
def rules(draw: st.DrawFn, code: str = "rule") -> Rule:
    """Any rule that a pack's checks would let by."""
    lead = draw(st.sampled_from(Lead))
    level = draw(st.sampled_from(Level) if lead is Lead.PLACE else st.none() | st.sampled_from(Level))
    return Rule(
        code=code,
        order=draw(st.integers(0, 5)),
        name_zh="规则",
        name_en="Rule",
        reason_zh="理由",
        reason_en="Reason",
        lead=lead,
        unit=draw(st.sampled_from(UNITS)) if lead is Lead.UNIT else None,
        level=None if lead in (Lead.CATALOGUE, Lead.DUTY) else level,
        co=draw(some(UNITS)),
        marks=frozenset(draw(some(Mark))),
        matters=draw(some(KEYS)),
        areas=draw(some(AREAS)),
        lines=draw(some(LINES)),
        types=draw(some(Type)),
        urgencies=draw(some(Urgency)),
        channels=draw(some(Channel)),
        any_words=draw(some(WORDS)),
        all_words=draw(some(WORDS, 1)),
        no_words=draw(some(WORDS, 1)),
        valid_from=draw(st.sampled_from(DAYS[:3])),
        valid_until=draw(st.sampled_from(DAYS[2:])),
    )


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Rule]:
    """Rules that a city could have, each with a code of its own."""
    return [draw(rules(f"rule-{place}")) for place in range(draw(st.integers(0, 8)))]


requests = st.builds(
    Request,
    text=some(WORDS).map("，".join),
    matter=st.none() | st.sampled_from(MATTERS) | st.just("999999"),
    area=st.none() | st.sampled_from(AREAS) | st.just("atlantis"),
    line=st.sampled_from(["", *LINES]),
    type=st.none() | st.sampled_from(Type),
    urgency=st.sampled_from(Urgency),
    channel=st.sampled_from(Channel),
    about_unit=st.none() | st.sampled_from(UNITS),
)
