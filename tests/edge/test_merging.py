"""Merging 并案 in the record: who waits for whose reply, what becomes of orders and clocks, and how it is undone.
Several are faults of other systems, by name.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlmodel import select

from dispatch import linking, marking, merging, orders, repeating, reviewing, revisiting
from dispatch.linking import Kind
from dispatch.revisits import Answers, Outcome
from hotline.errors import Refused
from hotline.phrases import sought
from hotline.record import ticket_search, tickets, visibility
from hotline.store.tables import Attachment, LineDay, Mark, Ticket, TicketLink
from hotline.tickets import Satisfaction, Solution
from hotline.viewer import Viewer
from tests.edge.conftest import Town
from tests.edge.test_order_life import DISTRICT, TOWN_OFFICE, Cast, cast
from tests.patience import eventually

pytestmark = pytest.mark.edge

__all__ = ["cast"]


def joined(cast: Cast, lead: Ticket, *others: Ticket, why: str = "") -> list[TicketLink]:
    chosen = [lead.id or 0, *(one.id or 0 for one in others)]
    _, links = merging.merge(cast.session, chosen, why, cast.dispatcher, cast.at, lead=lead.id)
    return links


def three(cast: Cast) -> tuple[Ticket, Ticket, Ticket]:
    """Neighbours who call about one lamp; the first ticket is with a unit."""
    lead, *others = (cast.ticket(number=f"1600000000{n}", place="百花路18号") for n in range(3))
    cast.sign(cast.issue(lead, TOWN_OFFICE))
    return (lead, *others)  # type: ignore[return-value]


def answer(cast: Cast, lead: Ticket, words: str = "已更换灯泡，现已恢复照明。") -> None:
    """The unit replies, and the centre accepts it where that is left to it."""
    (order,) = orders.in_force(cast.session, lead)
    cast.reply(order, words)
    if lead.state == "replied":
        reviewing.accept(cast.session, cast.city, lead, "", cast.dispatcher, cast.at)


def test_each_citizen_gets_the_reply_and_a_revisit_of_their_own(cast: Cast) -> None:
    lead, one, other = three(cast)
    joined(cast, lead, one, other)
    assert [one.state, other.state] == ["merged", "merged"]
    answer(cast, lead)
    for ticket in (lead, one, other):
        assert (ticket.state, ticket.reply) == ("revisit", "已更换灯泡，现已恢复照明。")
        assert cast.running(None, ticket) >= {"revisit"}
        said = tickets.thread(cast.session, ticket, ["citizen"])
        assert [entry.text for entry in said] == ["已更换灯泡，现已恢复照明。"]
    content = Answers(True, Solution.SOLVED, Satisfaction.SATISFIED)
    revisiting.close(cast.session, cast.city, one, Outcome.HEARD, content, cast.agent.by, cast.later(days=1))
    assert (one.state, other.state, lead.state) == ("closed", "revisit", "revisit")


def test_a_reply_that_isnt_accepted_reaches_nobody(cast: Cast) -> None:
    lead, one, _ = three(cast)
    lead.type = one.type = "complaint"  # the policy promises a review of complaints
    joined(cast, lead, one)
    (order,) = orders.in_force(cast.session, lead)
    cast.reply(order)
    assert (lead.state, one.state, one.reply) == ("replied", "merged", "")
    reviewing.send_back(cast.session, cast.city, lead, "未答复诉求", cast.dispatcher, cast.at)
    assert (one.state, one.reply) == ("merged", "")
    cast.sign(order)
    answer(cast, lead, "已更换，并加装两盏。")
    assert (one.state, one.reply) == ("revisit", "已更换，并加装两盏。")


def test_orders_and_clocks_of_the_merged_ticket_stop_but_its_promise_stays(cast: Cast) -> None:
    """zammad #904, znuny #200: merged tickets went on escalating."""
    lead, one, _ = three(cast)
    order = cast.sign(cast.issue(one, DISTRICT))
    promised = one.due_at
    assert promised is not None
    joined(cast, lead, one)
    assert order.state == "cancelled"
    assert cast.running(order, one) == set()
    assert "dispatch" not in cast.running(None, one)
    assert one.due_at == promised
    assert cast.running(orders.in_force(cast.session, lead)[0], lead) >= {"resolve"}


