"""Automatic dispatch in pages: each matter that the model knows with what its suggestions are worth, and the confidence
from which on its tickets go without a person. What is typed is answered at once with what it would mean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agent_desk import naming
from agent_desk.city_pages import TITLE, names_of, tabs
from agent_desk.render import fragment, page_for, render
from agent_desk.ticket_commands import Undo
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import thresholds
from dispatch.automatic import percent
from dispatch.thresholds import Sent
from hotline.errors import Refused
from hotline.record import catalogues
from hotline.roles import Permission
from hotline.store.tables import FactRow, MatterThreshold
from hotline.words import N_, translate

if TYPE_CHECKING:
    from hotline.learning.model import Account, Model
    from hotline.learning.trial import Precision

router = APIRouter(route_class=VisitRoute)

TAB = "learnt"
PAGE = 50  # matters
CHANGES = 10  # that are told
STEPS = (0.8, 0.9, 0.95, 0.99)
"""Confidences at which every matter's precision is told."""
CURVE = tuple(place / 100 for place in range(50, 101, 2))
"""Those between which the curve is drawn."""
WANTED = 0.95
"""A precision that is good enough for most: from where on it is reached is said of each matter without a threshold."""

Percent = Annotated[float, Field(ge=0, le=100)]
Text = Annotated[str, Query(max_length=100)]


class Threshold(BaseModel):
    """A confidence in percent."""

    model_config = ConfigDict(extra="forbid")

    threshold: Percent


class Changed(BaseModel):
    """What the page says of a change, and how it is taken back."""

    message: str
    undo: Undo


class Worth(BaseModel):
    """What suggestions of a matter are worth from a confidence on, in words. `few`: so few that it tells little."""

    words: str
    few: bool


@dataclass(frozen=True)
class Step:
    """From a confidence on: what part of the suggestions was right, and what part of its tickets was found."""

    confidence: str
    right: str
    found: str
    few: bool


@dataclass(frozen=True)
class MatterRow:
    """A matter. `texts` is None where the model doesn't know it, `retired` that the catalogue lacks it; `right` and
    `found` are curves as the points of an SVG of 100 by 40, `threshold` in percent or empty.
    """

    code: str
    name: str
    retired: bool
    texts: int | None
    steps: Sequence[Step]
    right: str
    found: str
    threshold: str
    worth: Worth
    by: str
    set_at: datetime | None
    sent: Sent


@dataclass(frozen=True)
class Change:
    """One change of a threshold, in percent or empty."""

    at: datetime
    by: str
    matter: str
    before: str
    after: str


@dataclass(frozen=True)
class Learnt:
    """The page: the model's account (None without one), its matters, and the place where the list goes on."""

    account: Account | None
    texts: int
    is_broken: bool
    q: str
    rows: Sequence[MatterRow]
    set: int
    after: int
    next: int | None
    changes: Sequence[Change]


@router.get("/city/learnt")
def learnt_page(
    request: Request, visit: Visiting, q: Text = "", after: Annotated[int, Query(ge=0, le=10**6)] = 0
) -> Response:
    """All matters that the model knows; those with a threshold first."""
    visit.viewer.must(Permission.ADMIN_RULES)
    page = page_for(visit, TITLE, "city")
    found = _learnt(visit, q.strip(), after)
    return render(request, "learnt/list.html", page, found=found, tabs=tabs(visit, TAB))


@router.get("/city/learnt/rows")
def learnt_fragment(
    visit: Visiting, q: Text = "", after: Annotated[int, Query(ge=0, le=10**6)] = 0
) -> Response:
    """The same again, after something changed."""
    visit.viewer.must(Permission.ADMIN_RULES)
    return fragment(visit, "learnt/rows.html", found=_learnt(visit, q.strip(), after))


