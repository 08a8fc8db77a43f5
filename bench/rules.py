"""Deciding where a ticket goes with 500 rules over a catalogue of its real size: from a ticket to its units, and the
whole trace of why. Beside it, a plain scan that looks at every rule of the list in turn.

Times are the processor's, so that what else the machine does isn't counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from random import Random

from bench.lookup import DAY, catalogue_of
from bench.measured import Aim, Measured, percentile
from dispatch.deciding import LAST, decide
from hotline.dispatch_rules import Lead, Request, Rule, Rules, see
from hotline.levels import Level
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.tickets import Type
from tests.pure.complaints import KNOWN, UNSEEN

RULES = 500
TICKETS = 20_000
TRACES = 500
AIM = 1.0  # milliseconds for p99


def run() -> Measured:
    """Tickets at random, each decided once by each way, the ways in turns."""
    dice = Random(12345)
    city = load_pack("foshan")
    city = replace(city, catalogue=catalogue_of(city))
    city = replace(city, rules=Rules(_rule(dice, city, place) for place in range(RULES)))
    asked = [_request(dice, city) for _ in range(TICKETS)]
    decide(city, asked[0], DAY)
    took = _times(lambda one: decide(city, one, DAY), asked)
    scanned = _times(lambda one: _scan(city, one), asked[: TICKETS // 4])
    traced = _times(lambda one: decide(city, one, DAY).trace, asked[:TRACES])
    by_rules = [one for one in asked[:TRACES] if decide(city, one, DAY).rule not in LAST]
    assert all(decide(city, one, DAY).rule is _scan(city, one) for one in by_rules)
    worst = percentile(took, 99)
    return Measured(
        name="rules",
        words=f"Deciding by {RULES} rules over {len(city.catalogue.matters):,} matters",
        figures={
            "decided_p50_ms": percentile(took, 50),
            "decided_p99_ms": worst,
            "plain_scan_p50_ms": percentile(scanned, 50),
            "plain_scan_p99_ms": percentile(scanned, 99),
            "with_its_trace_p50_ms": percentile(traced, 50),
            "with_its_trace_p99_ms": percentile(traced, 99),
            "tickets": float(len(took)),
            "percent_decided_by_a_rule": 100 * len(by_rules) / TRACES,
        },
        aims=[Aim(f"ticket to units, p99 below {AIM:g} ms", worst, worst < AIM)],
    )


def _rule(dice: Random, city: CityPack, place: int) -> Rule:
    """As cities write them: of headings or matters or words, often of places or a kind, now and then of a line."""
    by_matter = dice.random() < 0.85
    headings = [code for code in city.catalogue.categories if len(code) == 4]
    keys = headings if dice.random() < 0.2 else list(city.catalogue.matters)
    towns = [area.code for area in city.areas if area.level is Level.TOWN]
    words = [
        word for one in dice.sample(list(city.catalogue.matters.values()), 6) for word in one.keywords[:1]
    ]
    return Rule(
        f"rule-{place}",
        place,
        "规则",
        "Rule",
        "理由",
        "Reason",
        Lead.UNIT,
        unit=dice.choice(list(city.units)).code,
        matters=tuple(dice.sample(keys, dice.randint(1, 3))) if by_matter else (),
        areas=tuple(dice.sample(towns, 2)) if dice.random() < 0.6 else (),
        lines=(dice.choice(city.lines).number,) if dice.random() < 0.2 else (),
        types=(dice.choice(list(Type)),) if dice.random() < 0.5 else (),
        any_words=tuple(words) if not by_matter or dice.random() < 0.3 else (),
    )


def _request(dice: Random, city: CityPack) -> Request:
    said = "。".join(dice.choice((*KNOWN, *UNSEEN))[0] for _ in range(dice.randint(1, 12)))
    matter, area = dice.choice(list(city.catalogue.matters)), dice.choice(list(city.areas)).code
    return Request(said, matter, area, dice.choice(city.lines).number, dice.choice(list(Type)))


def _scan(city: CityPack, request: Request) -> Rule:
    """What one would write first: look at one rule after the other. Who leads by it isn't even found."""
    seen = see(request, city.areas)
    return next(rule for rule in chain(city.rules, LAST) if rule.failure(seen, DAY) is None)


def _times(deed: Callable[[Request], object], asked: Sequence[Request]) -> list[float]:
    """Milliseconds of the processor that each took, one after the other."""
    times = []
    for one in asked:
        began = time.thread_time()
        deed(one)
        times.append(1000 * (time.thread_time() - began))
    return times