def test_undone_it_is_to_be_dispatched_again_and_nothing_is_lost(cast: Cast) -> None:
    """GLPI #8842, PR#17124: what was merged could not be told apart again."""
    lead, one, other = three(cast)
    joined(cast, lead, one, other)
    merging.separate(cast.session, cast.city, one, cast.dispatcher, cast.later(hours=1))
    assert (one.state, other.state) == ("review", "merged")
    assert cast.running(None, one) >= {"dispatch"}
    assert linking.standing(cast.session, Kind.MERGED, one.id or 0) is None
    kept = cast.session.exec(select(TicketLink).where(TicketLink.ticket == one.id)).one()
    assert (kept.undone_by, kept.undone_at) == (cast.dispatcher.by, cast.at)
    answer(cast, lead)
    assert (one.state, one.reply, other.state) == ("review", "", "revisit")
    assert {"ticket.merged", "ticket.separated"} <= set(cast.told(one))
    assert {"ticket.joined", "ticket.left"} <= set(cast.told(lead))
    cast.issue(one, TOWN_OFFICE)
    assert one.state == "dispatched"


def test_what_is_taken_out_while_the_reply_is_accepted_gets_no_reply(town: Town) -> None:
    with town.store.transaction() as session:
        cast = Cast(town, session, town.at)
        lead, one, other = (ticket.id or 0 for ticket in three(cast))
        joined(cast, *(tickets.find(session, ticket) for ticket in (lead, one, other)))

    def accept() -> None:
        with town.store.transaction() as session:
            cast = Cast(town, session, town.at)
            answer(cast, tickets.find(session, lead, lock=True))

    with ThreadPoolExecutor(1) as pool:
        with town.store.transaction() as session:
            cast = Cast(town, session, town.at)
            merging.separate(
                session, town.city, tickets.find(session, one, lock=True), cast.dispatcher, town.at
            )
            accepted = pool.submit(accept)
            eventually(lambda: _somebody_waits(town))
        accepted.result(10)
    with town.store.transaction() as session:
        found = [tickets.find(session, ticket) for ticket in (lead, one, other)]
    assert [ticket.state for ticket in found] == ["revisit", "review", "revisit"]
    assert found[1].reply == ""


def _somebody_waits(town: Town) -> bool:
    asked = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with town.store.engine.connect() as connection:
        return bool(connection.execute(asked).scalar_one())


def test_two_merged_tickets_can_be_merged_further(cast: Cast) -> None:
    """zammad #2347: two children of one parent could not be merged."""
    lead, one, other = three(cast)
    joined(cast, lead, one, other)
    with pytest.raises(Refused, match=r"link\.already"):
        joined(cast, one, other)
    further = cast.ticket(number="16000000009")
    joined(cast, one, further)  # what was merged stands for its lead
    assert [ticket.id for ticket in linking.waiting(cast.session, lead.id or 0)] == [
        one.id,
        other.id,
        further.id,
    ]


def test_nothing_hangs_on_what_hangs_itself(cast: Cast) -> None:
    """zammad #186: links were lost when what they led to was merged."""
    lead, one, other = three(cast)
    joined(cast, one, other)
    joined(cast, lead, one)
    assert [ticket.id for ticket in linking.waiting(cast.session, lead.id or 0)] == [one.id, other.id]
    assert linking.upon(cast.session, Kind.MERGED, [one.id or 0]) == []
    merging.separate(cast.session, cast.city, one, cast.dispatcher, cast.at)
    assert [ticket.id for ticket in linking.waiting(cast.session, one.id or 0)] == [other.id]
    assert linking.waiting(cast.session, lead.id or 0) == []
    joined(cast, lead, one)
    answer(cast, lead)
    assert (one.state, other.state) == ("revisit", "revisit")


def test_what_a_citizen_adds_to_a_merged_ticket_reaches_the_units(cast: Cast) -> None:
    """zammad #983: a reply to a merged ticket landed in the dead one."""
    lead, one, _ = three(cast)
    joined(cast, lead, one)
    repeating.add(cast.session, one, "灯还是不亮，老人摔倒了", None, cast.agent, cast.at)
    assert (one.urged, lead.urged) == (1, 1)
    (mark,) = marking.of_ticket(cast.session, lead)
    assert (mark.kind, mark.text) == ("urged", "灯还是不亮，老人摔倒了")
    assert [entry.text for entry in tickets.thread(cast.session, one, ["shared"])] == [
        "灯还是不亮，老人摔倒了"
    ]
    assert tickets.thread(cast.session, lead, ["shared"]) == []


def test_the_leads_own_thread_stays_its_own(cast: Cast) -> None:
    """GLPI #24454, #24782, PR#23139: followups were copied to everything in reach, and twice."""
    lead, one, other = three(cast)
    unrelated = cast.ticket(number="16000000008")
    joined(cast, lead, one, why="百花路18号、20号多位市民反映")
    tickets.write(cast.session, lead, "请速处理", "shared", cast.dispatcher, cast.at)
    answer(cast, lead)
    reviewing.pass_on_to_merged(cast.session, cast.city, lead, cast.dispatcher.by, cast.at)
    every = ["internal", "unit", "shared", "citizen"]
    assert [entry.audience for entry in tickets.thread(cast.session, one, every)] == ["citizen"]
    for stranger in (other, unrelated):
        assert tickets.thread(cast.session, stranger, every) == []
        assert stranger.state == "opened"


