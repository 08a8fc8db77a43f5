"""Hot issues 热点诉求 on pages: what is hot and how it grew, where the city stands out, and the tickets behind each,
which may be made one lead order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import hot, hot_watch
from dispatch.repeats import MAY_JOIN, MAY_LEAD
from hotline.areas import Area
from hotline.errors import Refused
from hotline.heat import Level
from hotline.levels import Level as Wide
from hotline.record import catalogues, matter_days, visibility
from hotline.roles import Permission
from hotline.store.tables import HotIssue, Ticket
from hotline.words import N_

router = APIRouter(prefix="/hot", route_class=VisitRoute)

TITLE = N_("Hot issues")
SHOWN = 60  # tickets of an issue on its page


@dataclass(frozen=True)
class Issue:
    """An issue as it is read. `growth` is times what was to be expected; `top` the highest of its days."""

    row: HotIssue
    matter: str
    area: str
    growth: float
    top: int


@dataclass(frozen=True)
class Tile:
    """A town in the grid, or a district over its towns: the last days' tickets, what is usual, how it stands out."""

    name: str
    tickets: int
    usual: float
    shade: int


@dataclass(frozen=True)
class District:
    """A district with its towns."""

    tile: Tile
    towns: Sequence[Tile]


@dataclass(frozen=True)
class HotView:
    """The page: what is hot, the hottest first; the city's districts; whether anything could be hot at all."""

    issues: Sequence[Issue]
    districts: Sequence[District]
    window: int
    weeks: int
    has_rules: bool


@dataclass(frozen=True)
class Behind:
    """A ticket of an issue; `may_merge`: that it may be chosen for a merge."""

    ticket: Ticket
    area: str
    may_merge: bool


@dataclass(frozen=True)
class IssueView:
    """One issue with its tickets, the newest first."""

    issue: Issue
    tickets: Sequence[Behind]
    has_more: bool
    may_merge: bool


@router.get("")
def hot_page(request: Request, visit: Visiting) -> Response:
    """What the city is hot about."""
    visit.viewer.must(Permission.TICKET_VIEW_ALL)
    page = page_for(visit, TITLE, "hot")
    return render(request, "hot.html", page, hot=_view(visit))


@router.get("/list")
def hot_fragment(visit: Visiting) -> Response:
    """The same again, after something was found."""
    visit.viewer.must(Permission.TICKET_VIEW_ALL)
    return fragment(visit, "hot/list.html", hot=_view(visit))


@router.get("/{identity}")
def issue_page(request: Request, visit: Visiting, identity: int) -> Response:
    """One issue, and the tickets behind it that this person may see."""
    visit.viewer.must(Permission.TICKET_VIEW_ALL)
    page = page_for(visit, TITLE, "hot")
    return render(request, "hot/issue.html", page, view=_issue_view(visit, identity))


@router.get("/{identity}/tickets")
def issue_fragment(visit: Visiting, identity: int) -> Response:
    """Its tickets again, after something became of one."""
    visit.viewer.must(Permission.TICKET_VIEW_ALL)
    return fragment(visit, "hot/tickets.html", view=_issue_view(visit, identity))


def _view(visit: Visit) -> HotView:
    rows = hot_watch.standing(visit.session)
    issues = [
        _issue(visit, row) for row in sorted(rows, key=lambda row: (-Level(row.level).height, -row.surprise))
    ]
    return HotView(issues, _districts(visit), hot.WINDOW, hot.WEEKS, bool(visit.house.city.hot_rules))


def _issue(visit: Visit, row: HotIssue) -> Issue:
    return Issue(
        row=row,
        matter=hot_watch.name_of(visit.house.city, row.matter, visit.viewer.language),
        area=naming.area(visit, row.area),
        growth=row.tickets / max(row.expected, 0.1),
        top=max(row.days, default=0),
    )


def _districts(visit: Visit) -> list[District]:
    """Every district and town of the city: the last days beside the same weekdays of the weeks before."""
    areas, counts = visit.house.city.areas, _by_area(visit)

    def tile(area: Area, *, alone: bool = False) -> Tile:
        codes = [area.code] if alone else [one.code for one in areas.below(area.code)]
        now, *weeks = (sum(counts.get(code, _NONE)[week] for code in codes) for week in range(hot.WEEKS + 1))
        usual = hot.expected(weeks)
        return Tile(naming.name(area, visit.viewer.language), now, usual, hot.shade(now, usual))

    districts = [one for one in areas if one.level is Wide.DISTRICT]
    return [District(tile(one), [tile(town) for town in areas.children(one.code)]) for one in districts]


_NONE = (0,) * (hot.WEEKS + 1)


def _by_area(visit: Visit) -> Mapping[str, Sequence[int]]:
    """Tickets by area: of the last days, then of the same weekdays of each week before."""
    today = catalogues.today(visit.house.city, visit.at)
    spans = [
        (today - timedelta(days=7 * week + hot.WINDOW - 1), today - timedelta(days=7 * week - 1))
        for week in range(hot.WEEKS + 1)
    ]
    return matter_days.by_area(visit.session, spans)


def _issue_view(visit: Visit, identity: int) -> IssueView:
    row = visit.session.get(HotIssue, identity)
    if row is None:
        raise Refused("hot.unknown")
    city = visit.house.city
    its = hot_watch.its_tickets(city, row.area, row.matter, hot_watch.begins(city, row.seen_at))
    asked = select(Ticket).where(its, visibility.tickets(visit.viewer)).order_by(col(Ticket.id).desc())
    found = visit.session.exec(asked.limit(SHOWN + 1)).all()
    decides = visit.viewer.may(Permission.ORDER_DECIDE)
    return IssueView(
        issue=_issue(visit, row),
        tickets=[
            Behind(one, naming.area(visit, one.area), decides and one.state in MAY_JOIN | MAY_LEAD)
            for one in found[:SHOWN]
        ],
        has_more=len(found) > SHOWN,
        may_merge=decides,
    )
