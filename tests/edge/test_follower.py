"""Following the journal: whoever can't keep up is let go, and keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from agent_desk import follow
from agent_desk.follow import Follower
from hotline import journal
from hotline.facts import Fact
from hotline.store import Store

pytestmark = pytest.mark.edge


def test_a_listener_who_falls_behind_is_let_go_and_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BACKLOG", 3)

    async def scene() -> None:
        async with (
            Follower(store).running() as follower,
            follower.listening(0) as slow,
            follower.listening(0) as quick,
            asyncio.timeout(10),
        ):
            await quick.readings.get()
            for number in range(5):
                with store.transaction() as session:
                    journal.append(session, Fact("seat.asked", f"seat:{number}", datetime.now(UTC)))
                reading = await quick.readings.get()
                assert reading is not None
                assert [fact.subject for fact in reading.facts] == [f"seat:{number}"]
            assert [slow.readings.get_nowait() for _ in range(slow.readings.qsize())] == [None]

    asyncio.run(scene())