def test_the_unit_that_has_the_lead_learns_of_it(cast: Cast) -> None:
    """zammad #3105: whoever had the target was never told."""
    lead, one, _ = three(cast)
    joined(cast, lead, one, why="另有一位市民反映，请一并处置")
    assert {"order.joined", "ticket.joined"} <= set(cast.told(lead))
    assert [entry.text for entry in tickets.thread(cast.session, lead, ["shared"])] == [
        "另有一位市民反映，请一并处置"
    ]
    assert linking.followers(cast.session, [lead.id or 0]) == {lead.id: 1}


def test_what_was_merged_is_counted_and_found_as_before(cast: Cast) -> None:
    """zammad #4924, #6992: merged tickets were missing in reports, or stood in them as new."""
    lead, one, _ = three(cast)
    before = cast.session.exec(select(LineDay)).all()[-1].tickets
    joined(cast, lead, one)
    assert cast.session.exec(select(LineDay)).all()[-1].tickets == before
    hits = ticket_search.newest(cast.session, sought("百花路"), visibility.tickets(cast.dispatcher), 10)
    assert {lead.id, one.id} <= set(hits)
    narrowed = ticket_search.UNDER_WAY_ONLY
    open_ = ticket_search.newest(
        cast.session, sought("百花路"), visibility.tickets(cast.dispatcher), 10, narrowed=narrowed
    )
    assert one.id not in open_


def test_files_stay_with_who_sent_them(cast: Cast) -> None:
    """GLPI #5542: attachments of merged tickets were lost."""
    lead, one, _ = three(cast)
    photo = Attachment(
        ticket=one.id or 0, name="路灯.jpg", kind="image/jpeg", size=1, sha256="0", audience="unit",
        by=cast.agent.account, at=cast.at,
    )  # fmt: skip
    cast.session.add(photo)
    joined(cast, lead, one)
    merging.separate(cast.session, cast.city, one, cast.dispatcher, cast.at)
    assert cast.session.exec(select(Attachment.ticket)).all() == [one.id]


def test_ids_of_other_things_are_not_tickets(cast: Cast) -> None:
    """GLPI PR#25510, #25148: merging reached unrelated things whose ids happened to be the same."""
    lead, one, other = three(cast)
    (link,) = joined(cast, lead, one)
    assert (link.ticket, link.lead) == (one.id, lead.id)
    assert other.state == "opened"
    with pytest.raises(Refused, match=r"ticket\.unknown"):
        merging.merge(cast.session, [lead.id or 0, 10**9], "", cast.dispatcher, cast.at)


def test_merging_shows_nobody_more_than_before(cast: Cast) -> None:
    lead, one, other = three(cast)
    own = cast.issue(other, DISTRICT)
    people = [
        cast.town.viewer(login) for login in ("chenjiaqi", "guanshufen", "situzheng", "zumiao", "guicheng")
    ]
    people += [cast.of(TOWN_OFFICE), cast.of(DISTRICT)]

    def seen(viewer: Viewer) -> set[int | None]:
        cast.session.flush()
        return set(cast.session.exec(select(Ticket.id).where(visibility.tickets(viewer))))

    before = [seen(viewer) for viewer in people]
    joined(cast, lead, one, other)
    after = [seen(viewer) for viewer in people]
    assert all(now <= then for now, then in zip(after, before, strict=True))
    assert own.state == "cancelled"  # so that its unit sees the ticket no longer
    assert one.id not in after[-2]


def test_only_what_one_may_see_can_be_merged(cast: Cast) -> None:
    """django-helpdesk #1335: the merge command checked nothing."""
    lead, one, _ = three(cast)
    for nobody in (cast.agent, cast.of(TOWN_OFFICE)):
        with pytest.raises(Refused, match="not_allowed"):
            merging.merge(cast.session, [lead.id or 0, one.id or 0], "", nobody, cast.at)
    about = cast.ticket(number="16000000007", type="report", about="hotline-centre")
    with pytest.raises(Refused, match=r"ticket\.unknown"):
        joined(cast, lead, about)
    secret = cast.ticket(number="16000000006", confidential=True)
    with pytest.raises(Refused, match=r"link\.confidential"):
        joined(cast, lead, secret)


def test_who_isnt_content_with_the_shared_reply_gets_an_order_of_their_own(cast: Cast) -> None:
    lead, one, _ = three(cast)
    joined(cast, lead, one)
    answer(cast, lead)
    reviewing.send_back(cast.session, cast.city, one, "我家门口的灯没有修", cast.dispatcher, cast.at)
    assert (one.state, lead.state, one.redone) == ("dispatched", "revisit", 1)
    (order,) = orders.in_force(cast.session, one)
    assert (order.unit, order.state) == (TOWN_OFFICE, "bound")
    cast.reply(cast.sign(order), "已补修您家门口路灯。")
    assert one.reply == "已补修您家门口路灯。"
    assert lead.reply == "已更换灯泡，现已恢复照明。"


