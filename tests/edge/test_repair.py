"""Repair into a real record: each call once, marked, with what was put right told; read on through rotation."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlmodel import select

from hotline import calls, journal
from hotline.errors import Unreachable
from hotline.facts import Fact
from hotline.record import links
from hotline.record.calls import apply
from hotline.record.repair import Repaired
from hotline.store import Store
from hotline.store.tables import Call, LineDay, Seat, SwitchReading
from telephony.repair import run
from telephony.repair.files import LogFile
from telephony.repair.rows import channel_row, queue_row
from telephony.repair.run import Repair
from telephony.repair.streams import CHANNELS, QUEUES, Stream
from telephony.repair.tables import LogTable, channel_columns, queue_columns
from tests.edge.fake_ami import until
from tests.pure.switchlogs import START, Plan, Wait, lines

pytestmark = pytest.mark.edge

ZONE = ZoneInfo("Asia/Shanghai")
LATER = START + timedelta(hours=1)
ANSWERED = Plan(1, 0, (Wait("citywide", 4, (), "8001"),), 30)
REFUSED = Plan(2, 10, (Wait("urban", 5, ("8002",), "8003"),), 20, handed_to="8009")
MOVED_ON = Plan(3, 20, (Wait("urban", 8), Wait("citywide", 5)), 1)
PLANS = [ANSWERED, REFUSED, MOVED_ON]
NOTHING = Repaired()


class Logs:
    """The two log files of a switch."""

    def __init__(self, folder: Path) -> None:
        self.queue_log, self.channels = folder / "queue_log", folder / "calls.jsonl"
        self.streams: Mapping[str, Stream] = {
            QUEUES: LogFile(self.queue_log, queue_row),
            CHANNELS: LogFile(self.channels, channel_row),
        }

    def write(self, *plans: Plan) -> None:
        for file, written in zip((self.queue_log, self.channels), lines(list(plans)), strict=True):
            with file.open("a", encoding="utf-8") as opened:
                opened.writelines(f"{line}\n" for line in written)


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path)


@pytest.fixture
def repair(store: Store, logs: Logs) -> Repair:
    return Repair(store, "a1", logs.streams, ZONE)


def rows(store: Store) -> dict[str, Call]:
    with store.transaction() as session:
        return {call.id: call for call in session.exec(select(Call))}


def facts(store: Store, *kinds: str) -> list[Fact]:
    with store.transaction() as session:
        return [fact for fact in journal.read(session, 0).facts if not kinds or fact.kind in kinds]


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def hear(store: Store, *signals: calls.Signal) -> None:
    with store.transaction() as session:
        apply(session, signals, "a1")


def entered(plan: Plan) -> calls.Entered:
    return calls.Entered(
        call=plan.call,
        at=moment(plan.begins),
        line="12319",
        caller="13800138000",
        linkedid=plan.channel,
        language="yue",
    )


def queued(plan: Plan, queue: str) -> calls.Queued:
    return calls.Queued(
        call=plan.call,
        at=moment(plan.queued),
        line="12319",
        caller="13800138000",
        linkedid=plan.channel,
        queue=queue,
    )


def test_calls_that_nobody_heard_are_in_the_record_once_and_whole(
    store: Store, logs: Logs, repair: Repair
) -> None:
    logs.write(*PLANS)
    assert repair.once(LATER) == Repaired(added=3)
    found = rows(store)
    assert {id_: (call.queue, call.agent, call.outcome) for id_, call in found.items()} == {
        ANSWERED.call: ("citywide", "8001", "answered"),
        REFUSED.call: ("urban", "8009", "answered"),
        MOVED_ON.call: ("citywide", None, "abandoned"),
    }
    assert all(call.inferred and call.state == "ended" and call.line == "12319" for call in found.values())
    kinds = [fact.kind for fact in facts(store) if fact.call == ANSWERED.call]
    assert kinds == [
        f"call.{verb}" for verb in ("entered", "queued", "offered", "answered", "ended", "repaired")
    ]


def test_done_again_from_the_beginning_it_changes_nothing(store: Store, logs: Logs, repair: Repair) -> None:
    logs.write(*PLANS)
    repair.once(LATER)
    before, told = rows(store), len(facts(store))
    assert repair.once(LATER) == NOTHING
    with store.transaction() as session:
        for reading in session.exec(select(SwitchReading)):
            reading.file, reading.offset = "", 0
    assert repair.once(LATER) == NOTHING
    assert rows(store) == before
    assert len(facts(store)) == told


def test_a_call_that_we_heard_ourselves_is_left_alone(store: Store, logs: Logs, repair: Repair) -> None:
    hear(
        store,
        entered(ANSWERED),
        queued(ANSWERED, "citywide"),
        calls.Offered(call=ANSWERED.call, at=moment(0.5), extension="8001"),
        calls.Answered(call=ANSWERED.call, at=moment(ANSWERED.answered), extension="8001"),
        calls.Ended(call=ANSWERED.call, at=moment(ANSWERED.ended)),
    )
    before = rows(store)
    logs.write(ANSWERED)
    assert repair.once(LATER) == NOTHING
    assert rows(store) == before


def test_a_call_that_was_lost_sight_of_gets_its_true_end(store: Store, logs: Logs, repair: Repair) -> None:
    lost = calls.Ended(call=ANSWERED.call, at=moment(300), outcome=calls.Outcome.LOST, inferred=True)
    hear(store, entered(ANSWERED), queued(ANSWERED, "citywide"), lost)
    logs.write(ANSWERED)
    assert repair.once(LATER) == Repaired(mended=1)
    call = rows(store)[ANSWERED.call]
    assert (call.outcome, call.agent, call.inferred) == ("answered", "8001", True)
    assert abs(call.ended_at - moment(ANSWERED.ended)) < timedelta(milliseconds=1)  # type: ignore[operator]
    (told,) = facts(store, "call.repaired")
    assert told.data["put_right"]["outcome"] == ["lost", "answered"]
    assert told.data["put_right"]["agent"] == [None, "8001"]
    assert repair.once(LATER) == NOTHING


@pytest.mark.parametrize(("back", "agent"), [(25, "8009"), (-5, "8003")], ids=["in it", "before it"])
def test_a_call_with_a_gap_in_it_is_what_the_switch_says_though_its_end_was_heard(
    store: Store, logs: Logs, repair: Repair, back: float, agent: str
) -> None:
    """It was handed over from 8003 to 8009 while nobody listened."""
    hear(
        store,
        entered(REFUSED),
        queued(REFUSED, "urban"),
        calls.Offered(call=REFUSED.call, at=moment(13), extension="8003"),
        calls.Answered(call=REFUSED.call, at=moment(REFUSED.answered), extension="8003"),
        calls.Ended(call=REFUSED.call, at=moment(REFUSED.ended)),
    )
    with store.transaction() as session:
        links.advance(session, "a1", 1, 1, moment(0), 0)
        links.restore(session, "a1", moment(back - 10), [])
        links.lose(session, "a1", moment(back - 5), "closed")
        links.restore(session, "a1", moment(back), [])
    logs.write(REFUSED)
    assert repair.once(LATER) == Repaired(mended=1 if agent == "8009" else 0)
    assert rows(store)[REFUSED.call].agent == agent
    assert repair.once(LATER) == NOTHING


def test_a_call_that_still_seemed_open_ends_and_frees_its_seat(
    store: Store, logs: Logs, repair: Repair
) -> None:
    hear(
        store,
        entered(ANSWERED),
        queued(ANSWERED, "citywide"),
        calls.Offered(call=ANSWERED.call, at=moment(0.5), extension="8001"),
        calls.Answered(call=ANSWERED.call, at=moment(ANSWERED.answered), extension="8001"),
    )
    logs.write(ANSWERED)
    assert repair.once(LATER) == Repaired(mended=1)
    assert rows(store)[ANSWERED.call].outcome == "answered"
    assert [fact.kind for fact in facts(store, "call.ended", "call.repaired")] == [
        "call.ended",
        "call.repaired",
    ]
    with store.transaction() as session:
        assert session.exec(select(Seat.call).where(Seat.extension == "8001")).one() is None


def test_the_days_counts_tell_of_repaired_calls_as_of_all_others(
    store: Store, logs: Logs, repair: Repair
) -> None:
    lost = calls.Ended(call=ANSWERED.call, at=moment(300), outcome=calls.Outcome.LOST, inferred=True)
    hear(store, entered(ANSWERED), queued(ANSWERED, "citywide"), lost)
    logs.write(*PLANS)
    repair.once(LATER)
    repair.once(LATER)
    with store.transaction() as session:
        (count,) = session.exec(select(LineDay)).all()
    assert (count.line, count.calls, count.answered, count.abandoned) == ("12319", 3, 2, 1)


def test_what_a_look_found_too_late_is_put_back_to_its_time(store: Store, logs: Logs, repair: Repair) -> None:
    hear(
        store,
        entered(ANSWERED),
        queued(ANSWERED, "citywide"),
        calls.Answered(
            call=ANSWERED.call, at=moment(ANSWERED.answered + 20), extension="8001", inferred=True
        ),
        calls.Ended(call=ANSWERED.call, at=moment(ANSWERED.ended)),
    )
    logs.write(ANSWERED)
    repair.once(LATER)
    call = rows(store)[ANSWERED.call]
    assert call.answered_at is not None
    assert abs(call.answered_at - moment(ANSWERED.answered)) < timedelta(milliseconds=1)
    (told,) = facts(store, "call.repaired")
    assert set(told.data["put_right"]) >= {"answered_at"}


def test_a_call_that_goes_on_is_not_touched_and_is_read_again(
    store: Store, logs: Logs, repair: Repair
) -> None:
    logs.write(*PLANS)
    whole = [file.read_text("utf-8").splitlines(keepends=True) for file in (logs.queue_log, logs.channels)]
    cut = [[line for line in part if _time(line) < moment(30).timestamp()] for part in whole]
    for file, part in zip((logs.queue_log, logs.channels), cut, strict=True):
        file.write_text("".join(part), "utf-8")
    assert repair.once(moment(30)) == NOTHING
    assert rows(store) == {}
    for file, part in zip((logs.queue_log, logs.channels), whole, strict=True):
        file.write_text("".join(part), "utf-8")
    assert repair.once(LATER) == Repaired(added=3)


def test_after_a_gap_it_is_read_again_as_soon_as_what_ended_has_settled(
    store: Store, logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SOON", 0.01)
    read: list[datetime] = []

    class Counted(Repair):
        def once(self, now: datetime) -> Repaired:
            read.append(now)
            return super().once(now)

    async def scene() -> None:
        repair = Counted(store, "a1", logs.streams, ZONE)
        running = asyncio.create_task(repair.run())
        await until(lambda: len(read) == 2)  # a start is the end of a gap too
        repair.soon()
        await until(lambda: len(read) == 4)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(scene())


def _time(line: str) -> float:
    row = channel_row(line) if line.startswith("{") else queue_row(line)
    assert row
    return row.at.timestamp()


@pytest.mark.parametrize("how", ["moved", "copied and truncated", "compressed", "removed"])
def test_rotation_loses_nothing_that_is_still_there(
    store: Store, logs: Logs, repair: Repair, how: str
) -> None:
    logs.write(ANSWERED)
    repair.once(LATER)
    if how != "removed":
        logs.write(REFUSED)
    for file in (logs.queue_log, logs.channels):
        rotated = file.with_name(f"{file.name}.1")
        if how == "moved":
            file.rename(rotated)
        elif how == "copied and truncated":
            shutil.copyfile(file, rotated)
            file.write_bytes(b"")
        elif how == "compressed":
            rotated.with_name(f"{rotated.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
            file.unlink()
        else:
            file.unlink()
    logs.write(MOVED_ON)
    repair.once(LATER + timedelta(minutes=1))
    expected = {plan.call for plan in PLANS} - ({REFUSED.call} if how == "removed" else set())
    assert set(rows(store)) == expected


def test_a_line_that_is_still_being_written_waits(store: Store, logs: Logs, repair: Repair) -> None:
    logs.write(ANSWERED)
    written = logs.channels.read_bytes()
    logs.channels.write_bytes(written[:-20])
    repair.once(LATER)
    logs.channels.write_bytes(written)
    repair.once(LATER)
    assert rows(store)[ANSWERED.call].outcome == "answered"


def test_junk_in_the_logs_hides_nothing_around_it(store: Store, logs: Logs, repair: Repair) -> None:
    logs.write(ANSWERED)
    for file in (logs.queue_log, logs.channels):
        file.write_bytes(b"\xff\xfe|||\n{\n\n" + file.read_bytes() + b"null\nx|y\n")
    assert repair.once(LATER) == Repaired(added=1)


def test_a_call_that_cannot_be_written_keeps_no_other_from_it(
    store: Store, logs: Logs, repair: Repair
) -> None:
    spoilt = "a number with a NUL \x00 that PostgreSQL refuses"
    logs.write(*PLANS)
    text = logs.channels.read_text("utf-8").splitlines()
    own = [line.replace("Caller: 13800138000", f"Caller: {spoilt}") for line in text]
    assert own != text
    mark = json.dumps(spoilt)[1:-1]
    logs.channels.write_text(
        "".join(line.replace(spoilt, mark if REFUSED.call in line else "13800138000") + "\n" for line in own),
        "utf-8",
    )
    assert repair.once(LATER) == Repaired(added=2)
    assert set(rows(store)) == {ANSWERED.call, MOVED_ON.call}
    assert repair.once(LATER) == NOTHING


def test_without_logs_there_is_nothing_to_repair(store: Store, repair: Repair) -> None:
    assert repair.once(LATER) == NOTHING


def test_a_foreign_switch_that_writes_into_tables(store: Store, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE queue_log (id bigserial PRIMARY KEY, time timestamptz, callid text, queuename text, "
            "agent text, event text, data1 text, data2 text, data3 text, data4 text, data5 text)"
        )
        connection.execute(
            "CREATE TABLE cel (id bigserial PRIMARY KEY, eventtype text, eventtime timestamptz, cid_num text, "
            "exten text, context text, channame text, appname text, appdata text, uniqueid text, linkedid text, "
            "extra text)"
        )
        _fill_tables(connection)
    streams: Mapping[str, Stream] = {
        QUEUES: LogTable(database_url, "queue_log", queue_columns),
        CHANNELS: LogTable(database_url, "cel", channel_columns),
    }
    repair = Repair(store, "a1", streams, ZONE)
    assert repair.once(LATER) == Repaired(added=3)
    assert repair.once(LATER) == NOTHING
    assert rows(store)[REFUSED.call].agent == "8009"
    assert repair.compare(START.date()).differences == ()


def test_the_years_before_us_are_not_read_from_tables(store: Store, database_url: str) -> None:
    old, new = START - timedelta(days=400), START
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE queue_log (id bigserial PRIMARY KEY, time text, callid text, queuename text, agent text, "
            "event text, data1 text, data2 text)"
        )
        for at, call in ((old, "1.1"), (new, "2.2")):
            for event in ("ENTERQUEUE", "ABANDON"):
                values = (str(at.timestamp()), call, event)
                connection.execute(
                    "INSERT INTO queue_log (time, callid, queuename, agent, event, data2) "
                    "VALUES (%s, %s, 'urban', 'NONE', %s, '13800138000')",
                    values,
                )
    table = LogTable(database_url, "queue_log", queue_columns)
    Repair(store, "a1", {QUEUES: table}, ZONE).once(LATER)
    assert set(rows(store)) == {"a1-2.2"}


def test_a_database_of_the_switch_that_is_away_is_unreachable(store: Store) -> None:
    table = LogTable("postgresql://127.0.0.1:1/nowhere", "queue_log", queue_columns)
    with pytest.raises(Unreachable):
        Repair(store, "a1", {QUEUES: table}, ZONE).once(LATER)


def _fill_tables(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    queued, channels = lines(PLANS)
    for row in map(queue_row, queued):
        assert row
        data = (*row.data, *[""] * 5)[:5]
        connection.execute(
            "INSERT INTO queue_log (time, callid, queuename, agent, event, data1, data2, data3, data4, data5) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (row.at, row.channel, row.queue, row.member, row.event, *data),
        )
    for found in map(channel_row, channels):
        assert found
        transferee = str(found.extra).replace("'", '"') if found.extra else ""
        connection.execute(
            "INSERT INTO cel (eventtype, eventtime, cid_num, exten, context, channame, appname, appdata, "
            "uniqueid, linkedid, extra) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                *(found.event, found.at, found.number, found.exten, found.context, found.channel),
                *(found.app, found.data, found.uniqueid, found.root, transferee),
            ),
        )


def test_the_comparison_of_a_repaired_day_finds_no_difference(
    store: Store, logs: Logs, repair: Repair
) -> None:
    logs.write(*PLANS)
    repair.once(LATER)
    found = repair.compare(START.date())
    assert (found.calls, found.differences) == (3, ())


def test_the_comparison_tells_what_differs(store: Store, logs: Logs, repair: Repair) -> None:
    logs.write(*PLANS)
    repair.once(LATER)
    with store.transaction() as session:
        call = session.get_one(Call, ANSWERED.call)
        call.agent, call.ended_at = "8002", moment(ANSWERED.ended + 60)
        session.delete(session.get_one(Call, REFUSED.call))
        extra = replace(MOVED_ON, number=9)
        apply(session, [entered(extra), queued(extra, "urban")], "a1")
    words = dict(repair.compare(START.date()).differences)
    assert words[REFUSED.call] == "isn't in the record"
    assert words[extra.call] == "isn't known to the switch"
    assert ANSWERED.call in words


def test_the_day_before_is_compared_once_and_told(store: Store, logs: Logs, repair: Repair) -> None:
    logs.write(*PLANS)
    repair.once(LATER)
    next_day = datetime(2026, 11, 24, 0, 31, tzinfo=ZONE)
    repair.compare_yesterday(next_day - timedelta(minutes=10))
    assert facts(store, "record.compared") == []
    repair.compare_yesterday(next_day)
    repair.compare_yesterday(next_day + timedelta(hours=1))
    Repair(store, "a1", logs.streams, ZONE).compare_yesterday(next_day + timedelta(hours=2))
    (told,) = facts(store, "record.compared")
    assert (told.data["day"], told.data["calls"], told.data["differing"]) == ("2026-11-23", 3, 0)
