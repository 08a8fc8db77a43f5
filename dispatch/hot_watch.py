"""Looking for hot issues: counts on, compares, writes down what is hot, and tells dispatchers and supervisors once for
each issue and level. Any number of processes may look; one does at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, Text, cast, text
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlmodel import Session, and_, col, or_, select

from dispatch import hot, outbox
from dispatch.hot import Cluster, Tally
from dispatch.outbox import Message
from hotline import journal
from hotline.bell import Bell
from hotline.facts import Fact, subject
from hotline.heat import LEVEL_WORDS, Level
from hotline.messages import Channel
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.platform import addresses
from hotline.record import matter_days
from hotline.record.city_in_force import CityInForce
from hotline.roles import Role
from hotline.settings import load
from hotline.store import Store, open_store
from hotline.store.rows import put
from hotline.store.tables import Account, HotIssue, Ticket
from hotline.words import N_, translate

EVERY = timedelta(minutes=5)
COOLS = timedelta(days=1)
"""An issue that isn't hot for so long is over; if it comes again, it is another."""
READ = 80  # of an issue's newest tickets, for its words

_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext('hot issues'))")
_TOLD = (Role.DISPATCHER, Role.SUPERVISOR)

log = structlog.get_logger()


def job() -> None:
    """One look, as the worker does it."""
    settings = load()
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)
    try:
        known, at = CityInForce(load_pack(settings.site.city)), datetime.now(UTC)
        with store.transaction() as session:
            known.look(session, at)
            known.look_at_catalogue(session, at)
        log.info("hot issues looked for", hot=look(store, known.now, at))
    finally:
        store.close()


def look(store: Store, city: CityPack, at: datetime) -> int:
    """Looks as of `at`; returns how many issues are hot, -1 where somebody else is looking just now."""
    zone = city.city.timezone
    today = at.astimezone(ZoneInfo(zone)).date()
    with store.transaction() as session:
        if not session.connection().execute(_ALONE).scalar_one():
            return -1
        matter_days.count_on(session, today, hot.DAYS, zone)
        rows = matter_days.between(session, today - timedelta(days=hot.DAYS), today + timedelta(days=1))
        tallies = [Tally(row.day, row.area, row.matter, row.tickets) for row in rows]
        found = hot.clusters(tallies, city.areas, city.hot_rules, today)
        _write_down(session, city, [(one, hot.by_day(tallies, one, city.areas, today)) for one in found], at)
    return len(found)


def standing(session: Session) -> Sequence[HotIssue]:
    """What is hot now, or was until just now."""
    return session.exec(select(HotIssue).where(col(HotIssue.ended_at).is_(None))).all()


def its_tickets(city: CityPack, area: str, matter: str, since: datetime) -> ColumnElement[bool]:
    """The tickets that an issue consists of, opened from `since` on."""
    codes = [one.code for one in city.areas.below(area)]
    within: ColumnElement[bool] = col(Ticket.area).in_(codes)
    if area == city.areas.city.code:
        within = or_(within, col(Ticket.area).is_(None))
    return and_(
        col(Ticket.opened_at) >= since,
        col(Ticket.matter).startswith(matter, autoescape=True),
        within,
        ~col(Ticket.confidential),
    )


def begins(city: CityPack, at: datetime) -> datetime:
    """The first moment of the last days, as of `at`."""
    zone = ZoneInfo(city.city.timezone)
    first = at.astimezone(zone).date() - timedelta(days=hot.WINDOW - 1)
    return datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)


def _write_down(
    session: Session, city: CityPack, found: Sequence[tuple[Cluster, list[int]]], at: datetime
) -> None:
    rows = {(row.area, row.matter): row for row in standing(session)}
    for cluster, days in found:
        row = rows.pop((cluster.area, cluster.matter), None)
        is_higher = row is None or cluster.level.height > Level(row.level).height
        row = _keep(session, row, cluster, at)
        row.words, row.days = _words(session, city, cluster, at), days
        if is_higher:
            row.level = cluster.level
            _tell(session, row, "hot.found", at)
            _notify(session, city, row, at)
    for row in rows.values():
        if at - row.seen_at >= COOLS:
            row.ended_at = at
            _tell(session, row, "hot.ended", at)


def _keep(session: Session, row: HotIssue | None, cluster: Cluster, at: datetime) -> HotIssue:
    if row is None:
        row = HotIssue(
            area=cluster.area,
            matter=cluster.matter,
            level=cluster.level,
            tickets=cluster.tickets,
            expected=cluster.expected,
            surprise=cluster.surprise,
            words=[],
            days=[],
            found_at=at,
            seen_at=at,
        )
        put(session, row)
    row.tickets, row.expected, row.surprise = cluster.tickets, cluster.expected, cluster.surprise
    row.seen_at = at
    return row


def _words(session: Session, city: CityPack, cluster: Cluster, at: datetime) -> list[str]:
    its = its_tickets(city, cluster.area, cluster.matter, begins(city, at))
    asked = select(Ticket.title, Ticket.content).where(its).order_by(col(Ticket.id).desc()).limit(READ)
    texts = [f"{title}，{content}" for title, content in session.exec(asked)]
    names = [name_of(city, cluster.matter), *(area.name_zh for area in city.areas.path(cluster.area))]
    return hot.common_words(texts, names)


def name_of(city: CityPack, matter: str, language: str = "zh_Hans") -> str:
    """What a matter or heading of the catalogue in force is called; its code where it is neither."""
    found = city.catalogue.matters.get(matter) or city.catalogue.categories.get(matter)
    return (found.name_zh if language.startswith("zh") else found.name_en) if found else matter


def _tell(session: Session, row: HotIssue, kind: str, at: datetime) -> None:
    data = {
        "area": row.area,
        "matter": row.matter,
        "level": row.level,
        "tickets": row.tickets,
        "expected": row.expected,
    }
    journal.append(session, Fact(kind, subject("hot", row.id), at, data=data))


def _notify(session: Session, city: CityPack, row: HotIssue, at: datetime) -> None:
    if not any(rule.notify for rule in city.hot_rules if rule.level == row.level):
        return
    outbox.post(session, [_message(city, row, person) for person in _people(session, _TOLD)], at)


def _message(city: CityPack, row: HotIssue, person: Account) -> Message:
    language = person.language
    area = city.areas[row.area]
    where = area.name_zh if language.startswith("zh") else area.name_en
    return Message(
        channel=Channel.NOTICE,
        to=subject("account", person.id),
        subject=translate(
            N_("{level}: {matter} in {area}"),
            language,
            level=translate(LEVEL_WORDS[Level(row.level)], language),
            matter=name_of(city, row.matter, language),
            area=where,
        ),
        body=translate(
            N_("{tickets} tickets in three days, where {expected} were to be expected"),
            language,
            tickets=row.tickets,
            expected=f"{row.expected:.1f}",
        ),
        key=f"hot:{row.id}.{row.level}/{person.id}",
        link=f"/hot/{row.id}",
    )


def _people(session: Session, roles: Collection[Role]) -> Sequence[Account]:
    some = cast(array([role.value for role in roles]), ARRAY(Text))
    has_role = col(Account.roles).overlap(some)  # type: ignore[attr-defined]
    return session.exec(select(Account).where(has_role, col(Account.active))).all()