def test_a_question_that_is_answered_at_once_answers_all(cast: Cast) -> None:
    lead, one = (cast.ticket(type="consult", number=f"1600000000{n}") for n in range(2))
    joined(cast, lead, one)
    tickets.answer_at_once(cast.session, lead, "明天恢复供水。", cast.agent, cast.at)
    reviewing.pass_on_to_merged(cast.session, cast.city, lead, cast.agent.by, cast.at)
    assert (lead.state, one.state, one.reply) == ("answered", "revisit", "明天恢复供水。")
    reviewing.send_back(cast.session, cast.city, one, "还是没水", cast.dispatcher, cast.at)
    assert one.state == "review"  # no unit had answered, so that one has to be found


def test_the_same_citizen_asking_again_urges_what_they_asked_before(cast: Cast) -> None:
    first = cast.ticket(place="百花路18号")
    cast.issue(first, TOWN_OFFICE)
    cast.later(days=4)
    again = cast.ticket(place="百花路18号", content="小区门口的路灯坏了一周，晚上看不清路。")
    assert repeating.notice(cast.session, cast.city, again, cast.agent, cast.at) is first
    assert first.urged == 1
    assert [mark.kind for mark in cast.session.exec(select(Mark).where(Mark.ticket == first.id))] == ["urged"]
    link = linking.standing(cast.session, Kind.REPEAT, again.id or 0)
    assert link is not None
    assert link.lead == first.id
    assert again.state == "opened"
    repeating.unlink(cast.session, link, cast.agent, cast.at)
    assert linking.standing(cast.session, Kind.REPEAT, again.id or 0) is None
    assert first.urged == 1  # they did call


@pytest.mark.parametrize(
    "changed",
    [
        {"number": "16000000002"},
        {"content": "小区门口占道经营，堵住消防通道。", "title": "占道经营"},
        {"place": "同济路1号"},
        {"confidential": True},
    ],
)
def test_what_is_no_repeat_urges_nothing(cast: Cast, changed: dict[str, object]) -> None:
    first = cast.ticket(place="百花路18号")
    values: dict[str, object] = {"place": "百花路18号", "content": "小区门口的路灯坏了一周，晚上看不清路。"}
    again = cast.ticket(**(values | changed))
    assert repeating.notice(cast.session, cast.city, again, cast.agent, cast.at) is None
    assert first.urged == 0


def test_a_repeat_of_what_the_writer_may_not_see_stays_unknown_to_them(cast: Cast) -> None:
    cast.ticket(place="百花路18号", confidential=True)
    other = cast.town.viewer("liangwenhao")
    again = cast.ticket(place="百花路18号", confidential=True)
    assert repeating.notice(cast.session, cast.city, again, other, cast.at) is None


def test_neighbours_are_found_by_matter_and_by_the_words_for_the_place(cast: Cast) -> None:
    matter = next(iter(cast.city.catalogue.matters))
    one = cast.ticket(number="16000000002", place="祖庙街道百花路18号", matter=matter)
    unsorted = cast.ticket(number="16000000003", content="百花路小区门口的路灯坏了三天，晚上看不清路。")
    cast.ticket(number="16000000004", matter=matter, area="guicheng", place="南海大道2号")
    cast.ticket(number="16000000005", matter=matter, place="百花路18号", confidential=True)
    mine = cast.ticket(place="百花路18号", matter=matter)
    found = repeating.to_merge(cast.session, cast.city, cast.dispatcher, mine, 5)
    assert [one.ticket.id for one in found] == [one.id, unsorted.id]
    assert [ground.said_in("zh_Hans") for ground in found[0].alike.grounds][:2] == ["事项相同", "同一栋"]


def test_a_caller_is_offered_what_waits_and_what_was_closed_just_now(cast: Cast) -> None:
    """fixmystreet PR#2839: what was closed the day before has to be shown too."""
    waits = cast.ticket(place="百花路18号")
    closed = cast.ticket(type="consult", title="咨询停水", content="今天停水到几点")
    tickets.answer_at_once(cast.session, closed, "到十点。", cast.agent, cast.at)
    told = repeating.told_by(cast.city, waits)
    found = repeating.of_citizen(cast.session, cast.city, cast.agent, told, cast.later(days=2))
    shown = [(one.ticket.id, one.repeats) for one in found if one.ticket.opened_at == cast.town.at]
    assert shown == [(waits.id, True), (closed.id, False)]
    with pytest.raises(Refused, match=r"link\.over"):
        repeating.add(cast.session, closed, "再问一次", None, cast.agent, cast.at)
