"""When an organisation changes: renamed, split, merged into another, or closed. Who takes over what follows from a
plan, and so do its matters; nothing here is carried out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from hotline.areas import Areas
from hotline.catalogue import Claim, Matter
from hotline.errors import Refused
from hotline.units import Units
from hotline.words import N_


class Kind(StrEnum):
    """What becomes of a unit."""

    RENAME = "rename"
    SPLIT = "split"
    MERGE = "merge"
    CLOSE = "close"


KIND_WORDS = {
    Kind.RENAME: N_("Renamed"),
    Kind.SPLIT: N_("Split"),
    Kind.MERGE: N_("Merged into another"),
    Kind.CLOSE: N_("Closed, duties taken over"),
}


@dataclass(frozen=True)
class Share:
    """What `successor` takes over: the duties in `areas` (codes; everywhere where there are none) for matters of
    `categories` (codes of any length that theirs begin with; all where there are none).
    """

    successor: str
    areas: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def is_rest(self) -> bool:
        """Whether it takes all that no other share took."""
        return not self.areas and not self.categories

    def has_matter(self, code: str) -> bool:
        """Whether a matter is of its categories."""
        return not self.categories or code.startswith(self.categories)


@dataclass(frozen=True)
class Change:
    """A plan: what becomes of `units` on `day`, on which legal `basis`. The first share that fits takes over.

    A rename has no shares; the unit keeps its code and all that hangs on it, and gets the names.
    """

    kind: Kind
    units: tuple[str, ...]
    day: date
    basis: str
    shares: tuple[Share, ...] = ()
    name_zh: str = ""
    name_en: str = ""

    @property
    def successors(self) -> tuple[str, ...]:
        """Everybody who takes something over, once each."""
        return tuple(dict.fromkeys(share.successor for share in self.shares))

    @property
    def rest(self) -> str:
        """Who takes what no other share names, and the people."""
        return next(share.successor for share in self.shares if share.is_rest)


def check(change: Change, units: Units, areas: Areas, today: date) -> None:
    """Raises `Refused` with the field that is wrong, for a plan that could not be carried out as it stands."""
    if change.day < today:
        raise Refused("organisation.day_past", field="day")
    if not change.basis.strip():
        raise Refused("field.missing", field="basis")
    if not change.units:
        raise Refused("field.missing", field="units")
    for code in change.units:
        if units.on(change.day, code) is None:
            raise Refused("organisation.unit_gone", field="units", unit=code)
    if change.kind is Kind.RENAME:
        _check_rename(change)
    else:
        _check_shares(change, units, areas)


def _check_rename(change: Change) -> None:
    if len(change.units) != 1:
        raise Refused("organisation.one_unit", field="units")
    for field in ("name_zh", "name_en"):
        if not getattr(change, field).strip():
            raise Refused("field.missing", field=field)


def _check_shares(change: Change, units: Units, areas: Areas) -> None:
    if change.kind is not Kind.MERGE and len(change.units) != 1:
        raise Refused("organisation.one_unit", field="units")
    if sum(share.is_rest for share in change.shares) != 1:
        raise Refused("organisation.one_rest", field="shares")
    if change.kind is Kind.SPLIT and len(change.successors) < 2:
        raise Refused("organisation.two_successors", field="shares")
    for share in change.shares:
        if share.successor in change.units and change.kind is not Kind.SPLIT:
            raise Refused("organisation.own_successor", field="shares")
        if units.on(change.day, share.successor) is None:
            raise Refused("organisation.unit_gone", field="shares", unit=share.successor)
        if any(area not in areas for area in share.areas):
            raise Refused("field.unknown", field="shares")


def due(plans: Iterable[tuple[date, int]], today: date) -> list[int]:
    """The numbers of the plans whose day has come, in the order in which they are to be carried out."""
    return [number for day, number in sorted(plans) if day <= today]


def successor(change: Change, matter: str, area: str, areas: Areas) -> str:
    """Who takes over an order about `matter` (a code, or empty) in `area` (a code, or empty)."""
    around = {step.code for step in areas.path(area)} if area in areas else set()
    for share in change.shares:
        if share.has_matter(matter) and (not share.areas or around & set(share.areas)):
            return share.successor
    return change.rest


def matters_after(change: Change, matters: Iterable[Matter], areas: Areas) -> Iterator[Matter]:
    """The catalogue's matters as they stand from the change's day on."""
    for matter in matters:
        claims = tuple(
            after for claim in matter.claims for after in _after(change, matter.code, claim, areas)
        )
        yield matter if claims == matter.claims else _with(matter, _once_each(claims))


def concerns(change: Change, matters: Iterable[Matter]) -> list[Matter]:
    """The matters that a unit of the change answers for somewhere."""
    return [one for one in matters if any(claim.unit in change.units for claim in one.claims)]


def _after(change: Change, code: str, claim: Claim, areas: Areas) -> Iterator[Claim]:
    """What becomes of one claim: its successors' claims, each on its part of the ground."""
    if claim.unit not in change.units or not change.shares:
        yield claim
        return
    fitting = [share for share in change.shares if share.has_matter(code)]
    for share in fitting:
        ground = _common(share.areas, claim.areas, areas)
        if ground is not None:
            yield replace(claim, unit=share.successor, areas=ground)
        if not share.areas:  # it takes the whole ground: none is left for the shares after it
            return


def _common(share: Sequence[str], claim: Sequence[str], areas: Areas) -> tuple[str, ...] | None:
    """The areas that lie in both, none meaning everywhere; None where there are no such."""
    if not share or not claim:
        return tuple(share or claim)
    inner = [one for one in claim if _within(one, share, areas)]
    inner += [one for one in share if one not in inner and _within(one, claim, areas)]
    return tuple(inner) or None


def _within(area: str, wider: Collection[str], areas: Areas) -> bool:
    return area in areas and any(step.code in wider for step in areas.path(area))


def _once_each(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """Claims of one unit on one ground, which came from several predecessors, become one."""
    kept: dict[tuple[object, ...], Claim] = {}
    for claim in claims:
        kept.setdefault((claim.unit, claim.level, claim.areas, claim.valid_from, claim.valid_until), claim)
    return tuple(kept.values())


def _with(matter: Matter, claims: Sequence[Claim]) -> Matter:
    """The matter with these claims: the widest first, since a matter's owner is who answers for most of it."""
    first, *others = sorted(claims, key=lambda claim: bool(claim.areas))
    return replace(
        matter,
        owner=first.unit,
        level=first.level,
        areas=first.areas,
        basis=first.basis,
        valid_from=first.valid_from,
        valid_until=first.valid_until,
        further=tuple(others),
    )
