"""Lines and columns of Asterisk's two logs: what is read of them, and what is passed over."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.repairs import replay
from telephony.repair.rows import (
    ChannelRow,
    channel_row,
    channel_row_of,
    queue_row,
    queue_row_of,
    read_moment,
)
from telephony.repair.signals import signals
from telephony.translate import USER_READERS

pytestmark = pytest.mark.pure

AT = datetime(2026, 11, 24, 0, 18, 41, tzinfo=UTC)


def test_a_line_of_queue_log() -> None:
    row = queue_row("1795479521|1795479520.7|citywide|8001|CONNECT|4|1795479521.9|3\n")
    assert row is not None
    assert (row.at, row.channel, row.queue, row.member, row.event) == (
        AT,
        "1795479520.7",
        "citywide",
        "8001",
        "CONNECT",
    )
    assert (row.number(0), row.number(2), row.number(7)) == (4, 3, 0)
    assert row.is_about_a_call
    assert row.by_then == AT + timedelta(seconds=1)


def test_a_line_about_no_call() -> None:
    row = queue_row("1795479520|NONE|NONE|NONE|QUEUESTART|")
    assert row is not None
    assert not row.is_about_a_call


def test_columns_of_tables_mean_the_same() -> None:
    queued = queue_row_of("2026-11-24T00:18:41+00:00", ["1.2", "citywide", "NONE", "ENTERQUEUE", "", "138"])
    assert queued == queue_row("1795479521|1.2|citywide|NONE|ENTERQUEUE||138")
    line = {"eventtype": "CHAN_END", "eventtime": "1795479521.5", "uniqueid": "1.2", "linkedid": "1.1"}
    columns = {**line, "eventtime": "2026-11-24 00:18:41.5", "cid_num": None, "id": 7}
    assert channel_row_of(columns) == channel_row(json.dumps(line))


def test_the_time_is_utc_unless_it_says_otherwise() -> None:
    assert read_moment("2026-11-24 08:18:41+08:00") == read_moment("2026-11-24 00:18:41") == AT


@given(st.text())
def test_no_line_raises(line: str) -> None:
    queue_row(line)
    channel_row(line)


@given(st.dictionaries(st.sampled_from(("eventtype", "eventtime", "uniqueid", "eventextra")), st.text()))
def test_no_json_object_raises(found: dict[str, str]) -> None:
    channel_row(json.dumps(found))


@given(
    st.lists(
        st.builds(
            ChannelRow,
            at=st.integers(0, 100).map(lambda seconds: AT + timedelta(seconds=seconds)),
            event=st.sampled_from(
                ("CHAN_START", "CHAN_END", "APP_START", "BRIDGE_ENTER", "ATTENDEDTRANSFER")
            ),
            uniqueid=st.sampled_from(("1.1", "1.2", "party-1", "")),
            root=st.sampled_from(("1.1", "1.2")),
            channel=st.sampled_from(("PJSIP/8001-1", "PJSIP/trunk-1", "PJSIP/8001-1<ZOMBIE>", "")),
            app=st.sampled_from(("UserEvent", "Queue", "ConfBridge", "")),
            data=st.sampled_from([f"{name},Call: a1-1.1" for name in USER_READERS]) | st.text(),
            extra=st.dictionaries(st.just("transferee_channel_uniqueid"), st.just("1.1") | st.none()),
        )
    )
)
def test_no_rows_raise(found: list[ChannelRow]) -> None:
    replay(None, signals("a1-1.1", found))


@pytest.mark.parametrize(
    "line", ["", "|", "x|1|2|3|4", "17|1|2", "[]", "{}", '{"eventtype": "A"}', "nan|1|2|3|4"]
)
def test_what_is_no_row_is_passed_over(line: str) -> None:
    assert queue_row(line) is None
    assert channel_row(line) is None