@router.get("/api/city/learnt/{matter}/worth")
def worth(visit: Visiting, matter: str, threshold: Annotated[float, Query(ge=0, le=100)]) -> Worth:
    """What a threshold that is being typed would mean."""
    visit.viewer.must(Permission.ADMIN_RULES)
    return _worth(visit, _model(visit, matter).precision_at(matter, _part(threshold)))


@router.post("/api/city/learnt/{matter}")
def set_threshold(visit: Visiting, matter: str, to: Threshold) -> Changed:
    """From this confidence on tickets of the matter go by themselves."""
    visit.viewer.must(Permission.ADMIN_RULES)
    _model(visit, matter)
    return _change(visit, matter, _part(to.threshold))


@router.post("/api/city/learnt/{matter}/clear")
def clear_threshold(visit: Visiting, matter: str) -> Changed:
    """Nothing of this matter goes by itself."""
    return _change(visit, matter, None)


@router.post("/api/city/learnt/{matter}/undo")
def undo(visit: Visiting, matter: str, to: Text = "", since: Text = "") -> Changed:
    """Brings back the threshold `to` (in percent; none where it is empty), unless it is another than `since` by now."""
    visit.viewer.must(Permission.ADMIN_RULES)
    if _said(thresholds.in_force(visit.session).get(matter)) != since:
        raise Refused("city.changed_meanwhile")
    return _change(visit, matter, _read(to))


def _change(visit: Visit, matter: str, to: float | None) -> Changed:
    model = visit.house.learnt.now
    worth = model.precision_at(matter, to).precision if model and to is not None else None
    was = thresholds.change(visit.session, matter, to, visit.viewer, visit.at, worth)
    name, before, after = naming.matter(visit, matter), _said(was), _said(to)
    words = (
        translate(
            N_("{matter}: automatic from {threshold}%"), visit.viewer.language, matter=name, threshold=after
        )
        if to is not None
        else translate(N_("{matter}: no longer automatic"), visit.viewer.language, matter=name)
    )
    url = f"/api/city/learnt/{matter}/undo?to={before}&since={after}"
    return Changed(message=words, undo=Undo(url=url))


def _model(visit: Visit, matter: str) -> Model:
    """The model, if it knows the matter. Raises `Refused("threshold.not_learnt")`."""
    model = visit.house.learnt.now
    if model is None or matter not in model.account.labels:
        raise Refused("threshold.not_learnt")
    return model


def _learnt(visit: Visit, q: str, after: int) -> Learnt:
    model, limits = visit.house.learnt.now, thresholds.rows(visit.session)
    texts = model.account.labels if model else {}
    names = {code: naming.matter(visit, code) for code in {*texts, *limits}}
    wanted = q.casefold()
    found = [code for code, name in names.items() if wanted in f"{code} {name}".casefold()]
    found.sort(key=lambda code: (code not in limits, -texts.get(code, 0), code))
    shown = found[after : after + PAGE]
    people, sent = names_of(visit, [row.set_by for row in limits.values()]), thresholds.sent(visit.session)
    return Learnt(
        account=model.account if model else None,
        texts=sum(model.account.sources.values()) if model else 0,
        is_broken=visit.house.learnt.is_broken,
        q=q,
        rows=[
            _row(visit, model, code, names[code], limits.get(code), people, sent.get(code, Sent()))
            for code in shown
        ],
        set=len(limits),
        after=after,
        next=after + PAGE if len(found) > after + PAGE else None,
        changes=_changes(visit),
    )


def _row(
    visit: Visit,
    model: Model | None,
    code: str,
    name: str,
    limit: MatterThreshold | None,
    people: Mapping[str, str],
    sent: Sent,
) -> MatterRow:
    texts = model.account.labels.get(code) if model else None
    known = model if texts is not None else None
    matter = visit.house.city.catalogue.matters.get(code)
    today = catalogues.today(visit.house.city, visit.at)
    return MatterRow(
        code=code,
        name=name,
        retired=matter is None or not matter.is_valid_on(today),
        texts=texts,
        steps=[_step(confidence, known.precision_at(code, confidence)) for confidence in STEPS]
        if known
        else (),
        right=_right(known, code) if known else "",
        found=_found(known, code) if known else "",
        threshold=_said(limit.threshold if limit else None),
        worth=_standing(visit, known, code, limit.threshold if limit else None),
        by=people.get(limit.set_by, "") if limit else "",
        set_at=limit.set_at if limit else None,
        sent=sent,
    )


