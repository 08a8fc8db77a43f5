"""What is unwise about a dispatch rule, seen from the catalogue: a department's work that it puts on towns."""

from __future__ import annotations

from datetime import date

from dispatch.deciding import LOW
from hotline.catalogue import Matter
from hotline.dispatch_rules import Lead, Rule
from hotline.pack.model import CityPack


def sent_down(city: CityPack, rule: Rule, day: date) -> list[Matter]:
    """The matters that `rule` would send to a town or village although the catalogue handles each of them higher."""
    unit = city.units.get(rule.unit)
    level = rule.level or (unit.level if unit else None)
    if level not in LOW or rule.lead in (Lead.CATALOGUE, Lead.DUTY):
        return []
    return [matter for matter in city.catalogue.matters.values() if _is_sent_down(matter, rule, day)]


def _is_sent_down(matter: Matter, rule: Rule, day: date) -> bool:
    wanted = rule.matters
    if wanted and not any(key in wanted for key in (matter.code[:2], matter.code[:4], matter.code)):
        return False
    if rule.types and not set(rule.types) & set(matter.types):
        return False
    levels = {claim.level for claim in matter.claims if claim.is_valid_on(day)}
    return bool(levels) and not levels & set(LOW)
