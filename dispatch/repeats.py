"""Whether two tickets speak of one thing: repeats 重复诉求 of one citizen, and the same issue of several, which may be
merged 并案 under one lead. Pure: what is compared, with what weight and why, in words; and which merges may be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from hotline.errors import Refused
from hotline.likeness import Evidence, Known, compare
from hotline.textindex import pairs
from hotline.tickets import State
from hotline.words import N_, Phrase

LIKELY = 0.55
"""From here on two tickets of different citizens are shown to a person who may merge them."""
MAY_LEAD = frozenset({State.OPENED, State.REVIEW, State.DISPATCHED, State.REPLIED})
"""While the lead's reply hasn't been accepted, it can still be everybody's."""
MAY_JOIN = frozenset({State.OPENED, State.REVIEW, State.DISPATCHED})

HEADING = 4  # digits of a matter's code that name its heading
FEWEST_PAIRS = 4  # of a text that says enough to be compared

_FILLER = re.compile(
    "来电人?|再次|多次|反映|反应|诉求|希望|请求|要求|相关|有关|部门|尽快|及时|处理|处置|核实|解决|回复|答复|"
    "市民|群众|先生|女士|小姐|问题|情况|关于|谢谢|您好|你好|现在|目前|表示|认为|建议|我们|这边|附近|严重影响"
)
"""What every ticket says."""
_STREET = re.compile("[\u4e00-\u9fff]{1,7}?(?:路|街|道|巷|里|坊|村|园|区|场|苑|庭|城|桥|涌|河|站|市)")
_PLACES = {
    Evidence.DOOR: (0.4, N_("Same door")),
    Evidence.HOUSE: (0.35, N_("Same house")),
    Evidence.STREET: (0.25, N_("Same street")),
    Evidence.OTHER_DOOR: (0.1, N_("Same street, another number")),
}
_SAME_PLACE = (0.3, N_("Places alike"))
_SAME_AREA = (0.1, N_("Same area"))


@dataclass(frozen=True)
class Told:
    """What one ticket says. `area` is the path of its area from the city down, empty where it is unknown; `matter`
    and `place` may be empty.
    """

    text: str
    matter: str = ""
    area: tuple[str, ...] = ()
    place: str = ""
    citizen: int | None = None
    at: datetime | None = None

    @cached_property
    def words(self) -> frozenset[str]:
        """The pairs of characters that tell it from others; where it is, is another question."""
        return frozenset(pairs(without_filler(self.text))) - frozenset(pairs(self.place))

    @cached_property
    def known_place(self) -> Known:
        """Its place as addresses are compared."""
        return Known(address=self.place)

    @property
    def street(self) -> str:
        """The first name in its place, by which others speak of it too; empty where it has none."""
        found = _STREET.match(self.known_place.street)
        return found[0] if found else self.known_place.street[:4]


@dataclass(frozen=True)
class Alike:
    """How surely two tickets speak of one thing (0 to 1), and why, in words."""

    score: float
    grounds: tuple[Phrase, ...] = ()


def without_filler(text: str) -> str:
    """`text` with a gap in place of what every ticket says."""
    return _FILLER.sub("，", text)


def alike(one: Told, other: Told) -> Alike:
    """How alike two tickets are, whoever wrote them. The order doesn't matter. Nothing known is nothing alike."""
    found = [*_by_matter(one, other), *_by_place(one, other), *_by_words(one, other)]
    score = sum(weight for weight, _ in found)
    if _is_another_thing(one, other):
        score = min(score, LIKELY - 0.05)
    return Alike(min(1.0, round(score, 3)), tuple(words for _, words in found))


def is_repeat(one: Told, other: Told, within: timedelta) -> Alike | None:
    """How a citizen's ticket repeats an `other`, earlier one of theirs; None where it doesn't."""
    if one.citizen is None or one.citizen != other.citizen or one.at is None or other.at is None:
        return None
    known = bool(one.matter and other.matter)
    same_matter = one.matter == other.matter if known else _share(one, other) >= 0.5
    if one.at - other.at > within or not same_matter or _is_elsewhere(one, other):
        return None
    found = alike(one, other)
    same = Phrase(N_("Same citizen, {days} days apart"), days=(one.at - other.at).days)
    return Alike(max(found.score, 0.8), (same, *found.grounds))


@dataclass(frozen=True)
class Standing:
    """How a ticket stands when it is to be merged. `followers`: how many wait for its reply already."""

    id: int
    state: State
    opened_at: datetime
    confidential: bool = False
    about: str | None = None
    followers: int = 0