def _step(confidence: float, worth: Precision) -> Step:
    return Step(percent(confidence), percent(worth.precision), percent(worth.coverage), worth.is_few)


def _right(model: Model, code: str) -> str:
    """How much was right from each confidence on, as a line; it ends where nothing was suggested so surely."""
    points = [(place, model.precision_at(code, place).precision) for place in CURVE]
    return " ".join(f"{_across(place)},{_down(part)}" for place, part in points if part is not None)


def _found(model: Model, code: str) -> str:
    """How much of it was found from each confidence on, as an area."""
    points = [(place, model.precision_at(code, place).coverage) for place in CURVE]
    return " ".join(["0,40", *(f"{_across(place)},{_down(part)}" for place, part in points), "100,40"])


def _across(confidence: float) -> str:
    return f"{(confidence - CURVE[0]) / (CURVE[-1] - CURVE[0]) * 100:g}"


def _down(part: float) -> str:
    return f"{(1 - part) * 40:.1f}"


def _standing(visit: Visit, model: Model | None, code: str, threshold: float | None) -> Worth:
    """What the threshold in force is worth by the model in force; without one from where on it would be good enough."""
    if model is None:
        return Worth(words=_words(visit, N_("The model doesn't know it: nothing is dispatched")), few=True)
    if threshold is not None:
        return _worth(visit, model.precision_at(code, threshold))
    least = model.threshold_for(code, WANTED)
    if least is None:
        return Worth(words=_words(visit, N_("Not automatic. Too few are known to be right")), few=False)
    words = N_("Not automatic. {precision}% are right from {confidence}% on")
    least_percent = f"{math.ceil(least * 1000) / 10:g}"
    return Worth(words=_words(visit, words, precision=percent(WANTED), confidence=least_percent), few=False)


def _worth(visit: Visit, worth: Precision) -> Worth:
    if not worth.named:
        return Worth(words=_words(visit, N_("In the trial none was so sure")), few=True)
    words = _words(
        visit,
        N_(
            "{precision}% right: {right} of {named} that would have gone by themselves · {found}% of its tickets"
        ),
        precision=percent(worth.precision),
        right=worth.right,
        named=worth.named,
        found=percent(worth.coverage),
    )
    few = _words(visit, N_("few, so that it tells little")) if worth.is_few else ""
    words = " · ".join(part for part in (words, few) if part)
    return Worth(words=words, few=worth.is_few)


def _words(visit: Visit, text: str, **facts: object) -> str:
    return translate(text, visit.viewer.language, **facts)


def _changes(visit: Visit) -> list[Change]:
    told = thresholds.history(visit.session, CHANGES)
    people = names_of(visit, [fact.by for fact in told])
    return [_told(visit, fact, people.get(fact.by, "")) for fact in told]


def _told(visit: Visit, fact: FactRow, by: str) -> Change:
    name = naming.matter(visit, str(fact.data["matter"]))
    return Change(fact.at, by, name, _said(fact.data["before"]), _said(fact.data["threshold"]))


def _part(percents: float) -> float:
    return round(percents / 100, 4)


def _said(threshold: float | None) -> str:
    """In percent; nothing where there is none."""
    return "" if threshold is None else f"{100 * threshold:.2f}".rstrip("0").rstrip(".")


def _read(said: str) -> float | None:
    try:
        return _part(float(said)) if said else None
    except ValueError:
        raise Refused("threshold.bad_value", field="threshold", least=50, most=100) from None