def lead_of(tickets: Sequence[Standing]) -> Standing:
    """Which of several leads: one that leads already, else the furthest on its way, else the oldest.

    Raises `Refused("link.no_lead")` where none may.
    """
    able = [one for one in tickets if one.state in MAY_LEAD]
    if not able:
        raise Refused("link.no_lead")
    return min(able, key=lambda one: (-one.followers, -_PROGRESS[one.state], one.opened_at, one.id))


_PROGRESS = {State.OPENED: 0, State.REVIEW: 0, State.DISPATCHED: 1, State.REPLIED: 2}


def check_merge(lead: Standing, ticket: Standing) -> None:
    """Raises `Refused` where `ticket` may not be merged under `lead`.

    A confidential ticket and an open one would give each other away, and so would reports about different units;
    what is over, or with its citizen already, waits for no reply.
    """
    if lead.id == ticket.id:
        raise Refused("link.itself")
    if lead.state not in MAY_LEAD:
        raise Refused("link.lead_over", state=lead.state)
    if ticket.state not in MAY_JOIN:
        raise Refused("ticket.may_not_merge", state=ticket.state)
    if lead.confidential != ticket.confidential:
        raise Refused("link.confidential")
    if lead.about != ticket.about:
        raise Refused("link.about")


def _by_matter(one: Told, other: Told) -> list[tuple[float, Phrase]]:
    if not one.matter or not other.matter:
        return []
    if one.matter == other.matter:
        return [(0.4, Phrase(N_("Same matter")))]
    same_heading = one.matter[:HEADING] == other.matter[:HEADING]
    return [(0.2, Phrase(N_("Same heading of the catalogue")))] if same_heading else []


def _by_place(one: Told, other: Told) -> list[tuple[float, Phrase]]:
    found = _place(one, other)
    return [(found[0], Phrase(found[1]))] if found else []


def _place(one: Told, other: Told) -> tuple[float, str] | None:
    if _areas_part(one, other):
        return None
    for evidence in compare(one.known_place, other.known_place).evidence:
        if evidence in _PLACES:
            return _PLACES[evidence]
    if one.place and other.place:
        return _SAME_PLACE if _place_share(one, other) >= 0.6 else None
    return _SAME_AREA if len(one.area) > 1 and len(other.area) > 1 else None


def _by_words(one: Told, other: Told) -> list[tuple[float, Phrase]]:
    """Words count for more where the matters aren't known."""
    share = _share(one, other)
    most, full = (0.3, 0.5) if one.matter and other.matter else (0.6, 0.6)
    weight = most * min(1.0, share / full)
    return (
        [(weight, Phrase(N_("{percent} % of the words alike"), percent=round(100 * share)))]
        if share >= 0.1
        else []
    )


def _is_another_thing(one: Told, other: Told) -> bool:
    """Whatever the words: of another heading, or surely at another place."""
    other_heading = bool(one.matter and other.matter) and one.matter[:HEADING] != other.matter[:HEADING]
    a, b = (set(pairs(told.known_place.street)) for told in (one, other))
    return other_heading or _areas_part(one, other) or (bool(a and b) and not a & b)


def _is_elsewhere(one: Told, other: Told) -> bool:
    both = bool(one.place and other.place)
    found = _place(one, other)
    return _areas_part(one, other) or (both and found in (None, _PLACES[Evidence.OTHER_DOOR]))


def _areas_part(one: Told, other: Told) -> bool:
    """Whether neither area lies in the other."""
    return any(a != b for a, b in zip(one.area, other.area, strict=False))


def _share(one: Told, other: Told) -> float:
    """Shared pairs of characters, of those that the shorter text has."""
    a, b = one.words - frozenset(pairs(other.place)), other.words - frozenset(pairs(one.place))
    fewest = min(len(a), len(b))
    return len(a & b) / fewest if fewest >= FEWEST_PAIRS else 0.0


def _place_share(one: Told, other: Told) -> float:
    a, b = set(pairs(one.place)), set(pairs(other.place))
    return len(a & b) / min(len(a), len(b)) if a and b else 0.0


REFUSAL_WORDS = {
    "link.itself": N_("A ticket can't be merged with itself"),
    "link.already": N_("It is merged there already"),
    "link.no_lead": N_("None of these tickets can lead: they are over, or merged elsewhere"),
    "link.lead_over": N_("Nothing can be merged into a ticket that is: {state}"),
    "link.confidential": N_("A confidential ticket and an open one can't be merged"),
    "link.about": N_("Reports about different units can't be merged"),
    "link.too_few": N_("Choose two tickets at least"),
    "link.over": N_("Nobody works on that ticket any more: {state}"),
    "link.unknown": N_("There is no such link"),
}
